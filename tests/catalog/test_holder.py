"""The catalog in use, and when it is read anew."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from service.catalog.holder import CatalogHolder
from service.catalog.model import Catalog
from service.database import Database
from service.database.postgresql import changes as postgresql_changes
from service.database.sqlite import changes as sqlite_changes
from service.errors import CatalogPendingError, DatabaseError, PoolgateError
from service.events import CatalogFailed, CatalogLoaded, Event
from tests.database.opened import opened, until

LISTENER = (
    "select pid from pg_stat_activity where datname = current_database()"
    " and application_name = 'poolgate listener' and query like '%snapshot%' and state = 'idle'"
)


@asynccontextmanager
async def watching(holder: CatalogHolder) -> AsyncIterator[None]:
    """`watch` runs beside the block."""
    task = asyncio.create_task(holder.watch())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Scripted:
    """A database whose readings succeed or fail as told, and that announces changes when told."""

    name = "scripted"
    default_schemas = ("main",)

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.announced: asyncio.Queue[str] = asyncio.Queue()
        self.asked: list[tuple[Sequence[str], int]] = []

    async def reflect(self, schemas: Sequence[str], version: int) -> Catalog:
        self.asked.append((schemas, version))
        outcome = self.outcomes.pop(0) if self.outcomes else None
        await asyncio.sleep(0)
        if outcome is not None:
            raise outcome
        return Catalog(schemas=tuple(schemas), relations={}, version=version)

    def translate(self, error: BaseException) -> PoolgateError | None:
        return DatabaseError("42501", "no") if isinstance(error, KeyError) else None

    async def changes(self, stamp: str | None) -> AsyncIterator[str]:
        while True:
            yield await self.announced.get()


def held(database: Scripted, events: list[Event] | None = None, schemas: Sequence[str] = ()) -> CatalogHolder:
    return CatalogHolder(database, schemas, [].append if events is None else events.append)  # type: ignore[arg-type]  # as far as a holder needs one


async def test_there_is_none_before_it_is_read() -> None:
    """Before the first reading there is no catalog, which is a 503 with Retry-After; then there is."""
    holder = held(Scripted())
    assert repr(holder) == "<CatalogHolder version=0 pending>"
    with pytest.raises(CatalogPendingError) as caught:
        _ = holder.current
    assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "1"})
    catalog = await holder.load()
    assert holder.current is catalog
    assert repr(holder) == "<CatalogHolder version=1 relations=0>"


async def test_versions_count_readings_that_succeeded() -> None:
    """Each new catalog has the next number; a failed one takes none, keeps the old and is reported."""
    events: list[Event] = []
    database = Scripted(None, KeyError(), None)
    holder = held(database, events, ("a", "b"))
    await holder.load()
    old = holder.current
    assert await holder.reload("because") is False
    assert holder.current is old
    assert await holder.reload("again") is True
    assert holder.version == holder.current.version == 2
    assert database.asked == [(("a", "b"), 1), (("a", "b"), 2), (("a", "b"), 2)]
    first, failed, last = events
    assert isinstance(first, CatalogLoaded)
    assert (first.reason, first.version, first.relations) == ("start", 1, 0)
    assert isinstance(failed, CatalogFailed)
    assert isinstance(failed.error, DatabaseError)
    assert isinstance(last, CatalogLoaded)
    assert (last.reason, last.version) == ("again", 2)


async def test_load_raises_the_houses_error() -> None:
    """A first reading that fails says why, in the house's words."""
    with pytest.raises(DatabaseError, match="no"):
        await held(Scripted(KeyError())).load()
    with pytest.raises(ZeroDivisionError):
        await held(Scripted(ZeroDivisionError())).load()


async def test_readings_at_the_same_time_take_turns() -> None:
    """Two reloads at once give two versions, one after the other."""
    holder = held(Scripted())
    assert await asyncio.gather(*(holder.reload(str(n)) for n in range(5))) == [True] * 5
    assert holder.version == 5


async def test_watch_heals_a_failed_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 23: with no catalog yet, watching goes on trying, and then follows the changes."""
    monkeypatch.setattr("service.catalog.holder.BACKOFF", (0.0,))
    database = Scripted(KeyError(), KeyError(), None, None)
    holder = held(database)
    async with watching(holder):
        await until(lambda: holder.is_loaded)
        assert len(database.asked) == 3
        database.announced.put_nowait("changed")
        await until(lambda: holder.version == 2)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits seconds in a test."""
    monkeypatch.setattr(postgresql_changes, "BACKOFF", (0.01,))
    monkeypatch.setattr(sqlite_changes, "INTERVAL", 0.01)


def has(holder: CatalogHolder, schema: str, name: str) -> bool:
    return holder.current.find(schema, name) is not None


async def listener(database: Database) -> int:
    pid: int | None = await database.pool.fetchval(LISTENER)
    return pid or 0


async def test_sqlite_schema_version(sqlite_url: str, quick: None) -> None:
    """A new table is there soon after, whoever made it; a new row reads nothing anew."""
    async with opened(sqlite_url, "create table t (a)") as database:
        holder = CatalogHolder(database)
        await holder.load()
        async with watching(holder):
            await database.pool.execute("insert into t values (1)")
            async with opened(sqlite_url) as other:
                await other.pool.execute("create table u (a)")
            await until(lambda: has(holder, "main", "u"))
            version = holder.version
            await database.pool.execute("insert into t values (1)")
            await database.pool.execute("drop table t")
            await until(lambda: not has(holder, "main", "t"))
            assert holder.version == version + 1


@pytest.mark.slow
async def test_notify(postgresql_url: str, quick: None) -> None:
    """`NOTIFY pgrst`, empty or 'reload schema', reads the catalog anew; anything else does not; many count as one."""
    async with opened(postgresql_url, "create table t (a int)") as database:
        holder = CatalogHolder(database)
        await holder.load()
        async with watching(holder):
            await until(lambda: listener(database))
            await database.pool.execute("notify pgrst, 'reload config'")
            await database.pool.execute("create table u (a int)")
            for _ in range(20):
                await database.pool.execute("notify pgrst, 'reload schema'")
            await until(lambda: has(holder, "public", "u"))
            assert holder.version == 2
            await database.pool.execute("create table v (a int)")
            await database.pool.execute("notify pgrst")
            await until(lambda: has(holder, "public", "v"))
            assert holder.version == 3
        await until(lambda: gone(database))


async def gone(database: Database) -> bool:
    return not await listener(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Either database."""
    return str(request.getfixturevalue(f"{request.param}_url"))


async def test_a_change_before_the_watch_is_not_lost(database_url: str, quick: None) -> None:
    """What changed after the first reading and before anybody listened or looked is read, though nobody tells of it."""
    async with opened(database_url, "create table t (a int)") as database:
        holder = CatalogHolder(database)
        await holder.load()
        await database.pool.execute("create table u (a int)")
        await database.pool.execute("notify pgrst") if database.name == "postgresql" else None
        async with watching(holder):
            await until(lambda: has(holder, database.default_schemas[0], "u"))
            assert holder.version == 2


async def test_the_catalog_is_not_read_twice_at_the_start(database_url: str, quick: None) -> None:
    """Where nothing was written since the first reading, the first look reads nothing anew; the next change is seen."""
    async with opened(database_url, "create table t (a int)") as database:
        holder = CatalogHolder(database)
        await holder.load()
        async with watching(holder):
            if database.name == "postgresql":
                await until(lambda: listener(database))
            await database.pool.execute("create table u (a int)")
            await database.pool.execute("notify pgrst") if database.name == "postgresql" else None
            await until(lambda: has(holder, database.default_schemas[0], "u"))
            assert holder.version == 2


async def test_a_transaction_under_way_at_the_reading_is_not_lost(postgresql_url: str, quick: None) -> None:
    """What a transaction changes that had begun before the first reading and ends before anybody listens is read."""
    async with opened(postgresql_url, "create table t (a int)") as database:
        holder = CatalogHolder(database)
        async with database.pool.lease(readonly=False) as lease, lease.transaction(readonly=False):
            await lease.execute("create table u (a int)")
            await holder.load()
            assert not has(holder, "public", "u")
        async with watching(holder):
            await until(lambda: has(holder, "public", "u"))


@pytest.mark.slow
async def test_the_listener_comes_back(postgresql_url: str, quick: None) -> None:
    """After its backend was terminated it listens anew, and reads anew what it may have missed."""
    async with opened(postgresql_url) as database:
        holder = CatalogHolder(database)
        await holder.load()
        async with watching(holder):
            pid = await until(lambda: listener(database))
            await database.pool.execute("create table missed (a int)")
            await database.pool.fetchval("select pg_terminate_backend($1)", pid)
            await until(lambda: has(holder, "public", "missed"))
            listening = LISTENER.replace("%snapshot%", "LISTEN%")  # it is not asked anew what was written
            assert await until(lambda: database.pool.fetchval(listening)) != pid
            await database.pool.execute("create table u (a int)")
            await database.pool.execute("notify pgrst")
            await until(lambda: has(holder, "public", "u"))


@pytest.mark.slow
async def test_a_silent_listener_is_asked_whether_it_is_there(
    postgresql_url: str, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a silence the server is asked; that disturbs nothing."""
    monkeypatch.setattr(postgresql_changes, "KEEPALIVE", 0.01)
    async with opened(postgresql_url) as database:
        holder = CatalogHolder(database)
        await holder.load()
        async with watching(holder):
            await until(lambda: database.pool.fetchval(LISTENER.replace("%snapshot%", "select 1")))
            await database.pool.execute("create table u (a int)")
            await database.pool.execute("notify pgrst")
            await until(lambda: has(holder, "public", "u"))
