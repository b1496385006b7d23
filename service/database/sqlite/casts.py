"""Casts with PostgreSQL's results: SQLite's own make 0 of any text, cut where it rounds and write 15 digits."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from service.database.sqlite.complaints import complain

SqliteValue = int | float | str | bytes | None
_INTEGER = re.compile(r"\s*+[+-]?\d++\s*+", re.ASCII)
_NUMBER = re.compile(r"\s*+[+-]?(?:(?:\d++\.?\d*+|\.\d++)(?:e[+-]?\d++)?|inf(?:inity)?)\s*+", re.ASCII | re.IGNORECASE)
_TRUE = frozenset({"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"})
_FALSE = frozenset({"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"})
_MOST_DIGITS = 400  # of an integer: Python refuses to read thousands


def _bad(type_name: str, value: SqliteValue) -> Exception:
    return complain("22P02", f'invalid input syntax for type {type_name}: "{str(value)[:100]}"')


def pg_integer(value: SqliteValue) -> int | None:
    """`value::bigint`."""
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value) or len(value) > _MOST_DIGITS:
            raise _bad("bigint", value)
        value = int(value)
    elif isinstance(value, bytes):
        raise _bad("bigint", value)
    elif isinstance(value, float):
        value = round(value) if math.isfinite(value) else 2**63  # Python rounds half to even, as PostgreSQL does
    if value is not None and not -(2**63) <= value < 2**63:
        raise complain("22003", "bigint out of range")
    return value


def pg_double(value: SqliteValue) -> float | None:
    """`value::double precision`."""
    if value is None:
        return None
    if isinstance(value, bytes) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        raise _bad("double precision", value)
    return float(value)


def pg_numeric(value: SqliteValue) -> int | float | None:
    """`value::numeric`, as far as SQLite has it: an integer if it is one, else a REAL."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, bytes) or not _NUMBER.fullmatch(value):
        raise _bad("numeric", value)
    if _INTEGER.fullmatch(value) and len(value) < _MOST_DIGITS and -(2**63) <= int(value) < 2**63:
        return int(value)
    return float(value)


def pg_boolean(value: SqliteValue) -> int | None:
    """`value::boolean`, as the 1 or 0 that SQLite has for it."""
    if value is None or isinstance(value, int | float):
        return None if value is None else int(value != 0)
    folded = "" if isinstance(value, bytes) else value.strip().casefold()
    if folded not in _TRUE | _FALSE:
        raise _bad("boolean", value)
    return int(folded in _TRUE)


def pg_text(value: SqliteValue) -> str | None:
    """`value::text`."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return _digits(value) if isinstance(value, float) else str(value)


def _digits(number: float) -> str:
    """The shortest decimal that reads back as the same number, with an exponent where PostgreSQL writes one."""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0 or 1e-4 <= abs(number) < 1e15:
        return repr(number).removesuffix(".0")
    sign, digits, _ = Decimal(repr(number)).normalize().as_tuple()
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    exponent = Decimal(repr(number)).adjusted()
    return f"{'-' * sign}{first}{'.' * bool(rest)}{rest}e{exponent:+03d}"
