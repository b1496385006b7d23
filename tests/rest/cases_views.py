"""Views are related as the tables are whose columns they show."""

# ruff: noqa: E501 - a URL or a body is read and searched for in one piece

from __future__ import annotations

from case import POSTGRESQL, refused, rows

VIEWS = [
    rows("tall_pots?select=id,potters(name)&order=id", '[{"id":2,"potters":{"name":"Lucie"}},{"id":3,"potters":{"name":"Hans"}}]'),
    rows("potters?select=name,tall_pots(id)&order=id", '[{"name":"Lucie","tall_pots":[{"id":2}]},{"name":"Hans","tall_pots":[{"id":3}]},{"name":"Nobody","tall_pots":[]}]'),
    rows("potter_names?select=called,tall_pots(name)&number=eq.2", '[{"called":"Hans","tall_pots":[{"name":"jar"}]}]'),
    rows("tallest_pots?select=number,potter_names(called)&order=number", '[{"number":2,"potter_names":{"called":"Lucie"}},{"number":3,"potter_names":{"called":"Hans"}}]'),
    rows("tallest_pots?select=number,potters!pots_potter_id_fkey(name)&number=eq.2", '[{"number":2,"potters":{"name":"Lucie"}}]'),
    rows("potters?select=name,tallest_pots!inner(number)&order=id", '[{"name":"Lucie","tallest_pots":[{"number":2}]},{"name":"Hans","tallest_pots":[{"number":3}]}]'),
    rows("fragments?select=id,potters(name),tall_pots(name)&order=id", '[{"id":1,"potters":{"name":"Lucie"},"tall_pots":null},{"id":2,"potters":{"name":"Lucie"},"tall_pots":null},{"id":3,"potters":{"name":"Hans"},"tall_pots":{"name":"jar"}}]'),
    rows("tall_pots?select=id,fragments(id),potters(name,potter_names:pots!pots_first_owner_fkey(id))&order=id",
        '[{"id":2,"fragments":[],"potters":{"name":"Lucie","potter_names":[{"id":3}]}},{"id":3,"fragments":[{"id":3}],"potters":{"name":"Hans","potter_names":[{"id":1}]}}]'),
    refused("pots_counted?select=pots,potters(name)", 400, "PGRST200"),
    refused("potters?select=name,pots_counted(pots)", 400, "PGRST200"),
]  # fmt: skip
# Tables in a schema that is not exposed relate the views over them.
HIDDEN = [
    rows("firings?select=kiln,kilns(name),pots(name)&order=kiln,pot&limit=2", '[{"kiln":1,"kilns":{"name":"wood"},"pots":{"name":"bowl"}},{"kiln":1,"kilns":{"name":"wood"},"pots":{"name":"vase"}}]', on=POSTGRESQL),
    rows("kilns?select=name,firings(pot)&order=number&firings.order=pot", '[{"name":"wood","firings":[{"pot":1},{"pot":2}]},{"name":"gas","firings":[{"pot":1}]}]', on=POSTGRESQL),
    rows("kilns?select=name,pots(name)&order=number&pots.order=name", '[{"name":"wood","pots":[{"name":"bowl"},{"name":"vase"}]},{"name":"gas","pots":[{"name":"bowl"}]}]', on=POSTGRESQL),
    rows("pots?select=id,kilns(name)&id=eq.2", '[{"id":2,"kilns":[{"name":"wood"}]}]', on=POSTGRESQL),
    # One that no view shows relates nothing: pots and potters are not related through it.
    refused("pots?select=id,likes(*)", 400, "PGRST200", on=POSTGRESQL),
    refused("potters?select=id,pots!likes(id)", 400, "PGRST200", on=POSTGRESQL),
]  # fmt: skip
CASES = VIEWS + HIDDEN
