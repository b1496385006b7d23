"""Functions of a row, on PostgreSQL: read like its columns, and embedded like what it is related to."""

# ruff: noqa: E501 - a URL or a body is read and searched for in one piece

from __future__ import annotations

from dataclasses import replace

from case import POSTGRESQL, ids, refused, rows

COLUMNS = [
    rows("pots?select=id,name_length&order=id&limit=2", '[{"id":1,"name_length":4},{"id":2,"name_length":4}]'),
    rows("pots?select=n:name_length::text&id=eq.3", '[{"n":"3"}]'),
    rows('pots?select="shown As"&id=eq.3', '[{"shown As":"jar #3"}]'),
    rows("pots?select=heights&id=eq.1", '[{"heights":[8,16]}]'),
    rows("pots?select=heights->1&id=eq.1", '[{"heights":16}]'),
    rows("pots?select=glaze&id=eq.2", '[{"glaze":{"colour":"blue","coats":2}}]'),
    rows("pots?select=colour:glaze->>colour,glaze->coats&id=eq.2", '[{"colour":"blue","coats":2}]'),
    rows("pots?select=note->no&id=eq.2", '[{"no":2}]'),
    # "*" is the stored columns; a stored column comes before a function of its name.
    rows("potters?id=eq.1", '[{"id":1,"name":"Lucie"}]'),
    rows("pots?select=price&id=eq.2", '[{"price":250.00}]'),
    rows("potters?select=*,pots_made&id=eq.1", '[{"id":1,"name":"Lucie","pots_made":2}]'),
    rows("tall_pots?select=id,shout&order=shout.desc", '[{"id":2,"shout":"VASE"},{"id":3,"shout":"JAR"}]'),
    rows("parts_north?select=marked", '[{"marked":"north!"}]'),
    ids("pots?name_length=eq.3", 3, 4),
    ids("pots?name_length=in.(4,5)", 1, 2),
    ids("pots?name_length=eq(any).{3}", 3, 4),
    ids("pots?name_length=not.gt.3", 3, 4),
    ids('pots?"shown As"=like.*3', 3),
    ids("pots?heights=cs.{60}", 2, 3),
    ids("pots?glaze->>coats=eq.4", 4),
    ids("pots?note->no=eq.4", 4),
    ids("pots?or=(name_length.eq.4,heights.cs.{20})", 1, 2, 4),
    ids("pots?name_length=is.null"),
    ids("pots?order=name_length.desc,id.desc", 2, 1, 4, 3),
    ids("pots?order=note->no.desc", 4, 3, 2, 1),
    ids("pots?select=id&order=glaze->>coats.desc&limit=1", 4),
    rows("potters?select=name,pots!pots_potter_id_fkey(name,name_length)&pots.order=name_length,name&order=id",
        '[{"name":"Lucie","pots":[{"name":"bowl","name_length":4},{"name":"vase","name_length":4}]},'
        '{"name":"Hans","pots":[{"name":"jar","name_length":3}]},{"name":"Nobody","pots":[]}]',
    ),
    rows("potters?select=name,pots!pots_potter_id_fkey!inner()&pots.name_length=eq.3", '[{"name":"Hans"}]'),
    rows("pots?select=id,...pots_potter_id_fkey(pots_made)&order=id",
        '[{"id":1,"pots_made":2},{"id":2,"pots_made":2},{"id":3,"pots_made":1},{"id":4,"pots_made":null}]'),
    rows("pots?select=id,pots_potter_id_fkey()&order=pots_potter_id_fkey(pots_made).nullsfirst,id",
        '[{"id":4},{"id":3},{"id":1},{"id":2}]'),
    refused("pots?select=secret_mark", 400, "42703"),
    refused("pots?select=two", 400, "42703"),
    refused("pots?select=nothing", 400, "42703"),
    refused("pots?select=smaller", 400, "42703"),
    refused("pots?select=breaking", 405, "25006"),
    refused("pots?breaking=eq.1", 405, "25006"),
    refused("pots?order=breaking", 405, "25006"),
    refused("potters?select=name,pots!pots_potter_id_fkey(breaking)", 405, "25006"),
    refused("potters?select=name,pots!pots_potter_id_fkey!inner()&pots.breaking=eq.1", 405, "25006"),
    refused("pots?select=id,...pots_potter_id_fkey(pots_made),breaking", 405, "25006"),
    refused("pots?select=breaking_all(id)", 405, "25006"),
    refused("pots?select=id,breaking_all!inner()", 405, "25006"),
    refused("pots?select=id&name_length=eq.x", 400, "22P02"),
    refused("parts_south?select=marked", 400, "42703"),
]  # fmt: skip
AGGREGATES = [
    rows("pots?select=name_length.max()", '[{"max":4}]', app="aggregates"),
    rows("pots?select=name_length,count()&order=name_length", '[{"name_length":3,"count":2},{"name_length":4,"count":2}]', app="aggregates"),
    rows("pots?select=name_length.sum(),height&order=height&height=gte.10", '[{"sum":3,"height":10},{"sum":7,"height":30}]', app="aggregates"),
    rows("pots?select=n:name_length::text.max()::int", '[{"n":4}]', app="aggregates"),
    rows("pots?select=...potter(name,pots_made),count()&order=potter(name)",
        '[{"name":"Hans","pots_made":1,"count":1},{"name":"Lucie","pots_made":2,"count":2},{"name":null,"pots_made":null,"count":1}]', app="aggregates"),
    rows("pots?select=...owner(name,count())&order=owner(name)",
        '[{"name":"Hans","count":1},{"name":"Lucie","count":1},{"name":null,"count":0}]', app="aggregates"),
    rows("potters?select=name,pots_of(name_length.sum())&order=id",
        '[{"name":"Lucie","pots_of":[{"sum":8}]},{"name":"Hans","pots_of":[{"sum":3}]},{"name":"Nobody","pots_of":[{"sum":null}]}]', app="aggregates"),
    rows("pots?select=...potter(name),height.max()&potter=not.is.null", '[{"name":"Hans","max":30},{"name":"Lucie","max":30}]', app="aggregates"),
]  # fmt: skip
RELATIONSHIPS = [
    rows("pots?select=id,potter(name)&order=id",
        '[{"id":1,"potter":{"name":"Lucie"}},{"id":2,"potter":{"name":"Lucie"}},{"id":3,"potter":{"name":"Hans"}},{"id":4,"potter":null}]'),
    # A function that gives one row and no set: none is null too.
    rows("pots?select=id,owner(name)&order=id",
        '[{"id":1,"owner":{"name":"Hans"}},{"id":2,"owner":null},{"id":3,"owner":{"name":"Lucie"}},{"id":4,"owner":null}]'),
    rows("pots?select=id,owner&order=id&limit=2", '[{"id":1,"owner":{"id":2,"name":"Hans"}},{"id":2,"owner":null}]'),
    rows("pots?select=id,owner!inner(name)&order=id", '[{"id":1,"owner":{"name":"Hans"}},{"id":3,"owner":{"name":"Lucie"}}]'),
    rows("pots?select=id,o:owner(*),pots_potter_id_fkey(name)&id=eq.3", '[{"id":3,"o":{"id":1,"name":"Lucie"},"pots_potter_id_fkey":{"name":"Hans"}}]'),
    rows("pots?select=id,smaller(id)&order=id&smaller.order=id.desc&smaller.limit=1",
        '[{"id":1,"smaller":[]},{"id":2,"smaller":[{"id":4}]},{"id":3,"smaller":[{"id":4}]},{"id":4,"smaller":[{"id":1}]}]'),
    rows("potters?select=name,pots_of(name,potter(name,pots_made))&id=eq.2",
        '[{"name":"Hans","pots_of":[{"name":"jar","potter":{"name":"Hans","pots_made":1}}]}]'),
    # It overrides what is detected under its name, hint or not.
    rows("pots?select=id,shards(id)&order=id", '[{"id":1,"shards":[{"id":1}]},{"id":2,"shards":[]},{"id":3,"shards":[]},{"id":4,"shards":[]}]'),
    rows("pots?select=id,shards!inner(id)", '[{"id":1,"shards":[{"id":1}]}]'),
    rows("pots?select=id,potter(name)&potter.name=eq.Hans&id=in.(1,3)&order=id", '[{"id":1,"potter":null},{"id":3,"potter":{"name":"Hans"}}]'),
    rows("pots?select=id,potter!inner(name)&potter.name=eq.Hans", '[{"id":3,"potter":{"name":"Hans"}}]'),
    rows("pots?select=id,potter()&potter=is.null", '[{"id":4}]'),
    rows("pots?select=id,shards()&shards=not.is.null", '[{"id":1}]'),
    rows("pots?select=id,...potter(maker:name)&order=id&limit=1", '[{"id":1,"maker":"Lucie"}]'),
    rows("pots?select=id,...owner(owned_by:name)&order=id&limit=2", '[{"id":1,"owned_by":"Hans"},{"id":2,"owned_by":null}]'),
    rows("potters?select=name,...pots_of(pots:name)&pots_of.order=name.desc&order=id",
        '[{"name":"Lucie","pots":["vase","bowl"]},{"name":"Hans","pots":["jar"]},{"name":"Nobody","pots":[]}]'),
    rows("pots?select=id,potter()&order=potter(name),id", '[{"id":3},{"id":1},{"id":2},{"id":4}]'),
    rows("pots?select=id,potter()&order=potter(pots_made).desc.nullslast,id", '[{"id":1},{"id":2},{"id":3},{"id":4}]'),
    rows("tall_pots?select=id,whose(name)&order=id", '[{"id":2,"whose":{"name":"Lucie"}},{"id":3,"whose":{"name":"Hans"}}]'),
    rows("parts_north?select=id,same_id(name)", '[{"id":1,"same_id":[{"name":"Lucie"}]}]'),
    refused("pots?select=id,shards()&order=shards(id)", 400, "PGRST118"),
    refused("parts?select=id,same_id(name)", 400, "PGRST200"),
]  # fmt: skip
CASES = [replace(case, on=POSTGRESQL) for case in COLUMNS + AGGREGATES + RELATIONSHIPS]
