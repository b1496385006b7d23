"""The SQL functions that SQLite is lent."""

from __future__ import annotations

import json
import math
import sqlite3
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.database.sqlite.functions import FUNCTIONS, MOST_PATTERN, pg_ilike, pg_like, pg_real
from tests.database.opened import opened


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("'Rex' regexp 'e.$'", 1),
        ("'Rex' regexp 'r'", 0),
        ("iregexp('r', 'Rex')", 1),
        ("iregexp('ÄÖ', 'xäöx')", 1),
        ("12 regexp '^1'", 1),
        ("null regexp 'a'", None),
        ("'a' regexp null", None),
        ("pg_like('R%', 'Rex')", 1),
        ("pg_like('r%', 'Rex')", 0),
        ("pg_like('%e%', 'Rex')", 1),
        ("pg_like('%x', 'Rex')", 1),
        ("pg_like('_e_', 'Rex')", 1),
        ("pg_like('_e_', 'Rexx')", 0),
        ("pg_like('a%b%c', 'axxbyyc')", 1),
        ("pg_like('%', '')", 1),
        ("pg_like('', 'a')", 0),
        ("pg_like('_', char(10))", 1),
        ("pg_like('a\\%', 'a%')", 1),
        ("pg_like('a\\%', 'ab')", 0),
        ("pg_like('\\_', 'a')", 0),
        ("pg_like('a.c', 'abc')", 0),
        ("pg_like('%', null)", None),
        ("pg_like('1%', 12)", 1),
        ("pg_ilike('GRÖ%', 'größe')", 1),
        ("pg_ilike('_RÖSSE', 'grösse')", 1),
        ("pg_real(0.1)", "0.1"),
        ("pg_real(1e300)", "1e+300"),
        ("pg_real(9e999)", '"Infinity"'),
        ("pg_real(-9e999)", '"-Infinity"'),
        ("pg_real(null)", None),
        ("pg_real('a\"b')", '"a\\"b"'),
    ],
)
async def test_results(sqlite_url: str, expression: str, result: object) -> None:
    """Each function gives what PostgreSQL's operator of that kind gives; NULL for NULL."""
    async with opened(sqlite_url, pool_min_size=1) as database:
        assert await database.pool.fetchval(f"select {expression}") == result


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(", "missing )"),
        ("a{2,1}", "invalid"),
        ("(?<=a)b", "invalid"),
        ("x" * (MOST_PATTERN + 1), f"longer than {MOST_PATTERN}"),
        (r"(?:\pL\pN\w){300}", "pattern too large"),
    ],
)
async def test_bad_patterns(sqlite_url: str, pattern: str, says: str) -> None:
    """A pattern that cannot be used is 2201B, and says why."""
    async with opened(sqlite_url) as database:
        for function in ("regexp", "iregexp"):
            with pytest.raises(sqlite3.OperationalError) as caught:
                await database.pool.fetchval(f"select {function}($1, 'a')", pattern)
            error = database.translate(caught.value)
            assert error is not None
            assert (error.code, error.status) == ("2201B", 400)
            assert says in error.message
        with pytest.raises(sqlite3.OperationalError) as caught:
            await database.pool.fetchval("select pg_like($1, 'a')", "a\\")
        error = database.translate(caught.value)
        assert error is not None
        assert (error.code, error.status) == ("22025", 400)
        assert "escape" in error.message


async def test_no_pattern_keeps_the_process_busy(sqlite_url: str) -> None:
    """Patterns that take a backtracking engine for ever are over at once."""
    async with opened(sqlite_url) as database:
        began = monotonic()
        assert await database.pool.fetchval("select regexp($1, $2)", "(a+)+$", "a" * 5000 + "b") == 0
        assert await database.pool.fetchval("select pg_like($1, $2)", "%a" * 100 + "b", "a" * 5000) == 0
        assert monotonic() - began < 1.0


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_reals_keep_their_value(number: float) -> None:
    """The text of a REAL reads back as the same number, and is JSON."""
    text = pg_real(number)
    assert text is not None
    assert math.copysign(1, json.loads(text)) == math.copysign(1, number)
    assert json.loads(text) == number


def slow_like(pattern: str, text: str) -> bool:
    """LIKE by its definition."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(slow_like(pattern[1:], text[place:]) for place in range(len(text) + 1))
    if pattern[0] == "\\":
        return bool(text) and text[0] == pattern[1] and slow_like(pattern[2:], text[1:])
    return bool(text) and pattern[0] in ("_", text[0]) and slow_like(pattern[1:], text[1:])


LETTERS = st.sampled_from(["a", "b", "%", "_", "\n", "ö", "."])


@given(st.lists(LETTERS | st.sampled_from(["\\%", "\\_", "\\\\", "\\a"]), max_size=6), st.lists(LETTERS, max_size=6))
def test_like_is_as_defined(pattern: list[str], text: list[str]) -> None:
    """The short cuts and the regular expressions of LIKE agree with its definition."""
    joined = "".join(pattern), "".join(text)
    assert pg_like(*joined) is slow_like(*joined)
    assert pg_ilike(joined[0].upper(), joined[1]) is slow_like(joined[0].upper().lower(), joined[1].lower())


async def test_all_are_deterministic(sqlite_url: str) -> None:
    """Each may stand in an index, which SQLite allows of deterministic functions alone."""
    async with opened(sqlite_url, "create table t (a, b)") as database:
        for number, (name, (arity, _)) in enumerate(FUNCTIONS.items()):
            arguments = "a" if arity == 1 else "a, b"
            async with database.pool.lease(readonly=False) as lease:
                await lease.script(f"create index i{number} on t ({name}({arguments}))")
