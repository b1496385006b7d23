"""The SQL functions that the dialect needs and SQLite lacks; all deterministic, all NULL where an argument is.

Patterns run on RE2, whose time grows with the text and no faster. Python's `re` was rejected: a pattern such as
`(a+)+$` keeps it busy for years, and since it holds the interpreter's lock the whole process stands still meanwhile.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Mapping
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from functools import lru_cache
from types import MappingProxyType

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from service.database.sqlite.casts import SqliteValue, pg_boolean, pg_double, pg_integer, pg_numeric, pg_text
from service.database.sqlite.complaints import ComplaintError, complain
from service.database.sqlite.documents import pg_strip_nulls

Test = Callable[[str], object]

MOST_PATTERN = 1000
"""Characters a regular expression may have."""
MOST_MEMORY = 1024**2
"""Bytes that a regular expression may become. With RE2's own eight times as many, one of 20 characters may take a
quarter of a second to make, in which the whole process stands still."""
MOST_LIKE = 10_000
"""Characters a LIKE pattern may have."""


def _bad_pattern(what: str) -> ComplaintError:
    return complain("2201B", f"invalid regular expression: {what}")


def pg_real(value: SqliteValue) -> str | None:
    """The JSON of a number: the shortest decimal that reads back as the same one; infinities as strings."""
    if value is None or isinstance(value, bytes):
        return None
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if math.isinf(value):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    return repr(value)


_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def _number(text: str) -> Decimal:
    return Decimal(text).normalize(_EXACT) or Decimal()  # -0 is 0


def _members(pairs: list[tuple[str, object]]) -> object:
    return tuple(sorted(dict(pairs).items()))


def pg_jsonb(value: SqliteValue) -> str | None:
    """A text that is the same for JSON documents that PostgreSQL's jsonb finds equal: white space, the order of keys
    and how a number is written do not count. NULL for what is no JSON."""
    if value is None:
        return None
    try:
        return repr(json.loads(_text(value), parse_float=_number, parse_int=_number, object_pairs_hook=_members))
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _search(pattern: str, *, fold: bool, memory: int | None = None) -> Test:
    options = re2.Options()
    options.max_mem = memory or options.max_mem
    options.log_errors = False
    options.dot_nl = True  # as PostgreSQL's regular expressions have it
    options.case_sensitive = not fold
    try:
        return re2.compile(pattern, options).search  # type: ignore[no-any-return]  # google-re2 ships no types
    except re2.error as error:
        reason = error.args[0] if error.args else b""
        raise _bad_pattern(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from None


@lru_cache(maxsize=256)
def _regexp_test(pattern: str, fold: bool) -> Test:
    if len(pattern) > MOST_PATTERN:
        raise _bad_pattern(f"it is longer than {MOST_PATTERN} characters")
    return _search(pattern, fold=fold, memory=MOST_MEMORY)


def _like_parts(pattern: str) -> list[tuple[str, bool]]:
    """The pattern's characters, each with whether it is a wildcard; a backslash makes the next one itself."""
    parts = []
    escaped = False
    for character in pattern:
        if character == "\\" and not escaped:
            escaped = True
            continue
        parts.append((character, character in "%_" and not escaped))
        escaped = False
    if escaped:
        raise complain("22025", "a LIKE pattern must not end with the escape character")
    return parts


@lru_cache(maxsize=256)
def _like_test(pattern: str) -> Test:
    if len(pattern) > MOST_LIKE:
        raise complain("54000", f"a LIKE pattern is longer than {MOST_LIKE} characters")
    parts = _like_parts(pattern)
    wild = [place for place, (_, is_wild) in enumerate(parts) if is_wild]
    literal = "".join(character for character, is_wild in parts if not is_wild)
    last = len(parts) - 1
    # The common patterns need no regular expression, and cost a tenth without one.
    if not wild:
        return literal.__eq__
    if all(parts[place][0] == "%" and place in (0, last) for place in wild):
        if len(wild) == 2 or last == 0:  # at both ends
            return lambda text: literal in text
        return (lambda text: text.endswith(literal)) if wild == [0] else (lambda text: text.startswith(literal))
    source = "".join(
        (".*" if character == "%" else ".") if is_wild else re2.escape(character) for character, is_wild in parts
    )
    return _search(f"\\A(?:{source})\\z", fold=False)


def _text(value: SqliteValue) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def regexp(pattern: SqliteValue, value: SqliteValue) -> bool | None:
    """`value REGEXP pattern`: whether the pattern is found in the value; letter case counts."""
    if pattern is None or value is None:
        return None
    return _regexp_test(_text(pattern), False)(_text(value)) is not None


def iregexp(pattern: SqliteValue, value: SqliteValue) -> bool | None:
    """As `regexp`, in any letter case."""
    if pattern is None or value is None:
        return None
    return _regexp_test(_text(pattern), True)(_text(value)) is not None


def pg_like(pattern: SqliteValue, value: SqliteValue) -> bool | None:
    """`value LIKE pattern`, with `%`, `_` and the escape `\\`; letter case counts."""
    if pattern is None or value is None:
        return None
    return bool(_like_test(_text(pattern))(_text(value)))


def pg_ilike(pattern: SqliteValue, value: SqliteValue) -> bool | None:
    """As `pg_like`, in any letter case of any script."""
    if pattern is None or value is None:
        return None
    return bool(_like_test(_text(pattern).lower())(_text(value).lower()))


def pg_bytes(value: SqliteValue) -> bytes | None:
    """Bytes from their hexadecimal digits; SQLite's own `unhex` came with 3.41."""
    return None if value is None else bytes.fromhex(_text(value))


FUNCTIONS: Mapping[str, tuple[int, Callable[..., SqliteValue]]] = MappingProxyType(
    {
        "pg_real": (1, pg_real),
        "pg_jsonb": (1, pg_jsonb),
        "pg_strip_nulls": (1, pg_strip_nulls),
        "pg_integer": (1, pg_integer),
        "pg_double": (1, pg_double),
        "pg_numeric": (1, pg_numeric),
        "pg_boolean": (1, pg_boolean),
        "pg_text": (1, pg_text),
        "pg_bytes": (1, pg_bytes),
        "regexp": (2, regexp),
        "iregexp": (2, iregexp),
        "pg_like": (2, pg_like),
        "pg_ilike": (2, pg_ilike),
    }
)
"""What every connection has: the number of arguments and the function, by name."""


class _Merges:
    """Counts the rows that an upsert merged with one that was there: the statement itself does not tell."""

    def __init__(self) -> None:
        self._count = 0

    def add(self) -> int:
        """1, in the condition under which a row is merged."""
        self._count += 1
        return 1

    def take(self) -> int:
        """How many there were since the last time."""
        count, self._count = self._count, 0
        return count


def pg_unseen() -> bool:
    """False never: the condition under which a row is merged that is not there for who asks.

    Raises:
        ComplaintError: 42501.
    """
    raise complain("42501", "a row violates the rules of its table")


def register(connection: sqlite3.Connection) -> None:
    """Makes the functions known to a new connection."""
    for name, (arity, function) in FUNCTIONS.items():
        connection.create_function(name, arity, function, deterministic=True)
    merges = _Merges()
    connection.create_function("pg_merge", 0, merges.add)
    connection.create_function("pg_merges", 0, merges.take)
    connection.create_function("pg_unseen", 0, pg_unseen)
