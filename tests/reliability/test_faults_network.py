"""Faults of the network between the service and its database: silent, cut off, broken in the middle of an answer."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from tests.figures import measured
from tests.pool.network import network, proxy
from tests.reliability.test_faults_database import load
from tests.reliability.trial import Trial, sockets_of, trial, until
from tests.serving.poolgate_process import Start

pytestmark = pytest.mark.slow
TIMEOUT = STATEMENT = 0.5


async def _served(service: Trial) -> bool:
    return (await service.get("/rest/v1/item")).status_code == 200


async def test_a_black_hole(serve: Start, url: str, full: bool) -> None:
    """Fault 4, T = ST = 0.5 s: the proxy before the server is suspended for 30 s (10 in the suite), under load. Every
    request is answered within T + ST + 1 s; two seconds after it goes on all is served, and no connection's place is
    lost."""
    times = {"pool_acquire_timeout": TIMEOUT, "statement_timeout": STATEMENT}
    lasting = 30 if full else 10
    async with proxy(url) as (line, through):  # noqa: SIM117  # the service goes first
        async with trial(serve, through, seen_at=url, pool=4, most=8, **times) as service:
            async with load(service, "/rest/v1/item", rate=50) as answers:
                await until(lambda: len(answers) > 25)
                line.suspend()
                began = monotonic()
                most = 0
                while monotonic() < began + lasting:
                    most = max(most, sockets_of(service.process, line.port))
                    await asyncio.sleep(0.1)
                line.resume()
                back = monotonic()
                await until(lambda: _served(service), 2)
                served = monotonic() - back
                await until(lambda: monotonic() > back + 2)
            failed = [answer for answer in answers if answer.status != 200]
            measured(
                4,
                f"{lasting} s: {len(failed)} of {len(answers)} failed; the slowest "
                f"{max(a.duration for a in answers):.3f} s; served {served:.3f} s after the return, the last failure "
                f"{max(a.at for a in failed) - back:.3f} s; at most {most} sockets",
            )
            assert {answer.status for answer in failed} <= {503, 504}
            assert max(answer.duration for answer in answers) <= TIMEOUT + STATEMENT + 1
            assert max(answer.at for answer in failed) <= back + 2
            held = await asyncio.gather(*(service.get("/hold/0.2") for _ in range(4)))
            assert {answer.status_code for answer in held} == {200}


async def test_a_black_hole_while_cancelling(serve: Start, url: str) -> None:
    """Fault 5: when the cancel request for a caller who left is lost too, its connection is replaced within 3 s of
    the hang-up, and there are never more sockets than connections, their cancel requests and the one that listens."""
    async with network(url) as (line, through):  # noqa: SIM117  # the service goes first
        async with trial(
            serve, through, seen_at=url, pool=2, most=4, pool_acquire_timeout=1, statement_timeout=5
        ) as service:
            writers = [await service.begin("/rest/v1/nap") for _ in range(2)]
            await service.when(in_use=2)
            line.unplug()
            for writer in writers:
                writer.close()
            began = monotonic()
            most = 0

            async def freed() -> bool:
                nonlocal most
                most = max(most, sockets_of(service.process, line.port))
                return bool((await service.pool())["in_use"] == 0)

            await until(freed, 3.0)
            took = monotonic() - began
            for _ in range(20):
                await service.get("/rest/v1/item")
                await freed()
            line.plug()
            await until(lambda: _served(service), 3)
            measured(5, f"freed after {took:.3f} s; at most {most} sockets")
            assert most <= 2 + 2 + 1


@pytest.mark.parametrize("path", ["/rest/v1/large", "/run?sql=select string_agg(text, '') from large"])
async def test_cut_in_the_middle_of_an_answer(path: str, serve: Start, url: str) -> None:
    """Fault 6: a result that is cut off half-way is a 503 and never a part of it with 200; then all is served again."""
    async with network(url) as (line, through):  # noqa: SIM117  # the service goes first
        async with trial(serve, through, seen_at=url, pool=2, most=3) as service:
            whole = await service.get(path)
            assert (whole.status_code, len(whole.content) > 900_000) == (200, True)
            for _ in range(5):
                line.cut_after(300_000)
                answer = await service.get(path)
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
                assert "xxxx" not in answer.text
                assert (await service.get(path)).content == whole.content


async def test_a_spike(serve: Start, url: str) -> None:
    """Fault 13: fifty callers at once, 150 ms a connect, 2 ms a statement, five connections: all are served within
    250 ms, and the pool ends below seven."""
    async with network(url, connecting=0.15) as (_, through):  # noqa: SIM117  # the service goes first
        async with trial(serve, through, seen_at=url, pool=20, pool_min_size=5) as service:
            callers = [await asyncio.open_connection("127.0.0.1", service.process.port) for _ in range(50)]
            await _ask(callers, "/-/live")  # each is let in by then
            began = monotonic()
            heads = await _ask(callers, "/sleep/0.002")
            took = monotonic() - began
            assert {head[:12] for head in heads} == {b"HTTP/1.1 200"}
            await service.when(connecting=0)
            pool = await service.pool()
            measured(13, f"all done after {took:.3f} s; {pool['queued']} waited; {pool['size']} connections")
            assert pool["queued"] > 20
            assert took <= 0.25
            assert pool["size"] < 7
            for _, writer in callers:
                writer.close()


async def _ask(callers: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]], path: str) -> list[bytes]:
    """All at once; the heads of the answers."""
    for _, writer in callers:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    heads = []
    for reader, _ in callers:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        await reader.readuntil(b"}")
    return heads
