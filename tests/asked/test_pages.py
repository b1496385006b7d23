"""`limit`, `offset` and `Range`."""

from __future__ import annotations

import pytest

from asked.asking import ask, refused
from service.errors import QueryError, RangeError
from service.rest.asked.pages import LARGEST
from service.rest.terms import Page

PAGES = [
    ("", Page()),
    ("limit=10", Page(0, 10)),
    ("limit=0", Page(0, 0)),
    ("limit=0&offset=5", Page(0, 0)),
    ("offset=5", Page(5)),
    ("limit=10&offset=5", Page(5, 10)),
    ("limit=%2010%20", Page(0, 10)),
    ("limit=007", Page(0, 7)),
    ("limit=abc", Page()),
    ("limit=", Page()),
    ("limit", Page()),
    ("limit=1.5", Page()),
    ("limit=-", Page()),
    ("limit=%D9%A3", Page()),
    ("offset=abc&limit=1", Page(0, 1)),
    ("offset=-4", Page()),
    ("offset=-4&limit=2", Page(0, 2)),
    ("limit=1&limit=2", Page(0, 2)),
    ("limit=9223372036854775808", Page(0, LARGEST)),
    ("offset=" + "9" * 10_000, Page(LARGEST)),
    ("offset=-" + "9" * 10_000, Page()),
    ("limit=" + "0" * 10_000 + "3", Page(0, 3)),
]
RANGES = [
    ("0-24", "", Page(0, 25)),
    ("5-", "", Page(5)),
    ("5-5", "", Page(5, 1)),
    (" 5-9 ", "", Page(5, 5)),
    ("0-24", "limit=10", Page(0, 10)),
    ("0-1", "limit=10", Page(0, 2)),
    ("5-24", "limit=10", Page(5, 5)),
    ("0-24", "offset=20", Page(20, 5)),
    ("5-", "limit=10&offset=2", Page(5, 7)),
    ("24-0", "limit=0", Page(0, 0)),
    ("-5", "", Page()),
    ("bytes=0-24", "", Page()),
    ("a-b", "limit=3", Page(0, 3)),
    ("0-" + "9" * 5_000, "", Page(0, LARGEST)),
]


@pytest.mark.parametrize("query, page", PAGES)
def test_page_is_read(query: str, page: Page) -> None:
    """Whole numbers count, what is none is passed over, and huge ones are held within 64 bits."""
    assert ask(query).page == page


@pytest.mark.parametrize("header, query, page", RANGES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_range_is_intersected(method: str, header: str, query: str, page: Page) -> None:
    """The Range header and the parameters both hold."""
    assert ask(query, method, range=header, range_unit="items").page == page


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_range_is_for_reads(method: str) -> None:
    """A Range header counts only on reads."""
    assert ask("limit=3", method, range="9-1").page == Page(0, 3)


def test_range_of_another_unit_does_not_count() -> None:
    """A Range in other units than items is passed over."""
    assert ask("", range="0-1", range_unit="bytes").page == Page()


@pytest.mark.parametrize("query", ["limit=-1", "limit=-1&offset=3", "client.limit=-1", "limit=-" + "9" * 50])
def test_a_negative_limit_is_refused(query: str) -> None:
    """A negative limit is a range that does not exist."""
    error = refused(RangeError, query)
    assert (error.status, error.code) == (416, "PGRST103")
    assert "limit must be zero or more" in error.details


@pytest.mark.parametrize("header, query", [("1-0", ""), ("24-0", "limit=5"), ("0-1", "offset=3"), ("5-9", "limit=3")])
def test_a_range_without_rows_is_refused(header: str, query: str) -> None:
    """A range that runs backwards, or that shares no row with the parameters, does not exist."""
    error = refused(RangeError, query, range=header)
    assert (error.status, error.code) == (416, "PGRST103")


def test_pages_of_embeds_stand_apart() -> None:
    """limit and offset under an embed path are kept with it, the Range header is the root's alone."""
    asked = ask("limit=2&client.limit=3&client.offset=1&client.town.offset=4", range="0-9")
    assert asked.page == Page(0, 2)
    assert asked.pages == ((("client",), Page(1, 3)), (("client", "town"), Page(4)))


def test_columns_and_on_conflict() -> None:
    """Names are listed once each, in order, quoted or not; the first parameter counts."""
    asked = ask('columns=a,"b,c", d ,a&columns=x&on_conflict=id,"%C3%A9"', "POST")
    assert asked.columns == ("a", "b,c", "d")
    assert asked.on_conflict == ("id", "é")
    assert ask("").columns is None
    assert ask("").on_conflict is None


@pytest.mark.parametrize(
    "query, place",
    [("columns=", 1), ("columns=a,", 3), ("columns=a.b", 2), ("columns=a->b", 2), ("on_conflict=(a)", 1)],
)
def test_broken_names_say_where(query: str, place: int) -> None:
    """A list of names that does not parse is refused with its column."""
    assert refused(QueryError, query).details.startswith(f"column {place}: ")
