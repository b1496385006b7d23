"""SQLite's errors as the house's, by the names SQLite gives them; the wording is PostgreSQL's where it has one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from service.database.sqlite.complaints import ComplaintError
from service.database.unwrap import driver_error
from service.errors import DatabaseAwayError, DatabaseError, PoolgateError, UnavailableError

BUSY_CODE = "55P03"  # lock_not_available
BUSY_RETRY = 1


# Newer than the names that Python 3.11 knows.
_UNNAMED = {3091: "SQLITE_CONSTRAINT_DATATYPE"}


def name_of(error: BaseException) -> str:
    """SQLite's name of the error, such as `SQLITE_CONSTRAINT_UNIQUE`; empty if it is not SQLite's."""
    cause = driver_error(error)
    if not isinstance(cause, sqlite3.Error):
        return ""
    named: str = getattr(cause, "sqlite_errorname", "")  # an error of the sqlite3 module's own has none
    return _UNNAMED.get(getattr(cause, "sqlite_errorcode", 0), named)


def translate(error: BaseException) -> PoolgateError | None:
    """The house's error for one of sqlite3's or aiosqlite's; None for any other."""
    cause = driver_error(error)
    if isinstance(cause, ValueError) and str(cause) in ("no active connection", "Connection closed"):
        return DatabaseAwayError("the connection to the database was closed")
    if isinstance(cause, OverflowError) and "SQLite" in str(cause):
        return DatabaseError("22003", "a number is beyond the 64 bits that an integer has")
    if not isinstance(cause, sqlite3.Error | sqlite3.Warning):
        return None
    if isinstance(cause.__cause__, ComplaintError):
        complaint = cause.__cause__
        status = 403 if complaint.sqlstate == "42501" else 400
        return DatabaseError(complaint.sqlstate, str(complaint), status=status)
    name = name_of(cause) or ("SQLITE_INTERRUPT" if str(cause) == "interrupted" else "")
    for known, make in _BY_NAME.items():
        if name.startswith(known):
            return make(str(cause))
    return _by_message(str(cause))


def _of(sqlstate: str, message: str, **answer: Any) -> Callable[[str], PoolgateError]:
    return lambda _text: DatabaseError(sqlstate, message, **answer)


def _columns(text: str) -> tuple[str, str]:
    """Table and columns out of `UNIQUE constraint failed: pet.name, pet.kind`."""
    names = text.partition(": ")[2].split(", ")
    tables = [name.partition(".")[0] for name in names]
    return tables[0], ", ".join(name.partition(".")[2] for name in names)


def _unique(text: str) -> PoolgateError:
    if ": index '" in text:
        index = text.partition(": index '")[2].rstrip("'")
        return DatabaseError("23505", f'duplicate key value violates unique constraint "{index}"').naming(index)
    table, columns = _columns(text)
    return DatabaseError(
        "23505",
        f'duplicate key value violates a unique constraint of "{table}"',
        details=f"A row with this value of ({columns}) already exists.",
    ).naming(table, *columns.split(", "))


def _not_null(text: str) -> PoolgateError:
    table, column = _columns(text)
    return DatabaseError(
        "23502",
        f'null value in column "{column}" of relation "{table}" violates not-null constraint',
        details=f'Column "{column}" must have a value.',
    ).naming(table, column)


def _check(text: str) -> PoolgateError:
    constraint = text.partition(": ")[2]
    return DatabaseError("23514", f'new row violates check constraint "{constraint}"').naming(constraint)


def _datatype(text: str) -> PoolgateError:
    found = re.fullmatch(r"cannot store (\w+) value in (\w+) column ([^.]*)\.(.*)", text, re.DOTALL)
    if found is None:  # a text as the key of a row
        return DatabaseError("22P02", "a value does not fit its column's type")
    given, wanted, table, column = found.groups()
    return DatabaseError(
        "22P02",
        f'column "{column}" of relation "{table}" holds {wanted.lower()}, not {given.lower()}',
    ).naming(table, column)


def _busy(_text: str) -> PoolgateError:
    return UnavailableError(
        "the database is locked by another writer",
        code=BUSY_CODE,
        hint="Try again a little later.",
        retry_after=BUSY_RETRY,
    )


def _forbidden(_text: str) -> PoolgateError:
    # Not 42501: no credentials would help.
    return DatabaseError("38003", "the statement does what is forbidden on every connection", status=403)


_BY_NAME: Mapping[str, Callable[[str], PoolgateError]] = MappingProxyType(
    {
        "SQLITE_CONSTRAINT_UNIQUE": _unique,
        "SQLITE_CONSTRAINT_PRIMARYKEY": _unique,
        "SQLITE_CONSTRAINT_ROWID": _unique,
        "SQLITE_CONSTRAINT_FOREIGNKEY": _of(
            "23503",
            "insert, update or delete violates a foreign key constraint",
            details="A row refers to one that is not there, or is still referred to.",
        ),
        "SQLITE_CONSTRAINT_NOTNULL": _not_null,
        "SQLITE_CONSTRAINT_CHECK": _check,
        "SQLITE_CONSTRAINT_DATATYPE": _datatype,
        "SQLITE_CONSTRAINT_TRIGGER": lambda text: DatabaseError("P0001", text),
        "SQLITE_CONSTRAINT": _of("23000", "a constraint is violated"),
        "SQLITE_MISMATCH": _of("22P02", "a value does not fit its column's type"),
        "SQLITE_BUSY": _busy,
        "SQLITE_LOCKED": _busy,
        "SQLITE_INTERRUPT": _of("57014", "the statement took too long and was stopped"),
        "SQLITE_READONLY": _of("25006", "cannot write: the database or the transaction is read-only"),
        "SQLITE_FULL": _of("53100", "the database's disk is full", status=507),
        "SQLITE_IOERR": _of("58030", "the database's file cannot be read or written", status=503),
        "SQLITE_CANTOPEN": _of("58030", "the database's file cannot be opened", status=503),
        "SQLITE_NOTADB": _of("XX001", "the file is not a database"),
        "SQLITE_CORRUPT": _of("XX001", "the database's file is damaged"),
        "SQLITE_NOMEM": _of("53200", "the database is out of memory"),
        "SQLITE_TOOBIG": _of("54000", "a text, a blob or the statement is too large", status=413),
        "SQLITE_RANGE": _of("42P02", "there is no parameter of that number"),
        "SQLITE_AUTH": _forbidden,
        "SQLITE_PERM": _of("42501", "this is not allowed"),
        "SQLITE_SCHEMA": _of("55006", "the schema changed while the statement ran", status=503),
    }
)
"""First match wins, by how the name begins: the special ones stand before the general."""


_BY_MESSAGE: tuple[tuple[str, str, str, int | None], ...] = (
    (r"no such column: (.*)|table .* has no column named (.*)", "42703", 'column "{}" does not exist', None),
    (r"no such table: (?:main\.)?(.*)", "42P01", 'relation "{}" does not exist', None),
    (r"no such function: (.*)", "42883", "function {} does not exist", None),
    (r"wrong number of arguments to function (\S+)\(\)", "42883", "function {} takes other arguments", None),
    (r"ambiguous column name: (.*)", "42702", 'column reference "{}" is ambiguous', None),
    (r"cannot (?:modify|UPSERT) (.*) because it is a view", "55000", '"{}" is a view that cannot be written', 400),
    (
        r'UPSERT not implemented for virtual table "(.*)"',
        "0A000",
        '"{}" is a virtual table and takes no on_conflict',
        None,
    ),
    (r"cannot (?:DELETE from|UPDATE) contentless fts5 table: (.*)", "55000", '"{}" keeps no rows to be changed', 400),
    (r'cannot (?:INSERT into|UPDATE) generated column "(.*)"', "428C9", 'column "{}" is generated, not written', None),
    (r"ON CONFLICT clause does not match any.*", "42P10", "no unique constraint matches the conflict's columns", None),
    (r"malformed JSON|bad JSON path.*|JSON path error.*", "22P02", "invalid input syntax for type json", None),
    (r"fts5: .*|unterminated string|unknown special query.*", "42601", "the full-text query cannot be read", None),
    (r"near .*: syntax error|incomplete input|unrecognized token.*", "42601", "the statement does not parse", None),
    (r"user-defined function raised exception", "2201B", "invalid regular expression", None),
    (r"LIKE or GLOB pattern too complex", "54000", "the pattern is too long", 400),
    (
        r"too many .*|Expression tree is too large.*|parser stack overflow.*|at most \d+ tables in a join",
        "54001",
        "the statement is too complex for the database",
        400,
    ),
    (r"integer overflow", "22003", "a number is out of range", None),
    (r"Could not decode to UTF-8.*", "22021", "a text in the database is not valid UTF-8", 500),
    (r"Incorrect number of bindings.*|You did not supply.*", "42P02", "a parameter has no value", 500),
    (r"Error binding parameter.*", "22P02", "a value is of a type that the database cannot hold", None),
)
"""Patterns of SQLite's plainest errors, which have no name of their own; `{}` is what the pattern found."""


_FORBIDDEN = ("not authorized to use function: ", "unsafe use of ")
"""How the messages begin by which SQLite refuses what the connection forbids, or a view may not do."""


def _by_message(text: str) -> PoolgateError:
    if text.startswith("Cannot operate on a closed database"):
        return DatabaseAwayError("the connection to the database was closed")
    if text.startswith(_FORBIDDEN):
        return _forbidden(text)
    for pattern, sqlstate, message, status in _BY_MESSAGE:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            answer = {} if status is None else {"status": status}
            names = [group for group in found.groups() if group]
            return DatabaseError(sqlstate, message.format(*names), **answer).naming(*names)
    # Not SQLite's own text: a syntax error's repeats a piece of the statement.
    return DatabaseError("XX000", "the database could not run the statement")
