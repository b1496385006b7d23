"""Streams from the service as a process: their memory, their speed, and what a client sees of one that is cut."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from poolgate_process import DEADLINE, Process, Start, both_servers, starting, until

from service.testing import Template

pytestmark = pytest.mark.slow
ROWS = 1_000_000
MEBIBYTE = 1024 * 1024
SCHEMA = {
    "sqlite": """
        create table long (id integer primary key, name text, price numeric, note text);
        insert into long with recursive n (n) as (select 1 union all select n + 1 from n where n < 1000000)
            select n, 'row number ' || n, n / 100.0, 'a text, of some length' from n;
        create view broken as
            select id, abs(case id when 100000 then -9223372036854775808 else id end) as value, note from long;
    """,
    "postgresql": """
        create table long (id integer primary key, name text, price numeric, note text);
        insert into long select n, 'row number ' || n, n / 100.0, 'a text, of some length'
            from generate_series(1, 1000000) as n;
        create view broken as select id, 1 / (100000 - id) as value, note from long;
    """,
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, templates: Callable[[str, str], Template]) -> Iterator[str]:
    """A database of a million rows, made once."""
    template = templates(request.param, SCHEMA[request.param])
    with ThreadPoolExecutor(1) as thread:
        url = thread.submit(asyncio.run, template.create()).result()
        yield url
        thread.submit(asyncio.run, template.drop(url)).result()


@pytest.fixture
def process(url: str, tmp_path: Path, server: str) -> Iterator[Process]:
    """The service on it, with two connections."""
    with starting(tmp_path, server) as start:
        yield start(database_url=url, anonymous="read", pool_max_size="2")


def read(process: Process, accept: str, path: str = "/rest/v1/long", **headers: str) -> int:
    """Reads a stream to its end; the number of its line ends."""
    ends = 0
    headers = {"Accept": accept, "Accept-Encoding": "identity", **headers}
    with httpx.stream("GET", process.url + path, headers=headers, timeout=DEADLINE) as answer:
        assert answer.status_code == 200
        for part in answer.iter_bytes():
            ends += part.count(b"\n")
    return ends


@pytest.mark.parametrize("accept, encoding", [("application/x-ndjson", ""), ("text/csv", ""), ("text/csv", "gzip")])
def test_a_million_rows_take_the_memory_of_one_part(process: Process, accept: str, encoding: str) -> None:
    """Streaming 10^6 rows raises the process's memory by less than 20 MB."""
    for _ in range(3):  # what is imported and filled at the first use
        read(process, accept, "/rest/v1/long?limit=5000", **{"Accept-Encoding": encoding or "identity"})
    before, began = process.memory, time.monotonic()
    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(read, process, accept, **({"Accept-Encoding": encoding} if encoding else {}))
        most = before
        while not reading.done():
            most = max(most, process.memory)
            time.sleep(0.02)
    assert reading.result() == ROWS
    grown = (max(most, process.memory) - before) / MEBIBYTE
    seconds = time.monotonic() - began
    sys.stdout.write(f"\n{accept} {encoding}: 10^6 rows in {seconds:.1f} s, memory + {grown:.1f} MiB\n")
    assert grown < 20


@both_servers
def test_a_client_sees_that_an_answer_was_cut(process: Process) -> None:
    """An error at row 100,000, long after the 200, leaves the answer without its end."""
    for accept in ("application/x-ndjson", "text/csv"):
        with pytest.raises(httpx.RemoteProtocolError):
            read(process, accept, "/rest/v1/broken?order=id")
        assert process.get("/rest/v1/long?limit=1").status_code == 200


@both_servers
def test_an_old_client_sees_it_too(process: Process) -> None:
    """To HTTP/1.0 the end of the connection is the end of the answer, so it is reset instead of closed."""
    with socket.create_connection(("127.0.0.1", process.port), timeout=DEADLINE) as old:
        old.sendall(b"GET /rest/v1/broken?order=id HTTP/1.0\r\nHost: x\r\nAccept: text/csv\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            all(iter(lambda: old.recv(65_536), b""))


@both_servers
def test_readers_who_come_and_go(process: Process) -> None:
    """A hundred clients who leave in mid-stream cost no connection and no memory, and others are served meanwhile."""

    def leave(_: int) -> None:
        headers = {"Accept": "text/csv"}
        with httpx.stream("GET", f"{process.url}/rest/v1/long", headers=headers, timeout=DEADLINE) as answer:
            next(answer.iter_raw())

    leave(0)
    before = process.memory
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(leave, range(100)))
    until(lambda: process.get("/-/pool", headers={"Accept": "application/json"}).json()["in_use"] == 0)
    assert process.get("/rest/v1/long?limit=1").status_code == 200
    assert process.memory - before < 20 * MEBIBYTE


@pytest.mark.parametrize("patience, whole", [("20", True), ("0.3", False)])
def test_a_stop_during_a_stream(url: str, serve: Start, patience: str, whole: bool) -> None:
    """A stop lets a stream come to its end, and cuts it at the end of the drain timeout."""
    process = serve(database_url=url, anonymous="read", drain_timeout=patience)
    headers = {"Accept": "application/x-ndjson", "Accept-Encoding": "identity"}
    with httpx.stream("GET", f"{process.url}/rest/v1/long", headers=headers, timeout=DEADLINE) as answer:
        parts = answer.iter_raw()
        ends = next(parts).count(b"\n")
        process.signal()
        if whole:
            assert ends + sum(part.count(b"\n") for part in parts) == ROWS
        else:
            assert process.wait() == 0
            with pytest.raises(httpx.RemoteProtocolError):
                list(parts)
    assert process.wait() == 0


@both_servers
async def test_a_reader_who_stops_for_good(url: str, serve: Start) -> None:
    """The reader's connection is cut after SEND_TIMEOUT, the database's is used by the next."""
    settings = {"send_timeout": "0.5", "pool_max_size": "1", "pool_acquire_timeout": "15"}
    process = serve(database_url=url, anonymous="read", **settings)
    port = await asyncio.to_thread(lambda: process.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
    writer.write(b"GET /rest/v1/long HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    answer = await asyncio.to_thread(process.get, "/rest/v1/long?limit=1")  # waits at the gate for the only one
    assert answer.status_code == 200
    assert await open_transactions(url) == 0
    writer.close()


async def open_transactions(url: str) -> Any:
    """How many of the service's connections to PostgreSQL are in a transaction."""
    if url.startswith("sqlite"):
        return 0
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'"
        )
    finally:
        await connection.close()
