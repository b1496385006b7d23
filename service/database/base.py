"""What the house sees of a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

from service.catalog.model import Catalog, Rights
from service.catalog.saved import SavedRoutine
from service.catalog.saved_file import SavedFile
from service.database.api_keys import ApiKeys
from service.database.hoisted import NOTHING_HOISTED, Hoisted, Pairs
from service.database.keys import Keys
from service.database.risks import Risk
from service.errors import PoolgateError
from service.pool import Pool
from service.settings import Settings


class Database(ABC):
    """One database behind one pool.

    Args:
        pool: the pool that every coroutine shares.
        safe_url: the URL without its passwords, for logs and pages.
        keys: what it keeps of requests that are to be done once.
        api_keys: whom it knows by a key.
    """

    name: ClassVar[str]
    default_schemas: ClassVar[tuple[str, ...]]
    connecting: ClassVar[str]
    """What opening a connection takes, in words for people."""
    settle: ClassVar[str] = ""
    """What makes constraints that wait for a transaction's end show before it, where there is such a thing."""
    zoned: ClassVar[bool] = False
    """Whether it has times that it writes in the session's time zone."""
    afresh: ClassVar[str] = ""
    """What takes back what a function may have set for the rest of a transaction, where there are settings."""
    has_path: ClassVar[bool] = False
    """Whether names without a schema are looked for in several schemas."""
    to_readonly: ClassVar[str | None] = None
    """The statement by which a transaction that has begun is one that only reads; None where the connection is so."""
    has_roles: ClassVar[bool] = False
    """Whether it has roles of its own, one of which is taken on for a request's transaction."""
    shows_requests: ClassVar[bool] = False
    """Whether code in it can read what is set of a request for the time of its transaction."""
    pre_request: str | None = None
    """A statement to be run in each request's transaction, before the request's own; it gives what `Told` has."""
    app_settings: Sequence[tuple[str, str]] = ()
    """What code in it can read beside the request, by its full name."""
    bracketed: ClassVar[bool] = False
    """How its SQL is quoted, as for `catalog.holes.cut`."""

    def __init__(self, pool: Pool, safe_url: str, keys: Keys, api_keys: ApiKeys) -> None:
        self.pool = pool
        self.safe_url = safe_url
        self.keys = keys
        self.api_keys = api_keys

    def __repr__(self) -> str:
        return f"<Database {self.safe_url} {self.pool!r}>"

    async def close(self, timeout: float | None = None) -> None:
        """Closes the pool and lets everything go.

        Args:
            timeout: seconds to wait for the connections in use; None waits for ever.
        """
        await self.pool.close(timeout)

    @abstractmethod
    async def check(self) -> None:
        """Connects once, outside the pool, to find out early what would fail later.

        Raises:
            SettingsError: the URL can never work: a wrong password, an unknown database, a file that is none.
            DatabaseAwayError: it may work later: no server there, too many connections, starting up.
        """

    @abstractmethod
    async def reflect(self, schemas: Sequence[str], version: int) -> Catalog:
        """Reads the schema, in one transaction.

        Args:
            schemas: the exposed ones, the default first; none for the database's default.
            version: the catalog's number.

        Raises:
            SettingsError: a schema of that name does not exist.
            DatabaseError, DatabaseAwayError: as the database answers.
        """

    async def rights(self, schemas: Sequence[str], role: str) -> Rights | None:
        """What a role may do; None for everything, as where there are no roles.

        Args:
            schemas: the exposed ones.

        Raises:
            DatabaseError: there is no such role.
            UnavailableError: no connection could be had, or it was lost.
        """
        return None

    def hoisted(self, role: str | None, settings: Pairs = ()) -> Hoisted:
        """What a transaction begins with, under a role.

        Args:
            settings: what the function that is called says beside it.
        """
        return NOTHING_HOISTED

    def to_take_on(self, role: str) -> str:
        """What lets the service take a role on, in SQL; for who runs it, never for callers."""
        return ""

    async def risks(self, settings: Settings) -> Sequence[Risk]:
        """What is less safe than it could be; the pool is open.

        Raises:
            UnavailableError: no connection could be had, or it was lost.
        """
        return ()

    @abstractmethod
    async def check_saved(self, files: Sequence[SavedFile], catalog: Catalog) -> tuple[list[SavedRoutine], list[str]]:
        """Saved functions held against the database, which runs nothing of them.

        Returns:
            The functions, and a line for each fault of the files that are none.

        Raises:
            DatabaseError, UnavailableError: the database cannot be asked.
        """

    @abstractmethod
    def translate(self, error: BaseException) -> PoolgateError | None:
        """The error of the house that the driver's error becomes; None if it is not the driver's."""

    async def forget_statements(self, error: BaseException) -> None:
        """Has all connections prepare anew what they are asked next; nothing, where the database itself sees to that.

        Args:
            error: what showed that it is needed.
        """
        return

    @abstractmethod
    def changes(self, stamp: str | None) -> AsyncIterator[str]:
        """Yields a reason whenever the schema should be read anew; runs until it is closed.

        It keeps a connection of its own outside the pool and survives the loss of it.

        Args:
            stamp: of the catalog in use; what has changed since it was read is a reason too.
        """
