"""The comparison: the same query through one pool, and with a connection of its own for each request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any

from service.catalog.model import Catalog
from service.database import Database, open_database
from service.errors import PoolTimeoutError
from service.events import Connected, Event
from service.pool import Pool
from service.rest.asked import read_request
from service.rest.prepare import Statements
from service.settings import Settings

SECONDS = 5.0
"""The longest that one side runs."""
_GRACE = 5.0  # seconds for the requests that have begun by then
_EVEN = 1.1  # up to this ratio of requests a second neither side is better


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked again and again.

    Args:
        title: for people.
    """

    title: str
    sql: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One side's outcome.

    Args:
        requests: that succeeded, in `seconds` altogether.
        failed: that did not.
        p50, p99: seconds that half, and 99 in 100, of the requests took at most.
        per_second: requests a second.
        opened: connections that were opened for it, those that were open before included.
        verdict: "good", "bad" or "even".
    """

    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float
    per_second: float
    opened: int
    verdict: str = "even"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides.

    Args:
        query: what was asked, for people.
        clients: how many asked at once.
        open_seconds: half of the second side's connections took no longer to be opened.
        connecting: what that takes, in words.
    """

    query: str
    clients: int
    pooled: Side
    per_request: Side
    open_seconds: float
    connecting: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """What it means, for people."""
        costs = (
            f"Half of {self.per_request.opened} connections took {_ms(self.open_seconds)} or more to be opened, half "
            f"of the requests through the pool {_ms(self.pooled.p50)} or more altogether. {self.connecting}"
        )
        bound = "What the pool still gives is the bound: never more connections than it may have."
        return (self._outcome(), costs) if self.pooled.verdict == "good" else (self._outcome(), costs, bound)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"sentences": self.sentences}

    def _outcome(self) -> str:
        ratio = self.pooled.per_second / self.per_request.per_second
        match self.pooled.verdict:
            case "good":
                over = f"over {self.pooled.opened} connections"
                return f"One pool answered {ratio:.1f} times as many requests a second, {over}."
            case "bad":
                return f"Here the pool lost: a connection for each request gave {1 / ratio:.1f} times as many a second."
            case _:
                return "Here both sides did about as well."


async def compare(
    settings: Settings,
    database: Database,
    query: Query,
    *,
    requests: int = 400,
    clients: int = 10,
    seconds: float = SECONDS,
) -> Comparison:
    """Runs the query through the database's pool, then with a connection for each request.

    Args:
        settings: of the database: by them it is opened once more, for the second side, and closed at the end.
        database: whose pool is open.
        requests: to be made on each side, by so many `clients` at once.
        seconds: after which a side stops though it has made fewer.

    Raises:
        PoolgateError: nothing succeeded on one of the sides, or the time is over and requests still run.
    """
    connecting: list[float] = []

    def observe(event: Event) -> None:
        if isinstance(event, Connected):
            connecting.append(event.seconds)

    load = _Load(query, requests, clients, seconds)
    baseline = open_database(_without_pool(settings, clients), observe)
    grace = _GRACE
    try:
        await baseline.pool.open()
        pooled, per_request = judge(await load.run(database), await load.run(baseline))
    except asyncio.CancelledError:
        grace = 0  # whoever ends it has no time
        raise
    finally:
        await baseline.close(grace)
    opening = _percentile(sorted(connecting), 0.5)
    return Comparison(query.title, clients, pooled, per_request, opening, database.connecting)


async def compare_database(settings: Settings, *, requests: int, clients: int, seconds: float) -> Comparison:
    """As `compare`, for a database that nobody serves: its pool is opened for it.

    Raises:
        PoolgateError: as `compare`, or the database cannot be reached.
    """
    database = open_database(settings.model_copy(update={"pool_max_waiting": max(clients, settings.pool_max_waiting)}))
    await database.check()
    try:
        await database.pool.open()
        catalog = await database.reflect(settings.db_schemas or database.default_schemas, 1)
        query = query_of(catalog, database.name)
        return await compare(settings, database, query, requests=requests, clients=clients, seconds=seconds)
    finally:
        await database.close(_GRACE)


def as_table(comparison: Comparison) -> str:
    """Both sides for a terminal."""
    sides = comparison.pooled, comparison.per_request
    rows = [("", "one pool", "a connection per request")]
    rows += [(name, write(sides[0]), write(sides[1])) for name, write in _MEASURES]
    return "".join(f"{name:<20}{one:>12}{other:>28}\n" for name, one, other in rows)


_MEASURES: tuple[tuple[str, Callable[[Side], str]], ...] = (
    ("requests", lambda side: str(side.requests)),
    ("failed", lambda side: str(side.failed)),
    ("requests a second", lambda side: f"{side.per_second:.0f}"),
    ("p50", lambda side: _ms(side.p50)),
    ("p99", lambda side: _ms(side.p99)),
    ("connections opened", lambda side: str(side.opened)),
    ("verdict", lambda side: side.verdict),
)


def query_of(catalog: Catalog | None, database: str) -> Query:
    """Reading twenty rows of the first table, as the table API does it; where there is none, `select 1`.

    Args:
        database: the database's name in SQLAlchemy.
    """
    relations = () if catalog is None else catalog.by_schema[catalog.schemas[0]]
    relation = next((each for each in relations if each.plain and each.primary_key), None)
    if catalog is None or relation is None:
        return Query("select 1", "select 1")
    asked = read_request("GET", relation.name, "limit=20", {})
    statement = Statements(database, max_rows=None).read(asked, catalog).statement
    return Query(f"{relation.name}?limit=20", statement.text, tuple(statement.arguments(asked.values, asked.page)))


def _without_pool(settings: Settings, clients: int) -> Settings:
    # Twice as many as there are clients, for connections that are being closed count too.
    changes = {
        "pool_mode": "per-request",
        "pool_min_size": 0,
        "pool_max_size": 2 * clients,
        "pool_max_waiting": clients,
    }
    return settings.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class _Load:
    query: Query
    requests: int
    clients: int
    seconds: float

    async def run(self, database: Database) -> Side:
        """All clients at once, each asking again as soon as it is answered."""
        took: list[float] = []
        errors: list[Exception] = []
        turns = iter(range(self.requests))
        before = _opened(database.pool)
        began = perf_counter()

        async def client() -> None:
            for _ in turns:
                start = perf_counter()
                try:
                    await self._ask(database.pool)
                except Exception as error:
                    errors.append(error)
                else:
                    took.append(perf_counter() - start)
                if perf_counter() - began > self.seconds:
                    return

        await self._together(client)
        lasted = perf_counter() - began
        if not took:
            raise database.translate(errors[0]) or errors[0]
        took.sort()
        size, connects = before
        opened = size + _opened(database.pool)[1] - connects
        p50, p99 = _percentile(took, 0.5), _percentile(took, 0.99)
        return Side(len(took), len(errors), lasted, p50, p99, len(took) / lasted, opened)

    async def _ask(self, pool: Pool) -> None:
        async with pool.lease(trusted=True) as lease:
            await lease.fetchrow(self.query.sql, *self.query.args)

    async def _together(self, client: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(self.seconds + _GRACE):
                await asyncio.gather(*(client() for _ in range(self.clients)))
        except TimeoutError:
            raise PoolTimeoutError("the database did not answer while the comparison ran") from None


def _opened(pool: Pool) -> tuple[int, int]:
    """Connections there are and that were ever opened, SQLite's one for writing not counted."""
    stats = pool.stats()
    size, connects = stats.size, stats.connects
    return (size, connects) if stats.writer is None else (size - stats.writer.size, connects - stats.writer.connects)


def _percentile(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def judge(pooled: Side, per_request: Side) -> tuple[Side, Side]:
    """Both sides with their verdicts, by requests a second."""
    ratio = pooled.per_second / per_request.per_second
    if ratio > _EVEN:
        return replace(pooled, verdict="good"), replace(per_request, verdict="bad")
    if ratio < 1 / _EVEN:
        return replace(pooled, verdict="bad"), replace(per_request, verdict="good")
    return pooled, per_request


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2g} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"  # .2g: no exponent below 100
