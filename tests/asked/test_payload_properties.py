"""What holds for every body: rows survive, and nothing comes out but a payload or an error of the house."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BodyError, MediaTypeError
from service.rest.asked.payload import objects, read_payload
from service.rest.asked.payload_json import Number, write_json

TYPES = ["application/json", "text/csv", "application/x-www-form-urlencoded"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FLAT = TEXT | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
DEEP = st.recursive(
    FLAT, lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXT, each, max_size=3), max_leaves=6
)
WORDS = r"""{ } [ ] , : " \ "a" "b": {"a":1} null true 1 -1 1e5 0.1 01 NaN Infinity \ud83d \ude00 "\ud83d" \u0000 a,b
    NULL "" "x" %41 % %zz a=1 & = + é"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\r", "\n", "\r\n", "\t"])


def plain(value: Any) -> Any:
    """A value of a payload as `json` reads it."""
    if isinstance(value, Number):
        return json.loads(value)
    if isinstance(value, list):
        return [plain(each) for each in value]
    return {key: plain(each) for key, each in value.items()} if isinstance(value, dict) else value


@st.composite
def tables(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
    """Rows with one and the same keys."""
    keys = draw(st.lists(TEXT, max_size=4, unique=True))
    return draw(st.lists(st.fixed_dictionaries(dict.fromkeys(keys, values)), max_size=5))


@settings(max_examples=150, deadline=None)
@given(tables(DEEP), st.booleans(), st.sampled_from([None, 2]))
def test_any_rows_survive_as_json(rows: list[dict[str, Any]], ascii_only: bool, indent: int | None) -> None:
    """Any array of objects with the same keys comes out as it went in, also when its values are written again."""
    text = json.dumps(rows, ensure_ascii=ascii_only, indent=indent)
    payload = read_payload("application/json", text.encode())
    assert (payload.text, payload.count, payload.is_array) == (text, len(rows), True)
    assert payload.columns == (tuple(rows[0]) if rows else ())
    found = list(objects(payload))
    assert [plain(row) for row in found] == rows
    assert [json.loads(write_json(row)) for row in found] == rows


@settings(max_examples=100, deadline=None)
@given(tables(TEXT), st.sampled_from(["\n", "\r\n"]))
def test_any_rows_survive_as_csv(rows: list[dict[str, str]], end: str) -> None:
    """Any rows of texts come out as they went in when they are written as CSV with every field quoted."""
    if not rows or not rows[0]:
        return
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list(rows[0]), lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    payload = read_payload("text/csv", table.getvalue().encode())
    assert list(objects(payload)) == rows
    assert payload.columns == tuple(rows[0])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXT, TEXT, max_size=5))
def test_any_texts_survive_as_a_form(fields: dict[str, str]) -> None:
    """Any fields of a form come out as they went in."""
    payload = read_payload("application/x-www-form-urlencoded", urlencode(fields).encode())
    assert list(objects(payload)) == [fields]
    assert payload.columns == tuple(fields)


def only_house_errors(content_type: str | None, body: bytes, columns: tuple[str, ...] | None) -> None:
    """Read; what can be read is what `json` makes of it, and what cannot is a house error that can be sent."""
    try:
        payload = read_payload(content_type, body, columns)
    except (BodyError, MediaTypeError) as error:
        json.dumps(error.body(), ensure_ascii=False).encode()
        return
    rows = [plain(row) for row in objects(payload)]
    read = json.loads(payload.text)
    assert rows == (read if payload.is_array else [read])
    assert payload.count == len(rows)
    if columns is None:
        assert all(set(row) == set(payload.columns) for row in rows)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([None, *TYPES]), st.binary(max_size=40), st.sampled_from([None, ("a",)]))
def test_any_bytes_are_read_or_refused(content_type: str | None, body: bytes, columns: tuple[str, ...] | None) -> None:
    """Any bytes are a payload or an error of the house, never a crash."""
    only_house_errors(content_type, body, columns)


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(st.sampled_from(TYPES), st.lists(PIECES, max_size=20).map("".join), st.sampled_from([None, ("a",)]))
def test_scrambled_bodies_are_read_or_refused(content_type: str, body: str, columns: tuple[str, ...] | None) -> None:
    """Pieces of JSON, CSV and forms in any order are a payload or an error of the house, never a crash."""
    only_house_errors(content_type, body.encode(), columns)
    only_house_errors(content_type, f"[{body}]".encode(), columns)
    only_house_errors(content_type, f'{{"a":"{body}"}}'.encode(), columns)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_type_is_read_or_refused(content_type: str) -> None:
    """Any Content-Type is known or refused, never a crash."""
    only_house_errors(content_type, b"{}", None)
    only_house_errors(f"application/json;{content_type}", b"{}", None)
