"""The casts that SQLite gets from us, held against PostgreSQL's own."""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable
from time import process_time

import asyncpg
import pytest

from service.database.sqlite.casts import pg_boolean, pg_double, pg_integer, pg_numeric, pg_text
from service.database.sqlite.complaints import ComplaintError

SEEDED = random.Random(20_261_122)
ROUND = [0.5, 1.5, 2.5, -0.5, -1.5, 1e15, 123456789012345.0, 1e14, 1e-4, 9.9e-5, 0.0, -0.0, 5e-324, math.inf, -math.inf]


def doubles() -> list[float]:
    """Any bits that are a number, and numbers that people write."""
    bits = (struct.unpack("d", SEEDED.randbytes(8))[0] for _ in range(3000))
    usual = (round(SEEDED.uniform(-1e6, 1e6), SEEDED.randrange(6)) for _ in range(1000))
    return [*ROUND, *(number for number in bits if not math.isnan(number)), *usual]


async def test_casts_of_numbers_are_postgresqls(postgresql_url: str) -> None:
    """A double has the same text, and rounds to the same integer, as in PostgreSQL; digit for digit."""
    connection = await asyncpg.connect(postgresql_url)
    try:
        numbers = doubles()
        texts = await connection.fetchval("select array_agg(n::text) from unnest($1::float8[]) n", numbers)
        assert [pg_text(number) for number in numbers] == texts
        small = [number for number in numbers if abs(number) < 2**62]
        rounded = await connection.fetchval("select array_agg(n::int8) from unnest($1::float8[]) n", small)
        assert [pg_integer(number) for number in small] == rounded
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("cast", "value", "result"),
    [
        (pg_integer, " 42 ", 42),
        (pg_integer, None, None),
        (pg_integer, 2**63 - 1, 2**63 - 1),
        (pg_double, "1e3", 1000.0),
        (pg_double, "-Infinity", -math.inf),
        (pg_double, None, None),
        (pg_numeric, "12", 12),
        (pg_numeric, "1.50", 1.5),
        (pg_numeric, "99999999999999999999", 1e20),
        (pg_numeric, None, None),
        (pg_boolean, "Yes", 1),
        (pg_boolean, "off", 0),
        (pg_boolean, 2, 1),
        (pg_boolean, None, None),
        (pg_text, b"\x00\xff", "\\x00ff"),
        (pg_text, None, None),
        (pg_text, 7, "7"),
    ],
)
def test_casts_of_texts(cast: object, value: object, result: object) -> None:
    """A text is read as PostgreSQL reads it, and NULL stays NULL."""
    assert callable(cast)
    assert cast(value) == result


@pytest.mark.parametrize(
    ("cast", "value", "sqlstate"),
    [
        (pg_integer, "1.5", "22P02"),
        (pg_integer, "", "22P02"),
        (pg_integer, b"1", "22P02"),
        (pg_integer, "9" * 5000, "22P02"),
        (pg_integer, "9223372036854775808", "22003"),
        (pg_integer, 1e300, "22003"),
        (pg_integer, math.inf, "22003"),
        (pg_double, "x", "22P02"),
        (pg_numeric, "1_000", "22P02"),
        (pg_boolean, "maybe", "22P02"),
        (pg_boolean, b"t", "22P02"),
    ],
)
def test_what_cannot_be_cast_is_refused(cast: object, value: object, sqlstate: str) -> None:
    """A value that is none of the type is an error with PostgreSQL's code, not a 0."""
    assert callable(cast)
    with pytest.raises(ComplaintError) as refused:
        cast(value)
    assert refused.value.sqlstate == sqlstate


@pytest.mark.parametrize("cast", [pg_double, pg_numeric, pg_integer])
@pytest.mark.parametrize(
    "text",
    ["1" * 200_000 + "x", " " * 200_000 + "x", "1" * 100_000 + "." + "1" * 100_000 + "x"],
    ids=["digits", "spaces", "fraction"],
)
def test_a_long_text_that_is_no_number_is_refused_at_once(cast: Callable[[str], object], text: str) -> None:
    """What it takes grows with the text and no faster: 8,000 digits and a letter once took seconds, in which the whole
    process stood still."""
    began = process_time()
    with pytest.raises(ComplaintError):
        cast(text)
    assert process_time() - began < 1
