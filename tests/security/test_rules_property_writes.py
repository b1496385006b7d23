"""Whatever is written under rules, only rows and columns change that the rules let be changed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security import worlds
from tests.security.ruled import bearer, path_of, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")
EXAMPLES = settings(
    max_examples=500, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
RANDOM = Random(3)
TABLES = worlds.rows_at_random(RANDOM)
ROLES = {f"r{number}": worlds.rules_at_random(RANDOM) for number in range(12)}


COUNTED = {"done": 0, "refused": 0}


@dataclass(frozen=True)
class Served:
    http: httpx.AsyncClient
    file: str

    def restore(self) -> None:
        """The rows as they were in the beginning."""
        with closing(sqlite3.connect(self.file, timeout=20)) as connection:
            for table in worlds.COLUMNS:
                connection.execute(f"delete from {table}")
            worlds.put(connection, TABLES, worlds.whole())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The service with roles at random. Foreign keys are not held to: rows may be deleted in any order."""
    folder = tmp_path_factory.mktemp("written")
    url = worlds.build(folder / "whole.db", TABLES, worlds.whole())
    async with serving(url, worlds.toml(ROLES), folder, pool_max_size=3) as http:
        yield Served(http, path_of(url))
    # The property is about writes that are done, and about such as are refused: there are enough of both.
    assert sum(COUNTED.values()) < EXAMPLES.max_examples or min(COUNTED.values()) > 80, COUNTED


@dataclass(frozen=True)
class Write:
    role: str
    claims: int
    method: str
    table: str
    query: tuple[tuple[str, str], ...]
    body: Any
    prefer: str


_FILTERS = {"id": "in.(1,2,3,4,5)", "tenant": "eq.red", "shared": "is.true", "name": "like.*zq", "n": "gt.0"}


@st.composite
def writes(draw: st.DrawFn) -> Write:
    """A write that its role may often do."""
    role = draw(st.sampled_from(sorted(ROLES)))
    rules = ROLES[role]
    table = (
        draw(st.sampled_from((*rules, "a")))
        if draw(st.integers(1, 20)) > 1
        else draw(st.sampled_from(tuple(worlds.COLUMNS)))
    )
    rule = rules.get(table) or worlds.Rule(("id",), ("id",), ("id",), True, None, None)
    usually = [
        *(["POST"] * 4 if rule.insert else []),
        *(["PATCH"] * 3 if rule.update else []),
        *(["DELETE"] if rule.delete else []),
    ]
    usually += ["PUT"] * (bool(rule.insert and rule.update) * 2)
    method = draw(
        st.sampled_from(("POST", "PATCH", "DELETE", "PUT") if draw(st.integers(1, 10)) == 1 else usually or ["POST"])
    )
    claims = draw(st.sampled_from((0, 0, 0, 1, 1, 1, 2)))
    tenant = worlds.CLAIMS[claims]["tenant"] or "red"
    usual = (rule.update if method == "PATCH" else rule.insert) or ("id",)
    if method == "PUT" or draw(st.booleans()):
        usual = tuple(name for name in usual if name in rule.update or name in worlds.KEYS[table]) or usual
    columns = set(draw(st.lists(st.sampled_from(usual), max_size=6)))
    if draw(st.integers(1, 15)) == 1:
        columns.add(draw(st.sampled_from(tuple(worlds.COLUMNS[table]))))
    if method == "PATCH" and draw(st.integers(1, 4)) > 1:
        columns -= set(worlds.KEYS[table])  # of several rows it would be one key
    if method in ("POST", "PUT") and draw(st.integers(1, 5)) > 1:
        columns |= set(worlds.KEYS[table]) | ({"tenant"} if "tenant" in usual else set())
    values = {
        "id": st.integers(1, 40), "tenant": st.sampled_from((*[tenant] * 5, *worlds.TENANTS)), "shared": st.booleans(),
        "name": st.sampled_from(("new", "x1zq", "y1zq")), "n": st.integers(0, 9), "doc": st.just({"k": "new"}),
        "a_id": st.integers(1, 9), "b_id": st.integers(1, 9),
    }  # fmt: skip
    names = [name for name in worlds.COLUMNS[table] if name in columns]
    count = draw(st.integers(1, 3)) if method == "POST" else 1
    objects = [{name: draw(values[name]) for name in names} for _ in range(count)]
    query: list[tuple[str, str]] = []
    if method in ("PATCH", "DELETE"):
        of = [name for name in rule.read if name in _FILTERS]
        query = [(name, _FILTERS[name]) for name in draw(st.lists(st.sampled_from(of or ["id"]), max_size=1))]
    if method == "PUT":
        query = [(name, f"eq.{objects[0].get(name, 1)}") for name in worlds.KEYS[table]]
    prefer = [draw(st.sampled_from(("return=minimal", "return=representation", "return=headers-only")))]
    if method == "POST":
        prefer.append(draw(st.sampled_from(("", "resolution=merge-duplicates", "resolution=ignore-duplicates"))))
    prefer.append(draw(st.sampled_from(("", "missing=default"))))
    body: Any = None if method == "DELETE" else objects if method == "POST" and count > 1 else objects[0]
    return Write(role, claims, method, table, tuple(query), body, ",".join(filter(None, prefer)))


def _by_key(table: str, rows: list[worlds.Row]) -> dict[tuple[Any, ...], worlds.Row]:
    return {tuple(row[name] for name in worlds.KEYS[table]): row for row in rows}


def _allowed(write: Write, before: worlds.Tables, after: worlds.Tables) -> None:
    """Asserts that what has changed may have been changed."""
    claims, changed = worlds.CLAIMS[write.claims], [name for name in before if before[name] != after[name]]
    if not changed:
        return
    assert changed == [write.table]
    rule = ROLES[write.role][write.table]
    old, new = (_by_key(write.table, tables[write.table]) for tables in (before, after))
    gone, come = [old[key] for key in old.keys() - new.keys()], [new[key] for key in new.keys() - old.keys()]
    kept = [(old[key], new[key]) for key in old.keys() & new.keys() if old[key] != new[key]]
    if write.method == "DELETE":
        assert rule.delete
        assert not come
        assert not kept
        assert all(rule.sees(row, claims) for row in gone)
        return
    if write.method == "PATCH":  # a key that is changed is a row gone and one come
        assert rule.update
        assert all(rule.sees(row, claims) for row in gone)
        assert all(rule.accepts(row, claims) for row in come)
        assert not gone or set(worlds.KEYS[write.table]) & set(rule.update)
    else:
        assert not gone
        assert rule.insert
        for row in come:
            assert rule.accepts(row, claims)
            assert all(name in rule.insert or row[name] is None for name in row if name not in worlds.KEYS[write.table])
    for was, is_ in kept:
        assert rule.sees(was, claims)
        assert rule.accepts(is_, claims)
        assert all(name in rule.update for name in was if was[name] != is_[name])


@EXAMPLES
@given(write=writes())
async def test_only_what_may_be_changed_is_changed(served: Served, write: Write) -> None:
    """Security 4: after each write all rows of all tables are as they were, but for what the rules let this caller
    change; a write that is refused changed nothing; and what is answered has nothing hidden in it."""
    await asyncio.to_thread(served.restore)
    before = worlds.read(served.file)
    claims = worlds.CLAIMS[write.claims]
    headers = {**bearer(write.role, **claims), "Prefer": write.prefer}
    params = httpx.QueryParams(list(write.query))
    answer = await served.http.request(write.method, write.table, params=params, json=write.body, headers=headers)
    after = worlds.read(served.file)
    assert answer.status_code < 500, answer.text
    out = answer.text + "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    for tables in (before, after):
        hidden = worlds.hidden(ROLES[write.role], tables, claims)
        assert not [mark for mark in hidden if mark in out and len(mark) > 6], out
    COUNTED["done" if answer.is_success and before != after else "refused"] += 1
    if answer.is_success:
        _allowed(write, before, after)
    else:
        assert before == after
