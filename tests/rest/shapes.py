"""Reads with embeds at random, how they are written in a URL, and what they give: joined a second time, in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Way:
    """A relationship: how it is asked for, and which rows it leads to.

    Args:
        name: what parameters call it where it has no alias.
        pairs: columns of this table and of the other (or of the junction).
        junction: the table between, and its columns with the other's.
    """

    asked: str
    name: str
    to: str
    to_one: bool
    pairs: tuple[tuple[str, str], ...]
    junction: tuple[str, tuple[tuple[str, str], ...]] | None = None

    def follow(self, row: Row, tables: Tables) -> list[Row]:
        near = self.junction[0] if self.junction else self.to
        found = [other for other in tables[near] if _equal(row, other, self.pairs)]
        if self.junction is None:
            return found
        return [other for other in tables[self.to] if any(_equal(each, other, self.junction[1]) for each in found)]


def _equal(row: Row, other: Row, pairs: Sequence[tuple[str, str]]) -> bool:
    return all(row[own] is not None and row[own] == other[its] for own, its in pairs)


def _pair(own: str, its: str) -> tuple[tuple[str, str], ...]:
    return ((own, its),)


WAYS: Mapping[str, tuple[Way, ...]] = {
    "countries": (Way("authors", "authors", "authors", False, _pair("id", "country_id")),),
    "authors": (
        Way("countries", "countries", "countries", True, _pair("country_id", "id")),
        Way("mentor_id", "mentor_id", "authors", True, _pair("mentor_id", "id")),
        Way("authors!mentor_id", "authors", "authors", False, _pair("id", "mentor_id")),
        Way("passports", "passports", "passports", True, _pair("id", "author_id")),
        Way("desks", "desks", "desks", True, _pair("id", "author_id")),
        Way("books!author_id", "books", "books", False, _pair("id", "author_id")),
        Way("books!books_editor_id_fkey", "books", "books", False, _pair("id", "editor_id")),
        Way("follows!follower_id", "follows", "follows", False, _pair("id", "follower_id")),
        Way(
            "authors!follows_followed_id_fkey", "authors", "authors", False, _pair("id", "followed_id"),
            ("follows", _pair("follower_id", "id")),
        ),
    ),
    "books": (
        Way("author_id", "author_id", "authors", True, _pair("author_id", "id")),
        Way("authors!editor_id", "authors", "authors", True, _pair("editor_id", "id")),
        Way("reviews", "reviews", "reviews", False, _pair("id", "book_id")),
        Way("awards", "awards", "awards", False, _pair("id", "book_id")),
        Way("book_tags", "book_tags", "book_tags", False, _pair("id", "book_id")),
        Way("tags", "tags", "tags", False, _pair("id", "book_id"), ("book_tags", _pair("tag_id", "id"))),
    ),
    "tags": (Way("books", "books", "books", False, _pair("id", "tag_id"), ("book_tags", _pair("book_id", "id"))),),
    "book_tags": (
        Way("books", "books", "books", True, _pair("book_id", "id")),
        Way("tags", "tags", "tags", True, _pair("tag_id", "id")),
    ),
    "follows": (Way("authors!followed_id", "authors", "authors", True, _pair("followed_id", "id")),),
    "reviews": (Way("books", "books", "books", True, _pair("book_id", "id")),),
    "passports": (Way("authors", "authors", "authors", True, _pair("author_id", "id")),),
    "desks": (Way("authors", "authors", "authors", True, _pair("author_id", "id")),),
    "awards": (Way("books", "books", "books", True, _pair("book_id", "id")),),
    "halls": (Way("shelves", "shelves", "shelves", False, (("building", "building"), ("number", "hall_number"))),),
    "shelves": (Way("halls", "halls", "halls", True, (("building", "building"), ("hall_number", "number"))),),
}  # fmt: skip
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "countries": ("id", "name"),
    "authors": ("id", "name", "born", "country_id", "mentor_id"),
    "books": ("id", "title", "author_id", "editor_id", "year"),
    "tags": ("id", "name"),
    "book_tags": ("book_id", "tag_id", "weight"),
    "follows": ("follower_id", "followed_id", "since"),
    "reviews": ("id", "book_id", "body", "score"),
    "passports": ("author_id", "number"),
    "desks": ("id", "author_id", "room"),
    "awards": ("id", "book_id", "name"),
    "halls": ("building", "number", "name"),
    "shelves": ("id", "building", "hall_number", "label"),
}
KEYS = {"book_tags": 2, "follows": 2, "halls": 2}
"""How many of a table's first columns tell its rows apart, where it is not one."""


@dataclass(frozen=True)
class Part:
    """What is embedded in a shape.

    Args:
        form: "object", "spread", or "hidden" without columns.
        asked_of: None, or whether rows must have nothing in it ("null") or something ("not_null").
    """

    way: Way
    form: str
    inner: bool
    asked_of: str | None
    shape: Shape


@dataclass(frozen=True)
class Shape:
    """A read of one table.

    Args:
        limits: column, operator and number that rows are held against.
        any_of: its conditions are alternatives.
        order: a column and how it goes; the key follows.
    """

    table: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]
    compared: tuple[str, str, int] | None
    any_of: bool
    order: tuple[str, bool, bool | None]
    page: tuple[int | None, int | None]


@st.composite
def shapes(draw: st.DrawFn, table: str | None = None, depth: int = 3) -> Shape:
    """Any read of `table`, with embeds down to `depth` levels."""
    table = table or draw(st.sampled_from(sorted(WAYS)))
    columns = COLUMNS[table]
    integers = [name for name in columns if name.endswith("id") or name in ("year", "score", "weight")]
    several = st.lists(
        st.sampled_from(WAYS[table]), min_size=depth // 3, max_size=2 if depth else 0, unique_by=lambda way: way.name
    )
    parts = tuple(draw(_parts(way, depth)) for way in draw(several))
    return Shape(
        table,
        tuple(draw(st.lists(st.sampled_from(columns), min_size=1, max_size=3, unique=True))),
        parts,
        draw(st.none() | st.tuples(st.sampled_from(integers or ["number"]), st.sampled_from(["gt", "lte"]), _SMALL)),
        draw(st.booleans()),
        (draw(st.sampled_from(columns)), draw(st.booleans()), draw(st.none() | st.booleans())),
        draw(st.sampled_from([(None, None), (None, None), (2, None), (1, 1), (None, 1), (0, None)])),
    )


_SMALL = st.integers(1, 4)


@st.composite
def _parts(draw: st.DrawFn, way: Way, depth: int) -> Part:
    asked_of = draw(st.sampled_from([None, None, "null", "not_null"]))
    form = draw(st.sampled_from(["object", "object", "spread", "hidden"]))
    shape = draw(shapes(way.to, depth - 1))
    if form == "hidden":
        shape = replace(shape, columns=(), parts=())
    if form == "spread" and way.to_one:
        shape = replace(shape, page=(None, None))  # of the one row there is
    return Part(way, form, draw(st.booleans()), asked_of, shape)


# How it is written


def parameters(shape: Shape) -> list[tuple[str, str]]:
    """The query string's."""
    return [("select", _selected(shape, "")), *_asked(shape, "", "")]


def _name(part: Part, number: int, prefix: str) -> str:
    return part.way.name if part.form == "spread" else f"{prefix}e{number}"


def _below(part: Part, number: int, prefix: str) -> str:
    """What goes before the keys of a part, so that no two of a row are equal."""
    return f"{prefix}s{number}_" if part.form == "spread" else ""


def _selected(shape: Shape, prefix: str) -> str:
    items = [f"{prefix}{column}:{column}" for column in shape.columns]
    for number, part in enumerate(shape.parts):
        start = "..." if part.form == "spread" else f"{_name(part, number, prefix)}:"
        items.append(
            f"{start}{part.way.asked}{'!inner' if part.inner else ''}"
            f"({_selected(part.shape, _below(part, number, prefix))})"
        )
    return ",".join(items)


def _asked(shape: Shape, path: str, prefix: str) -> Iterator[tuple[str, str]]:
    tests = [f"{_name(part, n, prefix)}.is.{part.asked_of}" for n, part in enumerate(shape.parts) if part.asked_of]
    if shape.compared:
        tests.append(".".join(map(str, shape.compared)))
    if tests:
        yield f"{path}{'or' if shape.any_of else 'and'}", f"({','.join(tests)})"
    column, descending, nulls_first = shape.order
    nulls = {None: "", True: ".nullsfirst", False: ".nullslast"}[nulls_first]
    keys = COLUMNS[shape.table][: KEYS.get(shape.table, 1)]
    yield f"{path}order", ",".join([f"{column}.{'desc' if descending else 'asc'}{nulls}", *keys])
    for name, number in zip(("limit", "offset"), shape.page, strict=True):
        if number is not None:
            yield f"{path}{name}", str(number)
    for number, part in enumerate(shape.parts):
        yield from _asked(part.shape, f"{path}{_name(part, number, prefix)}.", _below(part, number, prefix))


# What it gives


def answer(shape: Shape, tables: Tables) -> list[dict[str, Any]]:
    """The rows of the whole read."""
    return [_object(shape, row, tables, "") for row in _page(shape, chosen(shape, tables[shape.table], tables))]


def chosen(shape: Shape, rows: Sequence[Row], tables: Tables) -> list[Row]:
    """The rows that fulfil the conditions, in their order."""
    found = [row for row in rows if _holds(shape, row, tables)]
    found.sort(key=lambda row: [row[key] for key in COLUMNS[shape.table][: KEYS.get(shape.table, 1)]])
    column, descending, nulls_first = shape.order
    present = [row for row in found if row[column] is not None]
    absent = [row for row in found if row[column] is None]
    present.sort(key=lambda row: row[column], reverse=descending)  # equal ones stay as they are, reversed or not
    return absent + present if (descending if nulls_first is None else nulls_first) else present + absent


def _page(shape: Shape, rows: list[Row]) -> list[Row]:
    limit, offset = shape.page
    return rows[offset or 0 :][:limit]


def _shown(part: Part, row: Row | None, tables: Tables) -> list[Row]:
    related = [] if row is None else part.way.follow(row, tables)
    return _page(part.shape, chosen(part.shape, related, tables))


def _holds(shape: Shape, row: Row, tables: Tables) -> bool:
    there = [bool(_shown(part, row, tables)) for part in shape.parts]
    if any(part.inner and not is_there for part, is_there in zip(shape.parts, there, strict=True)):
        return False
    tests = [
        is_there == (part.asked_of == "not_null")
        for part, is_there in zip(shape.parts, there, strict=True)
        if part.asked_of
    ]
    if shape.compared:
        column, operator, number = shape.compared
        value = row[column]
        tests.append(value is not None and (value > number if operator == "gt" else value <= number))
    return not tests or (any(tests) if shape.any_of else all(tests))


def _object(shape: Shape, row: Row | None, tables: Tables, prefix: str) -> dict[str, Any]:
    """A row's keys; None for a row that is not there, whose columns a spread lifts all the same."""
    found = {f"{prefix}{column}": None if row is None else row[column] for column in shape.columns}
    for number, part in enumerate(shape.parts):
        below = _below(part, number, prefix)
        shown = _shown(part, row, tables)
        if part.form == "spread" and part.way.to_one:
            found |= _object(part.shape, shown[0] if shown else None, tables, below)
        elif part.form == "spread":
            objects = [_object(part.shape, each, tables, below) for each in shown]
            found |= {key: [each[key] for each in objects] for key in _object(part.shape, None, tables, below)}
        elif part.form == "object":
            objects = [_object(part.shape, each, tables, "") for each in shown]
            found[_name(part, number, prefix)] = (objects or [None])[0] if part.way.to_one else objects
    return found
