"""What not all rows can be made into: when it is chosen, and the statements that make it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from library import library, statement

from service.errors import MediaTypeError
from service.rest.asked import read_request
from service.rest.plan.media import choose_media
from service.rest.plan.possible import can_make
from service.rest.plan.terms import Form
from service.rest.terms import MediaRange

GOLDEN = Path(__file__).parent / "golden"
BOTH = ("postgresql", "sqlite")
QUERIES = {
    "as_features": (Form.FEATURES, "select=id,title,author(name)&price=gt.5"),
    "as_text": (Form.TEXT, "select=title&price=gt.5"),
    "as_bytes": (Form.BYTES, "select=data&order=id"),
}


@pytest.mark.parametrize(
    "name, database",
    [(name, database) for name in QUERIES for database in BOTH if (name, database) != ("as_features", "sqlite")],
)
def test_a_form_has_its_text(name: str, database: str) -> None:
    """A change of a statement shows as a change of a file that a person reads."""
    form, query = QUERIES[name]
    built = statement(database, query, form=form, geojson="Gis")
    text = re.sub(r"[ \n]+\n?", lambda gap: "\n" if "\n" in gap[0] else " ", built.text)
    file = GOLDEN / f"{name}.{database}.sql"
    assert f"-- {query}\n{text}".strip() == file.read_text().strip(), f"if it is meant, write it to {file.name}"
    assert built.binary == (form is Form.BYTES or database == "postgresql")


@pytest.mark.parametrize(
    "able, made",
    [(Form.FEATURES, "application/geo+json"), (Form.TEXT, "text/plain"), (Form.BYTES, "application/octet-stream")],
)
def test_a_type_is_chosen_if_it_can_be_made(able: Form, made: str) -> None:
    """Of the types that not all rows can be made into, only those are chosen that these can be."""
    accept = [MediaRange(name) for name in ("application/geo+json", "text/plain", "application/octet-stream")]
    accept.append(MediaRange("application/json", quality=0.5))
    assert choose_media(accept, can_make=lambda form: form is able).content_type.partition(";")[0] == made
    assert choose_media(accept).form is Form.ARRAY


def test_what_is_missing_is_told() -> None:
    """Who asks for a type that these rows cannot be made into is told what it takes."""
    with pytest.raises(MediaTypeError) as refused:
        choose_media([MediaRange("application/geo+json"), MediaRange("text/plain")], can_make=lambda form: False)
    assert refused.value.hint is not None
    assert "PostGIS" in refused.value.hint
    assert "one selected value" in refused.value.hint
    assert "octet-stream" not in refused.value.hint


@pytest.mark.parametrize(
    "query, text",
    [
        ("select=title", True), ("select=t:title::int", True), ("select=data->a", True), ("select=count()", True),
        ("", False), ("select=*", False), ("select=", False), ("select=id,title", False), ("select=author(id)", False),
        ("select=...author(name)", False),
    ],
)  # fmt: skip
def test_what_is_one_value(query: str, text: bool) -> None:
    """One selected value has a text; bytes only a column of them has; without PostGIS no row is a feature."""
    asked, catalog = read_request("GET", "book", query, {}), library("postgresql")
    assert can_make(Form.TEXT, asked, catalog) is text
    assert not can_make(Form.BYTES, asked, catalog)
    assert not can_make(Form.FEATURES, asked, catalog)
