"""Whatever is asked under rules, it is answered as by a database that has nothing but what they let be seen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.settings import Settings
from service.testing import client, running
from tests.security import worlds
from tests.security.ruled import bearer, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")
EXAMPLES = settings(
    max_examples=600, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
SEED, ROLES = 7, 8
RANDOM = Random(SEED)
TABLES = worlds.rows_at_random(RANDOM)
ROLES_AT_RANDOM = {f"r{number}": worlds.rules_at_random(RANDOM) for number in range(ROLES)}
_CONDITIONS = {
    "text": (
        "eq.red",
        "neq.blue",
        "like.*zq",
        "not.like.*3*",
        "in.(red,green,qa1zq,qb2zq)",
        "match.[1-4]zq",
        "is.null",
    ),
    "int": ("gt.3", "lte.5", "in.(1,2,3,4)", "not.in.(5,6)", "isdistinct.2", "gte.97000000", "not.is.null"),
    "boolean": ("is.true", "not.is.true", "eq.false"),
    "json": ("is.null", "not.is.null", 'eq.{"k": "doca1zq"}'),
}
_JUNK = ("id", "tenant", "name", "n", "doc", "b_id", "a_id", "nam", "x", "rowid", "doc->k")
_WAYS = {
    "a": (
        ("b", "b"),
        ("b_id", "b"),
        ("a_b_id_fkey", "b"),
        ("a_id", "a"),
        ("a", "a"),
        ("ab", "ab"),
        ("b!ab", "b"),
        ("b!b_id", "b"),
    ),
    "b": (("a", "a"), ("a!b_id", "a"), ("c", "c"), ("ab", "ab"), ("a!ab", "a")),
    "ab": (("a", "a"), ("b", "b"), ("a_id", "a"), ("ab_b_id_fkey", "b")),
    "c": (("b", "b"), ("b!b_id", "b"), ("b_id", "b")),
    "d": (("a", "a"),),
}
_AGGREGATES = ("sum", "max", "min", "count", "avg")


@dataclass(frozen=True)
class World:
    """A service with rules, and by role and claims one without any over what is seen.

    Args:
        hidden: by role and claims, what must not come out.
    """

    ruled: httpx.AsyncClient
    plain: dict[tuple[str, int], httpx.AsyncClient]
    hidden: dict[tuple[str, int], set[str]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Roles at random, and each of them with each of the claims."""
    folder, tables, roles = tmp_path_factory.mktemp("worlds"), TABLES, ROLES_AT_RANDOM
    url = worlds.build(folder / "whole.db", tables, worlds.whole())
    options: dict[str, Any] = {"pool_min_size": 1, "pool_max_size": 2, "db_aggregates_enabled": True}
    async with AsyncExitStack() as stack:
        ruled = await stack.enter_async_context(serving(url, worlds.toml(roles), folder, **options))
        found = World(ruled, {}, {})
        for name, rules in roles.items():
            for number, claims in enumerate(worlds.CLAIMS):
                kept = worlds.seen(rules, tables, claims)
                file = folder / f"{name}-{number}.db"
                copy = worlds.build(file, kept, {table: rule.read for table, rule in rules.items()})
                app = create_app(Settings(database_url=copy, anonymous="read", **options))
                await stack.enter_async_context(running(app))
                there = client(app, base_url="http://testserver/rest/v1/")
                found.plain[name, number] = await stack.enter_async_context(there)
                found.hidden[name, number] = worlds.hidden(rules, tables, claims)
        yield found


@dataclass
class _Asking:
    """A request in the making: mostly of what its role sees."""

    draw: st.DrawFn
    rules: worlds.Rules
    found: list[tuple[str, str]] = field(default_factory=list)

    def one_in(self, count: int) -> bool:
        return self.draw(st.integers(1, count)) == count

    def column(self, table: str) -> str:
        rule = self.rules.get(table)
        return self.draw(st.sampled_from(_JUNK if rule is None or self.one_in(25) else rule.read))

    def condition(self, table: str) -> tuple[str, str]:
        column = self.column(table)
        kind = worlds.COLUMNS.get(table, {}).get(column, "int").replace("integer", "int")
        return column, self.draw(st.sampled_from(_CONDITIONS[kind]))

    def way(self, table: str) -> tuple[str, str]:
        known = [way for way in _WAYS[table] if way[1] in self.rules]
        return self.draw(st.sampled_from(_WAYS[table] if not known or self.one_in(12) else known))

    def node(self, table: str, path: str, depth: int, *, grouped: bool) -> str:
        """The items of one node; what is asked of it beside is added to `found`."""
        items = [self.column(table) for _ in range(self.draw(st.integers(0, 2)))]
        if grouped:
            items += [f"x:{self.column(table)}.{self.draw(st.sampled_from(_AGGREGATES))}()", "count()"]
        elif self.one_in(5):
            items.append("*")
        names: list[tuple[str, str]] = []
        for _ in range(self.draw(st.integers(0, 2)) if depth else 0):
            way, to = self.way(table)
            spread = self.one_in(4)
            names.append((way.partition("!")[0] if spread else f"e{len(names)}", to))
            inner = self.draw(st.sampled_from(("", "", "!inner")))
            inside = self.node(to, f"{path}{names[-1][0]}.", depth - 1, grouped=self.one_in(6))
            items.append(f"{'...' if spread else names[-1][0] + ':'}{way}{inner}({inside})")
        for _ in range(self.draw(st.integers(0, 2))):
            self.ask(table, path, names)
        if not grouped and self.one_in(3):
            related = ""
            if names and self.one_in(3):
                related = f"{names[0][0]}({self.column(names[0][1])}).desc,"
            key = ",".join(
                name for name in worlds.KEYS.get(table, ()) if name in getattr(self.rules.get(table), "read", ())
            )
            self.found.append((f"{path}order", f"{related}{self.column(table)}.desc,{key or 'id'}"))
            if key.count(",") + 1 == len(worlds.KEYS.get(table, ())) and key:
                self.found.append((f"{path}limit", str(self.draw(st.integers(0, 4)))))
        return ",".join(items)

    def ask(self, table: str, path: str, names: list[tuple[str, str]]) -> None:
        column, condition = self.condition(table)
        match self.draw(st.integers(1, 4)):
            case 1:
                other = ".".join(self.condition(table))
                self.found.append((f"{path}or", f"({column}.{condition},{other})"))
            case 2 if names:
                self.found.append((f"{path}{names[0][0]}", self.draw(st.sampled_from(("is.null", "not.is.null")))))
            case _:
                self.found.append((f"{path}{column}", condition))


Asked = tuple[int, str, str, list[tuple[str, str]], dict[str, str]]


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    """Role, method, table, query and headers of a read."""
    role = draw(st.integers(0, ROLES - 1))
    asking = _Asking(draw, ROLES_AT_RANDOM[f"r{role}"])
    table = "d" if asking.one_in(25) else draw(st.sampled_from(("a", "a", *(asking.rules or ("a",)))))
    select = asking.node(table, "", 2, grouped=asking.one_in(5))
    if select or asking.one_in(2):
        asking.found.append(("select", select))
    media = ("application/json", "application/json", "text/csv", "application/x-ndjson")
    headers = {"Accept": draw(st.sampled_from(media))}
    if asking.one_in(2):
        headers["Prefer"] = "count=exact"
    return role, "HEAD" if asking.one_in(12) else "GET", table, asking.found, headers


def _unordered(value: Any) -> Any:
    """As it is where the order of rows that were not ordered does not count."""
    if isinstance(value, list):
        return sorted((_unordered(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    return {key: _unordered(each) for key, each in value.items()} if isinstance(value, dict) else value


def _answer(answer: httpx.Response) -> Any:
    kept = {name: answer.headers.get(name) for name in ("Content-Range", "Content-Type", "Allow", "Proxy-Status")}
    if "json" in answer.headers.get("Content-Type", "") and "nd" not in answer.headers["Content-Type"]:
        return answer.status_code, kept, _unordered(answer.json()) if answer.content else None
    return answer.status_code, kept, sorted(answer.text.splitlines())


@EXAMPLES
@given(claims=st.integers(0, len(worlds.CLAIMS) - 1), request=requests())
async def test_rules_are_a_smaller_database(world: World, claims: int, request: Asked) -> None:
    """Security 4 and 10: each read, error or not, is answered as if what the rules hide were not in the database."""
    role, method, table, query, headers = request
    who, params = (f"r{role}", claims), httpx.QueryParams(query)
    token = bearer(who[0], **worlds.CLAIMS[claims])
    got = await world.ruled.request(method, table, params=params, headers={**headers, **token})
    expected = await world.plain[who].request(method, table, params=params, headers=headers)
    assert got.status_code < 500, got.text
    asked = str(got.request.url)
    out = got.text + "\n".join(f"{name}: {value}" for name, value in got.headers.items())
    assert not [mark for mark in world.hidden[who] if mark in out and mark not in asked], (who, asked, out)
    assert _answer(got) == _answer(expected), (who, asked)


@pytest.mark.parametrize("number", range(len(worlds.CLAIMS)))
async def test_descriptions_of_a_smaller_database(world: World, number: int) -> None:
    """Security 10: a role's description has just the paths, columns and relationships of what it sees."""
    for role in range(ROLES):
        who = (f"r{role}", number)
        got = (await world.ruled.get("", headers=bearer(who[0], **worlds.CLAIMS[number]))).json()
        expected = (await world.plain[who].get("")).json()
        for name, path in expected["paths"].items():
            assert got["paths"][name].get("get") == path.get("get"), (who, name)
        assert set(got["paths"]) == set(expected["paths"])
        for name, schema in expected["components"]["schemas"].items():
            if not name.startswith("poolgate."):
                assert got["components"]["schemas"][name]["properties"] == schema["properties"]
