"""Schemas: chosen by Accept-Profile, named by Content-Profile, and nothing that is not exposed."""

from __future__ import annotations

from case import POSTGRESQL, SQLITE, Case, refused, rows


def of(schema: str) -> dict[str, str]:
    """The request header that asks for it."""
    return {"Accept-Profile": schema}


V1 = '[{"id":1,"title":"from v1"}]'
CASES = [
    rows("items?select=id&id=eq.1", '[{"id":1}]', answers={"Content-Profile": None}),
    rows(
        "items?select=id&id=eq.1",
        '[{"id":1}]',
        headers=of("public"),
        answers={"Content-Profile": "public"},
        on=POSTGRESQL,
    ),
    rows("items?select=id&id=eq.1", '[{"id":1}]', headers=of("main"), answers={"Content-Profile": "main"}, on=SQLITE),
    # What client libraries ask for unless told otherwise.
    rows("items?select=id&id=eq.1", '[{"id":1}]', headers=of("public"), answers={"Content-Profile": "main"}, on=SQLITE),
    Case("items", "", method="OPTIONS", headers=of("public")),
    refused("items", 406, "PGRST106", headers=of("v1"), mentions=("public",), on=POSTGRESQL),
    refused("items", 406, "PGRST106", headers=of("nope"), mentions=("main",), on=SQLITE),
    rows("items?select=id&id=eq.1", '[{"id":1}]', answers={"Content-Profile": "public"}, on=POSTGRESQL, app="profiles"),
    rows(
        "items?select=id&id=eq.1",
        '[{"id":1}]',
        headers=of("public"),
        answers={"Content-Profile": "public"},
        on=POSTGRESQL,
        app="profiles",
    ),
    rows("items", V1, headers=of("v1"), answers={"Content-Profile": "v1"}, on=POSTGRESQL, app="profiles"),
    rows("items?title=like.from*", V1, headers=of("v1"), on=POSTGRESQL, app="profiles"),
    rows("only_v1", '[{"id":1}]', headers=of("v1"), on=POSTGRESQL, app="profiles"),
    rows(
        "items?select=id&id=eq.1",
        '[{"id":1}]',
        headers={"Content-Profile": "v1"},
        answers={"Content-Profile": "public"},
        on=POSTGRESQL,
        app="profiles",
    ),
    Case(
        "items",
        "",
        method="HEAD",
        headers=of("v1"),
        answers={"Content-Profile": "v1", "Content-Range": "0-0/*"},
        on=POSTGRESQL,
        app="profiles",
    ),
    refused("only_v1", 404, "PGRST205", on=POSTGRESQL, app="profiles"),
    refused("many", 404, "PGRST205", headers=of("v1"), on=POSTGRESQL, app="profiles"),
    refused("items?name=eq.bolt", 400, "42703", headers=of("v1"), on=POSTGRESQL, app="profiles"),
    refused("secrets", 404, "PGRST205", on=POSTGRESQL, app="profiles"),
    refused("private.secrets", 404, "PGRST205", on=POSTGRESQL, app="profiles"),
    refused(
        "secrets", 406, "PGRST106", headers=of("private"), mentions=("public", "v1"), on=POSTGRESQL, app="profiles"
    ),
    refused("items", 406, "PGRST106", headers=of("unknown"), mentions=("public", "v1"), on=POSTGRESQL, app="profiles"),
    refused("pg_class", 404, "PGRST205", on=POSTGRESQL),
    refused("sqlite_master", 404, "PGRST205", on=SQLITE),
    refused("sqlite_schema", 404, "PGRST205", on=SQLITE),
    refused("articles_data", 404, "PGRST205", on=SQLITE),
]
