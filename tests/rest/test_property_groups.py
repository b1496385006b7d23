"""Any groups, aggregates and conditions on them give what Python finds in the whole table, on both databases alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

DATA = Path(__file__).parent / "data"
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "books": (("author_id", "editor_id", "year", "title"), ("id", "author_id", "year")),
    "book_tags": (("book_id", "tag_id", "weight"), ("weight", "tag_id")),
    "reviews": (("book_id", "body", "score"), ("score", "id")),
    "shelves": (("building", "hall_number"), ("hall_number", "id")),
    "awards": (("book_id", "name"), ("id",)),
}
"""By table, what it is grouped by, and what is aggregated."""
FUNCTIONS: Mapping[str, Callable[[Sequence[int]], int | None]] = {
    "count": len,
    "sum": lambda values: sum(values) if values else None,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
}
EXAMPLES = settings(
    max_examples=250, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
pytestmark = pytest.mark.asyncio(loop_scope="module")
Row = Mapping[str, Any]
Served = Mapping[str, tuple[httpx.AsyncClient, Mapping[str, list[Row]]]]


@dataclass(frozen=True)
class Asked:
    """A grouped read.

    Args:
        aggregates: each a column (None counts rows) and a function.
        having: the number of an aggregate, an operator and what it is held against.
        first: the number of the aggregate that the groups are ordered by, if by one.
    """

    table: str
    keys: tuple[str, ...]
    aggregates: tuple[tuple[str | None, str], ...]
    having: tuple[int, str, int] | None
    first: int | None
    descending: bool
    limit: int | None

    @property
    def query(self) -> dict[str, str]:
        made = [
            f"a{number}:count()" if column is None else f"a{number}:{column}.{function}()"
            for number, (column, function) in enumerate(self.aggregates)
        ]
        order = [] if self.first is None else [f"a{self.first}.{'desc' if self.descending else 'asc'}"]
        query = {"select": ",".join([*self.keys, *made])}
        if order or self.keys:
            query["order"] = ",".join([*order, *self.keys])
        if self.having is not None:
            number, operator, value = self.having
            query["having"] = f"(a{number}.{operator}.{value})"
        if self.limit is not None:
            query["limit"] = str(self.limit)
        return query

    def answer(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        groups: dict[tuple[Any, ...], list[Row]] = {} if self.keys else {(): []}
        for row in rows:
            groups.setdefault(tuple(row[key] for key in self.keys), []).append(row)
        found = [self._group(key, members) for key, members in groups.items()]
        found = [group for group in found if self._has(group)]
        for key in reversed(self.keys):
            absent = [group for group in found if group[key] is None]
            found = sorted((g for g in found if g[key] is not None), key=itemgetter(key)) + absent
        if self.first is not None:
            first = f"a{self.first}"
            present = [group for group in found if group[first] is not None]
            present.sort(key=itemgetter(first), reverse=self.descending)
            absent = [group for group in found if group[first] is None]
            found = absent + present if self.descending else present + absent
        return found[: self.limit]

    def _group(self, key: tuple[Any, ...], members: Sequence[Row]) -> dict[str, Any]:
        group = dict(zip(self.keys, key, strict=True))
        for number, (column, function) in enumerate(self.aggregates):
            values = [1 if column is None else row[column] for row in members]
            group[f"a{number}"] = FUNCTIONS[function]([value for value in values if value is not None])
        return group

    def _has(self, group: Row) -> bool:
        if self.having is None:
            return True
        number, operator, value = self.having
        held = group[f"a{number}"]
        return held is not None and (held > value if operator == "gt" else held <= value)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    table = draw(st.sampled_from(sorted(TABLES)))
    keys, columns = TABLES[table]
    one = st.just((None, "count")) | st.tuples(st.sampled_from(columns), st.sampled_from(sorted(FUNCTIONS)))
    aggregates = tuple(draw(st.lists(one, min_size=1, max_size=3)))
    number = st.integers(0, len(aggregates) - 1)
    return Asked(
        table,
        tuple(draw(st.lists(st.sampled_from(keys), max_size=2, unique=True))),
        aggregates,
        draw(st.none() | st.tuples(number, st.sampled_from(["gt", "lte"]), st.integers(0, 6))),
        draw(st.none() | number),
        draw(st.booleans()),
        draw(st.none() | st.integers(0, 3)),
    )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(templates: Any) -> AsyncIterator[Served]:
    """By database: a client, and all rows of the tables."""
    async with AsyncExitStack() as stack:
        found = {}
        for database in ("sqlite", "postgresql"):
            url = await stack.enter_async_context(templates(database, DATA / f"{database}.sql").fresh())
            app = create_app(Settings(database_url=url, anonymous="read", db_max_rows=None, db_aggregates_enabled=True))
            await stack.enter_async_context(running(app))
            http = await stack.enter_async_context(client(app))
            found[database] = http, {table: (await http.get(f"/rest/v1/{table}")).json() for table in TABLES}
        yield found


@EXAMPLES
@given(asked=asked())
async def test_groups(served: Served, asked: Asked) -> None:
    """Groups, what is aggregated of them, which of them and in which order."""
    for database, (http, tables) in served.items():
        got = await asyncio.wait_for(http.get(f"/rest/v1/{asked.table}", params=asked.query), timeout=30)
        assert got.status_code == 200, (database, got.url, got.text)
        assert got.json() == asked.answer(tables[asked.table]), (database, str(got.url))
