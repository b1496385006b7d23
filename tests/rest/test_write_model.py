"""Any sequence of writes leaves the rows that a model in Python has, and answers what it says, on both databases."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import pytest
from case import BOTH
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from write_model import COLUMNS, Model, RefusedError, Row

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

TABLE = """
    create table mix (
      id integer primary key, n integer default 7 check (n < 100), t text not null default 'none', k text unique,
      j {json}
    )
"""
Wanted = tuple[str, Callable[[Row], bool]]
T = TypeVar("T")

IDS = st.integers(1, 6)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda each: st.lists(each, max_size=2) | st.dictionaries(TEXT, each, max_size=2),
    max_leaves=4,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "id": IDS,
    "n": st.none() | st.integers(-2, 9) | st.sampled_from([99, 100]),
    "t": st.sampled_from(["none", "", "NULL"]) | TEXT,
    "k": st.none() | st.sampled_from("abc"),
    "j": DOCUMENTS,
}
RARELY_NULL = VALUES | {"t": VALUES["t"] | st.none()}


@st.composite
def bodies(draw: st.DrawFn, *, apart: str | None = None) -> list[Row]:
    """Rows with the same keys, `id` among them; no two with the same value of the column `apart`."""
    keys = ["id", *draw(st.lists(st.sampled_from(COLUMNS[1:]), unique=True))]
    row = st.fixed_dictionaries({key: RARELY_NULL[key] for key in draw(st.permutations(keys))})
    return draw(st.lists(row, max_size=4, unique_by=(lambda each: each.get(apart) or object()) if apart else None))


@st.composite
def uneven(draw: st.DrawFn) -> tuple[list[str], list[Row]]:
    """Columns, and rows with any keys."""
    columns = ["id", *draw(st.lists(st.sampled_from(COLUMNS[1:]), unique=True))]
    row = st.fixed_dictionaries({"id": IDS}, optional={key: VALUES[key] for key in COLUMNS[1:]})
    return columns, draw(st.lists(row, max_size=3))


@st.composite
def filters(draw: st.DrawFn) -> Wanted:
    """A condition as it stands in the URL, and as a function of a row."""
    kind = draw(st.sampled_from(["id", "in", "n", "null", "k", "or", "all"]))
    at, ids, letter = draw(IDS), draw(st.lists(IDS, max_size=3)), draw(st.sampled_from("abc"))
    wanted: dict[str, Wanted] = {
        "id": (f"id=eq.{at}", lambda row: row["id"] == at),
        "in": (f"id=in.({','.join(map(str, ids))})", lambda row: row["id"] in ids),
        "n": (f"n=gte.{at}", lambda row: row["n"] is not None and row["n"] >= at),
        "null": ("k=is.null", lambda row: row["k"] is None),
        "k": (f"k=neq.{letter}", lambda row: row["k"] is not None and row["k"] != letter),
        "or": (f"or=(id.eq.{at},k.eq.{letter})", lambda row: row["id"] == at or row["k"] == letter),
        "all": ("", lambda row: True),
    }
    return wanted[kind]


class Service:
    """The application on a loop and thread of its own: hypothesis' machines know nothing of loops."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, name="service")
        self.stack = AsyncExitStack()
        self.clients: dict[str, httpx.AsyncClient] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    async def serve(self, database: str, url: str) -> None:
        app = create_app(
            Settings(database_url=url, anonymous="write", db_tx_end="commit-allow-override", pool_min_size=1)
        )
        await self.stack.enter_async_context(running(app))
        self.clients[database] = await self.stack.enter_async_context(client(app))


@pytest.fixture(scope="module")
def service(templates: Any) -> Iterator[Service]:
    """The service, with an application for each database."""
    service = Service()
    service.thread.start()
    try:
        for database, json_type in (("sqlite", "json"), ("postgresql", "jsonb")):
            fresh = templates(database, TABLE.format(json=json_type)).fresh()
            url = service.run(service.stack.enter_async_context(fresh))
            service.run(service.serve(database, url))
        yield service
    finally:
        service.run(service.stack.aclose())
        service.loop.call_soon_threadsafe(service.loop.stop)
        service.thread.join()
        service.loop.close()


class Writes(RuleBasedStateMachine):
    """Writes, each asked of the service and of the model."""

    def __init__(self, service: Service, database: str) -> None:
        super().__init__()
        self.service = service
        self.http = service.clients[database]
        self.model = Model()
        self.ask("DELETE", "")

    def ask(self, method: str, query: str, body: Any = None, prefer: str = "") -> httpx.Response:
        content = None if body is None else json.dumps(body)
        headers = {"Prefer": prefer} if prefer else {}
        return self.service.run(
            self.http.request(method, f"/rest/v1/mix?{quote(query, safe='=&(),.*')}", content=content, headers=headers)
        )

    def written(
        self,
        method: str,
        query: str,
        body: Any,
        prefer: list[str],
        change: Callable[[Model], tuple[list[Row], int]],
        options: tuple[bool, bool, bool],
    ) -> None:
        """Ask both; the answers must agree."""
        shown, counted, undone = options
        prefer = [*prefer, *["return=representation"] * shown, *["count=exact"] * counted, *["tx=rollback"] * undone]
        model, refused, rows, new = copy.deepcopy(self.model), None, list[Row](), 0
        try:
            rows, new = change(model)
        except RefusedError as error:
            refused = error
        answer = self.ask(method, query, body, ", ".join(prefer))
        if refused:
            assert (answer.status_code, answer.json()["code"]) == (refused.status, refused.code), answer.text
            return
        assert answer.status_code == self.status(method, prefer, shown, new), answer.text
        if shown:
            assert sorted(answer.json(), key=lambda row: row["id"]) == sorted(rows, key=lambda row: row["id"])
        else:
            assert answer.content == b""
        if method != "PUT":
            part = f"0-{len(rows) - 1}" if method == "PATCH" and rows else "*"
            assert answer.headers["Content-Range"] == f"{part}/{len(rows) if counted else '*'}"
        if not undone:
            self.model = model

    @staticmethod
    def status(method: str, prefer: list[str], shown: bool, new: int) -> int:
        if method == "POST":
            return 200 if "resolution=merge-duplicates" in prefer and not new else 201
        if method == "PUT" and shown:
            return 201 if new else 200
        return 200 if shown else 204

    options = st.tuples(st.booleans(), st.booleans(), st.sampled_from([False, False, True]))

    @rule(body=bodies(), options=options)
    def insert(self, body: list[Row], options: Any) -> None:
        self.written("POST", "", body, [], lambda model: model.insert(body), options)

    @rule(row=bodies().filter(bool).map(lambda body: body[0]), options=options)
    def insert_one(self, row: Row, options: Any) -> None:
        self.written("POST", "", row, [], lambda model: model.insert([row]), options)

    @rule(given=uneven(), defaults=st.booleans(), options=options)
    def insert_columns(self, given: tuple[list[str], list[Row]], defaults: bool, options: Any) -> None:
        columns, body = given
        self.written(
            "POST",
            f"columns={','.join(columns)}",
            body,
            ["missing=default"] * defaults,
            lambda model: model.insert(body, columns=columns, defaults=defaults),
            options,
        )

    @rule(body=bodies(apart="id"), options=options)
    def merge(self, body: list[Row], options: Any) -> None:
        self.upsert("", "id", body, True, options)

    @rule(body=bodies(apart="k"), options=options)
    def merge_by_k(self, body: list[Row], options: Any) -> None:
        self.upsert("on_conflict=k", "k", body, True, options)

    @rule(body=bodies(), by_k=st.booleans(), options=options)
    def ignore(self, body: list[Row], by_k: bool, options: Any) -> None:
        self.upsert("on_conflict=k" if by_k else "", "k" if by_k else "id", body, False, options)

    def upsert(self, query: str, conflict: str, body: list[Row], merge: bool, options: Any) -> None:
        resolution = f"resolution={'merge' if merge else 'ignore'}-duplicates"
        self.written(
            "POST", query, body, [resolution], lambda model: model.insert(body, conflict=conflict, merge=merge), options
        )

    @rule(where=filters(), values=st.fixed_dictionaries({}, optional=RARELY_NULL), options=options)
    def patch(self, where: Wanted, values: Row, options: Any) -> None:
        self.written("PATCH", where[0], values, [], lambda model: (model.update(where[1], values), 0), options)

    @precondition(lambda self: self.model.rows)
    @rule(where=filters(), options=options)
    def delete(self, where: Wanted, options: Any) -> None:
        self.written("DELETE", where[0], None, [], lambda model: (model.delete(where[1]), 0), options)

    @rule(where=filters(), most=st.integers(0, 2), deletes=st.booleans(), options=options)
    def bounded(self, where: Wanted, most: int, deletes: bool, options: Any) -> None:
        def change(model: Model) -> tuple[list[Row], int]:
            rows = model.delete(where[1]) if deletes else model.update(where[1], {"n": 1})
            if len(rows) > most:
                raise RefusedError(400, "PGRST124")
            return rows, 0

        prefer = ["handling=strict", f"max-affected={most}"]
        method, body = ("DELETE", None) if deletes else ("PATCH", {"n": 1})
        self.written(method, where[0], body, prefer, change, options)

    @rule(row=bodies().filter(bool).map(lambda body: body[0]), at=IDS, same=st.booleans(), options=options)
    def put(self, row: Row, at: int, same: bool, options: Any) -> None:
        if same:
            at = row["id"]

        def change(model: Model) -> tuple[list[Row], int]:
            if at != row["id"]:
                raise RefusedError(400, "PGRST115")
            return model.insert([row], conflict="id", merge=True)

        self.written("PUT", f"id=eq.{at}", row, [], change, options)

    @invariant()
    def the_rows_are_the_models(self) -> None:
        answer = self.ask("GET", "order=id")
        assert answer.json() == [self.model.rows[each] for each in sorted(self.model.rows)]


@pytest.mark.slow
@pytest.mark.parametrize("database", BOTH)
def test_any_writes_do_what_a_model_does(service: Service, database: str) -> None:
    """After any writes, refused ones and rolled back ones among them, the table has exactly the rows it should have."""
    run_state_machine_as_test(
        lambda: Writes(service, database),
        settings=settings(
            max_examples=60,
            stateful_step_count=15,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
