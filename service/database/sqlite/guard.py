"""What no statement on a connection of the pool may do, whoever wrote it: reach beyond the one file, or into the text
of the schema.

SQLite asks about each step of a statement when it is prepared, also of those in views and triggers; a prepared one that
is run again asks nothing. `trusted_schema` stays on: off it forbids our functions in views, checks and indexes, for
Python has no word by which a function could be called innocuous; and what it guards against is forbidden here.
"""

from __future__ import annotations

import sqlite3
from types import MappingProxyType

_HARMLESS = frozenset((sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT))
"""What is asked about most, once for each column that a statement names."""
_NOWHERE = ("", ":memory:")
"""Databases without a file; VACUUM attaches one."""
_FUNCTIONS = frozenset(("load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"))
"""They run, read or write what is no database. Most are of SQLite's shell, and some builds have them in the library."""
_PRAGMAS = MappingProxyType(
    {
        "writable_schema": frozenset(("0", "off", "no", "false", "reset")),
        "trusted_schema": frozenset[str](),
        "temp_store_directory": frozenset[str](),
        "data_store_directory": frozenset[str](),
        "schema_version": frozenset[str](),
    }
)
"""Pragmas that may be read and not set, but to these values."""


def _allows(action: int, first: str | None, second: str | None, _schema: str | None, _inner: str | None) -> int:
    if action in _HARMLESS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        forbidden = (second or "").lower() in _FUNCTIONS
    elif action == sqlite3.SQLITE_ATTACH:
        forbidden = first not in _NOWHERE  # None: the name is only known when it is run
    elif action == sqlite3.SQLITE_PRAGMA:
        values = _PRAGMAS.get((first or "").lower())
        forbidden = second is not None and values is not None and second.lower() not in values
    else:
        forbidden = False
    return sqlite3.SQLITE_DENY if forbidden else sqlite3.SQLITE_OK


def guard(raw: sqlite3.Connection) -> None:
    """Forbids it on a connection, for as long as that is open."""
    raw.set_authorizer(_allows)
    # From Python 3.12 on. It forbids writing to the tables in which FTS5 and others keep their own, too.
    defensive = getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE", None)
    if defensive is not None:
        raw.setconfig(defensive, True)  # type: ignore[attr-defined]  # of Python 3.12
