"""PostgreSQL as one database: one engine, one pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.ext.asyncio import create_async_engine

from service.catalog.model import Catalog, Rights
from service.catalog.saved import SavedRoutine
from service.catalog.saved_file import SavedFile
from service.database.base import Database
from service.database.context import can_be_role, no_such_role
from service.database.hoisted import Hoisted, Pairs, hoisted
from service.database.limits import pool_limits
from service.database.postgresql import changes, described, dialect, errors, reflect, saved
from service.database.postgresql.api_keys import PostgresqlApiKeys
from service.database.postgresql.budget import Budget
from service.database.postgresql.connecting import Connector
from service.database.postgresql.driver import AsyncpgDriver
from service.database.postgresql.hooks import PreRequest, app_settings, pre_request_of
from service.database.postgresql.keys import PostgresqlKeys
from service.database.postgresql.risks import find_risks
from service.database.postgresql.roles import Roles, check_anonymous, granting, read_roles
from service.database.postgresql.target import Target, target_of
from service.database.postgresql.tls import missing_files
from service.database.risks import Risk
from service.errors import DatabaseAwayError, PoolgateError, SettingsError
from service.events import Observe, StatementsOutdated
from service.pool import SILENT, Pool, Store
from service.settings import Settings

_NO_SUCH_ROLE = "42704"


class PostgresqlDatabase(Database):
    """One server's database.

    Args:
        target: where to connect, and with what.
        budget: what the service may come to need of the server's connections.
        connector: opens the pool's connections.
        observe: is told what happens.
        extra_schemas: beside the exposed ones, where functions of rows are looked for.
        before: the function that is called before each request.
        anonymous: the role of callers without credentials, if they have one.
    """

    name = "postgresql"
    default_schemas = ("public",)
    connecting = "For each the server starts a process, which asks who we are and fills its caches anew."
    settle = "SET CONSTRAINTS ALL IMMEDIATE"
    zoned = True
    afresh = """
        SET LOCAL search_path TO DEFAULT; SET LOCAL role TO DEFAULT; SET LOCAL timezone TO DEFAULT;
        SET LOCAL response.status TO ''; SET LOCAL response.headers TO '';
    """
    has_path = True
    has_roles = True
    shows_requests = True
    to_readonly = "set transaction read only"

    def __init__(
        self,
        pool: Pool,
        target: Target,
        budget: Budget,
        connector: Connector,
        observe: Observe,
        extra_schemas: Sequence[str] = (),
        *,
        before: PreRequest | None = None,
        anonymous: str | None = None,
    ) -> None:
        super().__init__(pool, target.safe_url, PostgresqlKeys(), PostgresqlApiKeys())
        self._before = before
        if before is not None:
            self.pre_request = before.statement
        self._anonymous = anonymous
        self._roles = Roles()
        self.target = target
        self.budget = budget
        self._connector = connector
        self._observe = observe
        self.extra_schemas = tuple(extra_schemas)

    async def check(self) -> None:
        if missing := missing_files(self.target.files):
            raise SettingsError([f"DATABASE_URL: {fault}" for fault in missing])
        try:
            connection = await asyncpg.connect(**self.target.arguments)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
            fault = errors.fault_of_connect(error)
            if fault is not None:
                raise SettingsError([f"DATABASE_URL: {fault}"]) from error
            raise DatabaseAwayError(errors.away(error, self.target.arguments["timeout"])) from error
        try:
            await self.budget.check(connection)
            if self._before is not None:
                await self._before.check(connection)
            if self._anonymous is not None:
                await check_anonymous(connection, self._anonymous)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise errors.translate(error) or DatabaseAwayError(errors.LOST) from error
        finally:
            connection.terminate()

    async def reflect(self, schemas: Sequence[str], version: int) -> Catalog:
        exposed = tuple(schemas) or self.default_schemas
        catalog = await reflect.read_catalog(self.pool, exposed, version, self.extra_schemas)
        async with self.pool.lease(readonly=True, trusted=True) as lease:
            self._roles = await read_roles(lease)
        return await described.with_description(self.pool, catalog)

    async def rights(self, schemas: Sequence[str], role: str) -> Rights | None:
        if not can_be_role(role):
            raise no_such_role(role)
        try:
            return await described.read_rights(self.pool, schemas, role)
        except Exception as error:
            translated = errors.translate(error)
            if translated is None:
                raise
            raise no_such_role(role) if translated.code == _NO_SUCH_ROLE else translated from error

    def hoisted(self, role: str | None, settings: Pairs = ()) -> Hoisted:
        of_role = self._roles.settings.get(role, ()) if role is not None else ()
        return hoisted((*of_role, *settings), self.target.statement_timeout, timed=self._roles.timed)

    def to_take_on(self, role: str) -> str:
        return granting(role, self._roles.own)

    async def risks(self, settings: Settings) -> Sequence[Risk]:
        schemas, anonymous = settings.db_schemas or self.default_schemas, settings.db_anon_role
        try:
            async with self.pool.lease(readonly=True, trusted=True) as lease:
                return await find_risks(lease, self.target, schemas, access=settings.anonymous, anonymous=anonymous)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise errors.translate(error) or DatabaseAwayError(errors.LOST) from error

    async def check_saved(self, files: Sequence[SavedFile], catalog: Catalog) -> tuple[list[SavedRoutine], list[str]]:
        return await saved.check(self.pool, files, catalog.schemas[0])

    def translate(self, error: BaseException) -> PoolgateError | None:
        return errors.translate(error)

    async def forget_statements(self, error: BaseException) -> None:
        await self._connector.forget_statements()
        self._observe(StatementsOutdated(errors.said(error)))

    def changes(self, stamp: str | None) -> AsyncIterator[str]:
        return changes.listen(self.target, stamp)


def open_database(settings: Settings, observe: Observe) -> PostgresqlDatabase:
    """Makes the engine and the pool; does no I/O.

    Raises:
        SettingsError: the URL cannot be used, or a setting that is for the database's functions.
    """
    before, shown = pre_request_of(settings), app_settings(settings)
    target = target_of(
        settings.database_url,
        statement_timeout=settings.statement_timeout,
        connect_timeout=settings.pool_acquire_timeout,
        search_path=_search_path(settings),
    )

    connector = Connector(target)

    async def connect() -> Any:
        try:
            return await connector.connect()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
            # For callers: no address, no user. The cause goes to the log.
            raise DatabaseAwayError(errors.NO_CONNECTION) from error

    engine = create_async_engine(URL.create(dialect.NAME), async_creator=connect, poolclass=Store, hide_parameters=True)
    event.listen(engine.sync_engine, "handle_error", _give_up)
    pool = Pool(engine, AsyncpgDriver(), observe=observe, **pool_limits(settings))
    budget = Budget(settings.workers, settings.pool_max_size)
    extra, anonymous = settings.db_extra_search_path, settings.db_anon_role
    database = PostgresqlDatabase(
        *(pool, target, budget, connector, observe), extra, before=before, anonymous=anonymous
    )
    database.app_settings = shown
    return database


def _give_up(context: ExceptionContext) -> DatabaseAwayError | None:
    """As a lease does it: where asyncpg gave up waiting, the connection is closed and the caller told to come again."""
    if not isinstance(context.original_exception, TimeoutError):
        return None
    context.is_disconnect = True
    return DatabaseAwayError(SILENT)


def _search_path(settings: Settings) -> tuple[str, ...]:
    """The default schema and what DB_EXTRA_SEARCH_PATH adds; none, for the server's own, where nothing was set."""
    extra = settings.db_extra_search_path
    if not settings.db_schemas and extra == Settings.model_fields["db_extra_search_path"].default:
        return ()
    first = settings.db_schemas or PostgresqlDatabase.default_schemas
    return tuple(dict.fromkeys((first[0], *extra)))
