"""What the pool needs to know of a database driver: one small object per database, kept in `service/database/`.

The pool hands out the driver's own connection (asyncpg's, aiosqlite's) with nothing in between, so all that differs
between drivers stands here. Every method takes that connection; a driver object has no state but how it was set up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol


class Row(Protocol):
    """One row, by position and by column name: `asyncpg.Record` and `sqlite3.Row` are of this kind."""

    def __getitem__(self, key: Any, /) -> Any: ...

    def __len__(self) -> int: ...


class Cursor(Protocol):
    """Rows that are fetched in parts."""

    async def fetch(self, count: int) -> list[Row]:
        """The next rows, `count` at most; fewer than that are the last."""
        ...

    async def close(self) -> None:
        """Lets go of the rows that were not fetched."""
        ...


class Driver(Protocol):
    """How to talk to one database's connections. Placeholders are `$1`, `$2`, … on every database."""

    async def fetch(self, connection: Any, sql: str, args: Sequence[Any]) -> list[Row]:
        """All rows of one statement."""
        ...

    async def fetchrow(self, connection: Any, sql: str, args: Sequence[Any]) -> Row | None:
        """The first row of one statement, or None."""
        ...

    async def fetchvals(self, connection: Any, statements: Iterable[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The first columns of the rows of several statements, run one after the other."""
        ...

    async def open_cursor(self, connection: Any, sql: str, args: Sequence[Any]) -> Cursor:
        """A cursor over the rows of one statement, in a transaction; nothing else runs until it is closed."""
        ...

    async def execute(self, connection: Any, sql: str, args: Sequence[Any]) -> int:
        """Runs one statement; the rows it affected, -1 if the database does not say."""
        ...

    async def script(self, connection: Any, sql: str) -> None:
        """Runs several statements without arguments, as `begin read only; set local …`."""
        ...

    def begin(self, *, readonly: bool, lasting: float | None = None, isolation: str | None = None) -> str:
        """What opens a transaction.

        Args:
            lasting: seconds that it may last and idle in between, where that is longer than the connection's others
                may; all its statements see the same data.
            isolation: its level by the SQL standard's name, in lower case; None: the connection's.
        """
        ...

    def wait(self, connection: Any, seconds: float | None) -> None:
        """How long an answer is waited for from now on: asks nobody, takes no time.

        Args:
            seconds: that a statement may run, infinite for no limit; None: as the connection began with.
        """
        ...

    def is_closed(self, connection: Any) -> bool:
        """Whether the connection is known to be gone; asks nobody, takes no time."""
        ...

    def may_be_gone(self, connection: Any) -> bool:
        """Whether the network could have taken it without a sign; then it is asked before use, if it lay idle."""
        ...

    def in_transaction(self, connection: Any) -> bool:
        """Whether a transaction or a cursor is open on one that is not closed; asks nobody, takes no time."""
        ...

    async def reset(self, connection: Any) -> None:
        """Leaves no transaction and no cursor open.

        After a cancelled call it first waits until that call has really ended.
        """
        ...

    def is_touched(self, connection: Any) -> bool:
        """Whether a caller's own SQL may have left on it what outlasts a transaction; asks nobody, takes no time."""
        ...

    async def renew(self, connection: Any) -> None:
        """Leaves nothing of what outlasts a transaction: no settings, temporary tables, locks. None is open."""
        ...

    async def interrupt(self, connection: Any) -> None:
        """Stops a statement whose awaiting task was cancelled, where the driver does not do so by itself.

        SQLite: `interrupt()`. PostgreSQL: nothing, for asyncpg has sent the cancel request already, and a second one
        could hit the next statement.
        """
        ...

    async def abort(self, connection: Any) -> None:
        """Stops what another task still runs on a connection that will be closed next, never used again.

        PostgreSQL: a cancel request, or the server would work on for a client that is gone. SQLite: `interrupt()`.
        """
        ...

    def is_write_refused(self, error: BaseException) -> bool:
        """Whether a read-only connection was asked to write and said no, having done nothing."""
        ...
