"""No text of a caller's gets into a statement but as a quoted name, or refused."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from test_golden import statement

from service.errors import AskedError, DatabaseError, PlanError

TEXTS = (
    "'; drop table item; --", '"; drop table item; --', '\\"; drop table item; --', "x') or 1=1 --",
    "\\'; select 1; --",
    "$1", "?", ":p0", "%(p0)s", "%s", "%%", "/* x", "*/", "-- x", ";", "id) from item; select (1", "$$x$$", "E'\\''",
    "__[POSTCOMPILE_p0]", "(select 1)", "id, (select 1)", "`id`", "[id]", "x\ny", "x\\", "\\", "😀'\"", "select", "$x$",
)  # fmt: skip
QUOTED_NAMES = re.compile(r'"(?:[^"]|"")*"')
CONSTANTS = re.compile("'(?:[^']|'')*'")  # a text search's language stands in one


def in_quotes(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def skeleton(database: str, query: str) -> str:
    """The statement without its quoted names."""
    return QUOTED_NAMES.sub('""', statement(database, query).text)


FREE = {
    "a value": "name=eq.{text}",
    "a value in a list": "name=in.({quoted})",
    "a value in an array": "name=like(any).{{{quoted}}}",
    "a value in a tree": "or=(name.eq.{quoted},id.eq.1)",
    "a pattern": "name=ilike.{text}",
    "an expression": "name=match.{text}",
    "a document": "data=eq.{document}",
    "an alias": "select={quoted}:id",
    "an alias of a cast": "select={quoted}:id::text",
    "the alias of a path": "select={quoted}:data->a->>b",
}


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("query", FREE.values(), ids=FREE)
def test_where_any_text_may_stand(query: str, database: str) -> None:
    """A value is in no statement; an alias changes nothing but one quoted name of it."""
    expected = skeleton(database, filled(query, "x"))
    for text in TEXTS:
        assert skeleton(database, filled(query, text)) == expected, text


def filled(query: str, text: str) -> str:
    parts = {"text": text, "quoted": in_quotes(text), "document": in_quotes(text)}
    name, _, value = query.format(**parts).partition("=")
    return f"{quote(name)}={quote(value)}"


NAMED = (
    "select={text}",
    "select={quoted}",
    "select=id::{text}",
    "select=id::{quoted}",
    "select=data->{quoted}",
    "select=data->>{text}",
    "data->{quoted}=eq.1",
    "{text}=eq.1",
    "{quoted}=eq.1",
    "id={text}.1",
    "id=eq({text}).1",
    "name=fts({text}).x",
    "name=is.{text}",
    "order={text}",
    "order={quoted}",
    "order=id.{text}",
    "order=data->{quoted}",
    "or=({text}.eq.1)",
    "or={text}",
    "limit={text}",
    "offset={text}",
    "id.{text}=1",
    "select=id.{text}()",
)


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("query", NAMED)
def test_where_only_names_may_stand(query: str, database: str) -> None:
    """Where the dialect wants a name, an operator or a type, anything else is refused before there is a statement, or
    is a key of a path and bound like a value."""
    for text in TEXTS:
        try:
            made = statement(database, filled(query, text)).text
        except (AskedError, PlanError, DatabaseError):
            continue
        bare = CONSTANTS.sub("''", QUOTED_NAMES.sub('""', made))
        assert not re.search(r"drop|1=1|;|--|/\*|\$\$|POSTCOMPILE|\(select 1", bare), (text, made)
