"""SQLite's REAL as JSON: most without a call into Python, and none otherwise than with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.catalog.model import Kind
from service.database.sqlite.functions import pg_real
from service.rest.sql.sqlite_json import json_text


class Reals:
    """A connection that counts its calls of `pg_real`."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.calls = 0
        self._raw = raw
        self._text = json_text("x", Kind.NUMERIC, None).compile()
        raw.create_function("pg_real", 1, self._exact, deterministic=True)

    def _exact(self, number: float) -> str | None:
        self.calls += 1
        return pg_real(number)

    def written(self, number: float) -> str:
        row = self._raw.execute(f"select {self._text} from (select ? as x)", (number,)).fetchone()
        text: str = row[0]
        return text


@pytest.fixture(scope="module")
def reals() -> Iterator[Reals]:
    with closing(sqlite3.connect(":memory:")) as raw:
        yield Reals(raw)


@given(st.floats(allow_nan=False) | st.decimals(-(10**12), 10**12, places=2).map(float))
@example(0.1)
@example(0.1 + 0.2)
@example(-0.0)
@example(1e14)
@example(123456789012345.6)
@example(0.0001)
@example(0.00009)
def test_a_real_is_written_as_by_pg_real(reals: Reals, number: float) -> None:
    """Whichever way a REAL goes, its text is the shortest decimal that reads back as the same number."""
    assert reals.written(number) == pg_real(number)


@pytest.mark.parametrize("number", [0.37, -2.5, 1000000.01, 99999999.99, 3.0], ids=str)
def test_a_price_needs_no_python(reals: Reals, number: float) -> None:
    """A number of few digits costs no call into Python."""
    before = reals.calls
    assert reals.written(number) == str(number)
    assert reals.calls == before
