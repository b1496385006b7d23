"""The write-ahead log, kept from growing without end.

SQLite begins its log anew when no reader needs it. Where reads overlap and somebody goes on writing, that moment
never comes. So a write that finds the log long lets the reads that have begun come to their end first, while those that
begin now read what is in the file by then.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

LONGEST = 64 * 1024**2
"""Bytes of a log that is not long yet."""
_GRACE = 0.25  # seconds that a statement may take to notice that its time is over


class Log:
    """The log of one file, as the one who writes to it sees it.

    Args:
        path: of the database.
        limit: seconds that a read may take.
        most: seconds that a write waits for reads.
    """

    def __init__(self, path: Path, limit: float, most: float) -> None:
        self._path = path.with_name(f"{path.name}-wal")
        # Twice: for the reads of what is not in the file yet; then for those that began before all of it was.
        self._wait = min(2 * limit + _GRACE, most)
        self._due = LONGEST

    def trim(self, raw: sqlite3.Connection) -> None:
        """Has the log begin anew if it is long. Outside a transaction, in the connection's own thread."""
        try:
            size = self._path.stat().st_size
        except OSError:  # a file that keeps no log
            return
        if size < self._due:
            if size < LONGEST:
                self._due = LONGEST
            return
        cursor = raw.cursor(sqlite3.Cursor)
        (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={round(self._wait * 1000)}")
        try:
            (is_blocked, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:  # a full disk, say: what is written next tells
            is_blocked = True
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before}")
        # A reader was slower than the time that is waited for one: not every write that comes now is to wait for it.
        self._due = size + LONGEST // 4 if is_blocked else LONGEST
