"""SQLite's files: where the URL says they are, and opening them for reading or for writing."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from service.database.sqlite.functions import register
from service.database.sqlite.guard import guard
from service.database.sqlite.limited import LimitedConnection
from service.database.sqlite.log import LONGEST, Log
from service.errors import SettingsError

BUSY_TIMEOUT = 5.0
"""Seconds a write waits for another process's write."""
_STATEMENTS = 128  # prepared statements a connection keeps


def path_of(url: str) -> Path:
    """The file that a `sqlite:///` URL names.

    Raises:
        SettingsError: it names none, or carries what is not understood.
    """
    parts = urlsplit(url)
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc:
        raise SettingsError([f"DATABASE_URL: {url!r} has two slashes; expected three before a path: sqlite:///file.db"])
    if path == ":memory:" or not path:
        raise SettingsError(
            ["DATABASE_URL: a database in memory is private to one connection; expected a file: sqlite:///file.db"]
        )
    if parts.query or parts.fragment:
        raise SettingsError(
            [f"DATABASE_URL: {parts.query or parts.fragment!r} is not understood; expected a path alone"]
        )
    if "\0" in path:
        raise SettingsError(["DATABASE_URL: a path has no NUL character"])
    return Path(path)


def open_writer(path: Path, limit: float) -> LimitedConnection:
    """Opens the file for writing, and makes it where there is none.

    Args:
        path: of the file; its folder must exist.
        limit: seconds a statement may run.

    Raises:
        sqlite3.Error: it cannot be opened, or is no database.
    """
    raw = _open(path, "mode=rwc", limit)
    try:
        _keep_a_log(raw)
        raw.execute("PRAGMA synchronous=NORMAL")
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute(f"PRAGMA journal_size_limit={LONGEST}")
        raw.is_touched = False
        raw.log = Log(path, limit, BUSY_TIMEOUT)
    except BaseException:
        raw.close()
        raise
    return raw


def fold_log(path: Path) -> None:
    """Puts the write-ahead log into the file and removes it, unless somebody else has the file open."""
    with contextlib.suppress(sqlite3.Error):
        # Closing the last connection that may write does it all.
        raw = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", timeout=0, uri=True)
        with contextlib.closing(raw):
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def open_reader(path: Path, limit: float) -> LimitedConnection:
    """Opens the file for reading only; a missing one is made first.

    Raises:
        sqlite3.Error: it cannot be opened, or is no database.
    """
    if not path.exists():
        open_writer(path, limit).close()
    try:
        raw = _open_to_read(path, "mode=ro", limit)
    except sqlite3.OperationalError as error:
        # A file with a log wants to make files beside it, which a read-only folder refuses. Where no log lies there
        # nobody else can be writing either.
        if not error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")) or not _is_still(path):
            raise
        raw = _open_to_read(path, "mode=ro&immutable=1", limit)
    return raw


def check_encoding(path: Path, limit: float) -> None:
    """Opens the file and looks how it keeps its texts: of UTF-16 their bytes, of which answers are made, are no JSON.

    Raises:
        SettingsError: not as UTF-8.
        sqlite3.Error: it cannot be opened, or is no database.
    """
    with contextlib.closing(open_reader(path, limit)) as raw:
        encoding = raw.execute("PRAGMA encoding").fetchone()[0]
    if encoding != "UTF-8":
        copy = f"sqlite3 {path.name} .dump | sqlite3 copy.db"
        raise SettingsError(
            [f"DATABASE_URL: {path} keeps its texts as {encoding}; expected UTF-8, as in a copy made by: {copy}"]
        )


def _open_to_read(path: Path, how: str, limit: float) -> LimitedConnection:
    raw = _open(path, how, limit)
    try:
        raw.execute("PRAGMA query_only=ON")
        raw.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()  # opens the file in earnest
        raw.is_touched = False
        raw.only_reads = True
    except BaseException:
        raw.close()
        raise
    return raw


def _open(path: Path, how: str, limit: float) -> LimitedConnection:
    raw = LimitedConnection(
        f"file:{quote(str(path))}?{how}",
        limit=limit,
        uri=True,
        timeout=BUSY_TIMEOUT,
        isolation_level=None,  # no transaction but those that are asked for
        cached_statements=_STATEMENTS,
        check_same_thread=False,  # the loop's works on it too; never at the same time, which is `FileConnection`'s part
    )
    try:
        register(raw)
        guard(raw)
    except BaseException:
        raw.close()
        raise
    return raw


def _keep_a_log(raw: LimitedConnection) -> None:
    """Readers go on while somebody writes. The mode stays with the file; one that cannot be written keeps its own."""
    try:
        raw.execute("PRAGMA journal_mode=WAL").fetchall()
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
            raise


def _is_still(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return not _may(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)


def _may(path: Path, how: int) -> bool:
    return os.access(path, how, effective_ids=os.access in os.supports_effective_ids)


def explain(path: Path, error: sqlite3.Error | OSError) -> str:
    """What is wrong with the file, and what to do about it, for the one who set the URL."""
    if path.is_dir():
        return f"{path} is a folder; expected a file in it"
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist; make it first"
    if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
        return f"{path} is not an SQLite database; expected one, or a name that is not taken"
    if not path.exists():
        return f"{path} cannot be made; the folder {path.parent} must be writable"
    if not _may(path, os.R_OK):
        return f"{path} cannot be read; this user needs the right to"
    return f"{path} cannot be opened: {error}"


def is_anybodys(path: Path) -> bool:
    """Whether users of this machine other than the file's owner and group may write it."""
    try:
        return bool(path.stat().st_mode & stat.S_IWOTH)
    except OSError:
        return False
