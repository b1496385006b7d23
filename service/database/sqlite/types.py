"""What a declared type means: SQLite stores anything anywhere, and the declaration says what is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from service.catalog.model import Kind

_BY_NAME: Mapping[str, tuple[Kind, str]] = MappingProxyType(
    {
        "BOOLEAN": (Kind.BOOLEAN, "INTEGER"),
        "BOOL": (Kind.BOOLEAN, "INTEGER"),
        "JSON": (Kind.JSON, "TEXT"),
        "JSONB": (Kind.JSON, "TEXT"),
        "DATE": (Kind.DATE, "TEXT"),
        "TIME": (Kind.TIME, "TEXT"),
        "DATETIME": (Kind.TIMESTAMP, "TEXT"),
        "TIMESTAMP": (Kind.TIMESTAMP, "TEXT"),
        "TIMESTAMP WITHOUT TIME ZONE": (Kind.TIMESTAMP, "TEXT"),
        "TIMESTAMPTZ": (Kind.TIMESTAMP_TZ, "TEXT"),
        "TIMESTAMP WITH TIME ZONE": (Kind.TIMESTAMP_TZ, "TEXT"),
        "UUID": (Kind.UUID, "TEXT"),
        "DECIMAL": (Kind.NUMERIC, "NUMERIC"),
        "NUMERIC": (Kind.NUMERIC, "NUMERIC"),
        "BYTEA": (Kind.BLOB, "BLOB"),
        "": (Kind.OTHER, ""),
        "ANY": (Kind.OTHER, ""),
    }
)
_BY_PART: tuple[tuple[tuple[str, ...], Kind, str], ...] = (
    # SQLite's own rules and their order (datatype3.html, 3.1)
    (("INT",), Kind.INTEGER, "INTEGER"),
    (("CHAR", "CLOB", "TEXT"), Kind.TEXT, "TEXT"),
    (("BLOB",), Kind.BLOB, "BLOB"),
    (("REAL", "FLOA", "DOUB"), Kind.REAL, "REAL"),
)


def type_of(declared: str) -> tuple[Kind, str, int | None]:
    """Kind, cast and longest length in characters of a declared type.

    The cast is one of INTEGER, REAL, NUMERIC, TEXT and BLOB; empty where a column takes a value as it comes.
    """
    length = re.search(r"\(\s*(\d+)\s*\)", declared)
    name = " ".join(re.sub(r"\(.*?\)", " ", declared).upper().split())
    if name in _BY_NAME:
        kind, cast = _BY_NAME[name]
        return kind, cast, None
    for parts, kind, cast in _BY_PART:
        if any(part in name for part in parts):
            return kind, cast, int(length[1]) if length and kind is Kind.TEXT else None
    return Kind.NUMERIC, "NUMERIC", None
