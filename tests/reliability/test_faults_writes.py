"""What is written stays, once: the service is killed, and callers repeat what they asked for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.figures import measured
from tests.reliability.trial import until
from tests.reliability.writing import AWAY, names, prepare, service
from tests.serving.poolgate_process import Start

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest) -> str:
    """An empty database with the tables of these tests."""
    url = str(request.getfixturevalue(f"{request.param}_url"))
    await prepare(url)
    return url


async def test_what_was_acknowledged_is_there(serve: Start, database: str, full: bool) -> None:
    """Fault 33: the service is killed (`kill -9`) while eight callers write; each row whose 201 has come is there,
    once, and what was on the way when it was killed is there once or not at all."""
    wanted = 1000 if full else 400
    acknowledged: list[str] = []
    on_the_way: list[str] = []

    async with service(serve, database) as its:

        async def write(number: int) -> None:
            serial = 0
            while len(acknowledged) < wanted:
                serial += 1
                name = f"{number}-{serial}"
                try:
                    answer = await its.insert(name)
                except AWAY:
                    on_the_way.append(name)
                    await asyncio.sleep(0.02)
                else:
                    assert answer.status_code == 201, answer.text
                    acknowledged.append(name)

        async def kill() -> None:
            for part in (0.2, 0.5, 0.8):
                await until(lambda part=part: len(acknowledged) >= part * wanted, 30)
                await its.kill()

        async with asyncio.timeout(60):
            await asyncio.gather(kill(), *(write(number) for number in range(8)))
        found = Counter(await names(database))
        assert set(found.values()) == {1}
        assert set(acknowledged) <= set(found)
        assert set(found) <= set(acknowledged) | set(on_the_way)
        done = sum(name in found for name in on_the_way)
        measured(33, f"{database.partition(':')[0]}: {its.kills} kills, {len(acknowledged)} acknowledged, 0 lost, "
                 f"0 twice; of {len(on_the_way)} on the way {done} had been done")  # fmt: skip
        assert its.kills == 3
        assert on_the_way


async def test_what_is_repeated_is_done_once(serve: Start, database: str, full: bool) -> None:
    """Each of many requests is sent three times with its key, at the same time and again after a kill: each row is
    there once, and all three have had the same answer."""
    rows = 1000 if full else 300
    replayed = 0

    async with service(serve, database) as its:
        waiting = iter(range(rows))

        async def write(waiting: Iterator[int]) -> None:
            nonlocal replayed
            for number in waiting:
                answers = await asyncio.gather(*(its.insist(f"row {number}", f"key {number}") for _ in range(3)))
                assert len({answer.content for answer in answers}) == 1
                replayed += sum("Idempotent-Replayed" in answer.headers for answer in answers)

        async def kill() -> None:
            for part in (0.3, 0.7):
                await until(lambda part=part: replayed >= 2 * part * rows, 60)
                await its.kill()

        async with asyncio.timeout(110):
            await asyncio.gather(kill(), *(write(waiting) for _ in range(4)))
        found = Counter(await names(database))
        assert found == Counter(f"row {number}" for number in range(rows))
        # Where an answer got lost in a kill all three are that of one who was never heard.
        assert 2 * rows <= replayed <= 3 * rows
        assert its.kills == 2
        measured(33, f"{database.partition(':')[0]}: {rows} rows, asked for {3 * rows} times under {rows} keys, "
                 f"{its.kills} kills: each once, {replayed} answers given again")  # fmt: skip


async def test_killed_between_commit_and_answer(serve: Start, database: str) -> None:
    """Who never hears that a row was written, for the service died of its answer, hears it when asking again."""
    async with service(serve, database) as its:
        with pytest.raises(AWAY):
            await its.insert("row", key="key", prefer="return=representation", die="true")
        assert await names(database) == ["row"]
        await its.kill()
        answer = await its.insert("row", key="key", prefer="return=representation")
        assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (201, "true")
        assert answer.json() == [{"id": 1, "name": "row"}]
        assert await names(database) == ["row"]


async def test_what_is_repeated_to_another_worker_is_done_once(serve: Start, database: str) -> None:
    """With two workers, of which one is killed from time to time, it is the same."""
    rows = 150
    async with service(serve, database, workers=2) as its:
        waiting = iter(range(rows))
        done = 0

        async def write(waiting: Iterator[int]) -> None:
            nonlocal done
            for number in waiting:
                await asyncio.gather(*(its.insist(f"row {number}", f"key {number}") for _ in range(2)))
                done += 1

        async def kill() -> None:
            for part in (0.3, 0.7):
                await until(lambda part=part: done >= part * rows, 60)
                its.process.workers[0].kill()

        async with asyncio.timeout(90):
            await asyncio.gather(kill(), *(write(waiting) for _ in range(4)))
        assert Counter(await names(database)) == Counter(f"row {number}" for number in range(rows))
