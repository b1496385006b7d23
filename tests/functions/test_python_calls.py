"""Functions in Python called by HTTP, on both databases."""

from __future__ import annotations

import asyncio
import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
from flask import Response, abort
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service import current_connection, current_pool
from service.app import PoolgateFlask
from service.errors import PlanError
from service.migrate import migrate
from tests.database.opened import until
from tests.functions.shop import serving

_INSERT = text("insert into log (said) values (:said)")


@dataclasses.dataclass
class Point:
    x: int


def register(app: PoolgateFlask) -> None:
    """The functions that are called here."""

    @app.rpc("total", readonly=True)
    async def total(
        connection: AsyncConnection, customer: Annotated[int, "Whose."], least: Decimal = Decimal(0)
    ) -> Any:
        """The sum of a customer's orders."""
        found = text("select sum(total) as total, count(*) as number from orders where customer = :c and total >= :l")
        return (await connection.execute(found, {"c": customer, "l": float(least)})).one()

    @app.rpc()
    async def say(said: str, then: str = "nothing") -> dict[str, Any] | None:
        await current_connection.execute(_INSERT, {"said": said})
        match then:
            case "abort":
                abort(409, "No.")
            case "raise":
                raise PlanError("Not so", code="SHOP1", status=422)
            case "break":
                raise ZeroDivisionError
            case "object":
                return {"it": object()}
            case "none":
                return None
        return {"said": said}

    @app.rpc(readonly=True)
    async def sly(connection: AsyncConnection) -> None:
        await connection.execute(_INSERT, {"said": "sly"})

    @app.rpc(readonly=True)
    async def rows(connection: AsyncConnection) -> Any:
        return await connection.execute(text("select id, note from orders order by id"))

    @app.rpc(readonly=True)
    async def points(count: int = 1) -> list[Point]:
        return [Point(number) for number in range(count)]

    @app.rpc(readonly=True)
    async def page() -> Response:
        return Response("<p>", 201, content_type="text/html")

    @app.rpc(readonly=True)
    async def pool() -> Any:
        return await current_pool.fetchval("select count(*) from orders")

    @app.rpc()
    async def cookies() -> Response:
        response = Response("<p>", 201, content_type="text/html")
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    @app.rpc()
    async def twin(connection: AsyncConnection) -> None:
        await connection.execute(text("insert into orders (id, customer) values (1, 1)"))

    @app.rpc(readonly=True)
    async def hour(connection: AsyncConnection) -> Any:
        return (await connection.execute(text("select timestamptz '2020-01-01 00:00Z'::text"))).scalar_one()

    @app.rpc("guarded", readonly=True, role="keeper")
    async def guarded() -> int:
        return 1

    @app.rpc("both", readonly=True)
    async def both() -> str:
        return "python"


async def test_calls(url: str) -> None:
    """Arguments come as JSON, as a form or in the query string; rows come back as objects."""
    async with serving(url, register=register) as http:
        found = {"total": 30.5, "number": 2}
        assert (await http.get("/total?customer=1")).json() == found
        assert (await http.post("/total", json={"customer": 1})).json() == found
        assert (await http.post("/total?select=*", data={"customer": "1", "least": "15"})).json()["number"] == 1
        assert (await http.get("/rows")).json()[0] == {"id": 1, "note": "first"}
        assert (await http.get("/points?count=2")).json() == [{"x": 0}, {"x": 1}]
        assert (await http.get("/pool")).json() == 3
        answer = await http.post("/say", json={"said": "a"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
        assert "transaction" in answer.headers["Server-Timing"]
        assert (await http.get("../log?select=said")).json() == [{"said": "a"}]


async def test_kinds_of_answers(url: str) -> None:
    """None is 204, Flask's own responses pass, and one row is given as an object to whom wants that."""
    async with serving(url, register=register) as http:
        none = await http.post("/say", json={"said": "a", "then": "none"})
        assert (none.status_code, none.content) == (204, b"")
        page = await http.get("/page")
        assert (page.status_code, page.text) == (201, "<p>")
        single = {"Accept": "application/vnd.pgrst.object+json"}
        assert (await http.get("/points", headers=single)).json() == {"x": 0}
        assert (await http.get("/points?count=2", headers=single)).json()["code"] == "PGRST116"
        assert (await http.get("/points", headers={"Accept": "text/csv"})).json()["code"] == "PGRST107"
        assert (await http.get("/points", headers={"Accept": "text/html, */*;q=0.1"})).status_code == 200
        head = await http.head("/points")
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("then", "status", "code"),
    [("abort", 409, "PGATE409"), ("raise", 422, "SHOP1"), ("break", 500, "PGATE500"), ("object", 500, "PGATE500")],
)
async def test_errors_undo_everything(url: str, then: str, status: int, code: str) -> None:
    """Whatever ends a function, its transaction is undone, and the answer has the house's shape."""
    async with serving(url, register=register) as http:
        answer = await http.post("/say", json={"said": "a", "then": then})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (await http.get("../log")).json() == []


async def test_errors_of_the_database(url: str) -> None:
    """What the database refuses is told with its code; a function that only reads cannot write."""
    async with serving(url, register=register) as http:
        twin = await http.post("/twin")
        assert (twin.status_code, twin.json()["code"]) == (409, "23505")
        assert (await http.get("/sly")).status_code >= 400
        assert (await http.get("../log")).json() == []


async def test_what_is_refused(url: str) -> None:
    """Bad values, missing and unknown arguments, other methods and filters are told as for other functions."""
    async with serving(url, register=register) as http:
        for path, status, code in (
            ("/total?customer=x", 400, "22P02"),
            ("/total", 404, "PGRST202"),
            ("/total?customer=1&colour=2", 404, "PGRST202"),
            ("/say?said=a", 405, "PGRST101"),
        ):
            answer = await http.get(path)
            assert (answer.status_code, answer.json()["code"]) == (status, code), path
        assert (await http.get("/say?said=a")).headers["Allow"] == "OPTIONS,POST"
        assert (await http.options("/total")).headers["Allow"] == "OPTIONS,GET,HEAD,POST"
        assert (await http.post("/points?x=eq.1", json={})).json()["code"] == "PGRST127"
        assert (await http.post("/total", content=b"a", headers={"Content-Type": "text/plain"})).status_code == 415
        assert (await http.patch("/total", json={})).json()["code"] == "PGRST101"
        strict = await http.post("/points", json={}, headers={"Prefer": "handling=strict, odd"})
        assert strict.json()["code"] == "PGRST122"


async def test_who_may_call(url: str) -> None:
    """Who may only read calls what only reads, and a role's function is for nobody else."""
    async with serving(url, register=register, anonymous="read") as http:
        assert (await http.post("/say", json={"said": "a"})).status_code == 401
        assert (await http.post("/points", json={})).status_code == 200
        guarded = await http.get("/guarded")
        assert (guarded.status_code, guarded.json()["code"]) == (401, "42501")


async def test_taking_it_back(url: str) -> None:
    """`Prefer: tx=rollback` undoes what the function did, where that is allowed."""
    async with serving(url, register=register, db_tx_end="commit-allow-override") as http:
        undone = await http.post("/say", json={"said": "a"}, headers={"Prefer": "tx=rollback"})
        assert (undone.json(), undone.headers["Preference-Applied"]) == ({"said": "a"}, "tx=rollback")
        assert (await http.get("../log")).json() == []


async def test_zone_of_postgresql(postgresql_url: str) -> None:
    """`Prefer: timezone=` is heeded where the database has such a thing."""
    async with serving(postgresql_url, register=register) as http:
        answer = await http.get("/hour", headers={"Prefer": "timezone=Asia/Tokyo"})
        assert (answer.json(), answer.headers["Preference-Applied"]) == (
            "2020-01-01 09:00:00+09", "timezone=Asia/Tokyo",
        )  # fmt: skip
        assert (await http.get("/hour", headers={"Prefer": "timezone=Nowhere"})).json()["code"] == "22023"


async def test_python_comes_first(url: str, tmp_path: Path) -> None:
    """A name that a saved function has too is the Python function's."""
    files = {"both.sql": "-- readonly: yes\nselect 1 as n"}
    async with serving(url, tmp_path / "f", files, register=register) as http:
        assert (await http.get("/both")).json() == "python"


async def test_many_at_once(url: str) -> None:
    """Calls have each their own connection and transaction, and none is left over."""
    async with serving(url, register=register) as http:
        answers = await asyncio.gather(
            *(http.post("/say", json={"said": str(number), "then": "break" if number % 2 else "nothing"})
              for number in range(40))
        )  # fmt: skip
        assert [answer.status_code for answer in answers] == [200, 500] * 20
        assert len((await http.get("../log")).json()) == 20

        async def is_unused() -> bool:
            return bool((await http.get("http://test/-/pool")).json()["in_use"] == 0)

        await until(is_unused)  # the last of them may still be made clean


async def test_outside_a_call() -> None:
    """Where no function runs there is no current connection, and the error says what to do."""
    app = PoolgateFlask("x")
    with app.app_context(), pytest.raises(RuntimeError, match=r"current_pool\.acquire"):
        await current_connection.execute(text("select 1"))


@pytest.mark.parametrize("then", ["nothing", "none"])
async def test_with_a_key_it_is_done_once(url: str, then: str) -> None:
    """A call with an Idempotency-Key that comes again gets the first answer, and is not done again."""
    await migrate(url)
    async with serving(url, register=register) as http:
        body, key = {"said": "a", "then": then}, {"Idempotency-Key": '"once"'}
        first = await http.post("/say", json=body, headers=key)
        again = await http.post("/say", json=body, headers=key)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
        assert first.headers.get("Content-Length") == again.headers.get("Content-Length")
        other = await http.post("/say", json={"said": "b"}, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "PGATE422")
        assert (await http.get("../log?select=said")).json() == [{"said": "a"}]


async def test_a_response_of_flask_comes_again_whole(url: str) -> None:
    """A response of the function's own is kept with every header that it has."""
    await migrate(url)
    async with serving(url, register=register) as http:
        for _ in range(2):
            answer = await http.post("/cookies", json={}, headers={"Idempotency-Key": "cookies"})
            assert (answer.status_code, answer.text) == (201, "<p>")
            assert answer.headers.get_list("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]
        assert answer.headers["Idempotent-Replayed"] == "true"


async def test_what_failed_keeps_no_key(url: str) -> None:
    """A call that failed is done when it comes again."""
    await migrate(url)
    async with serving(url, register=register) as http:
        for _ in range(2):
            answer = await http.post("/say", json={"said": "a", "then": "raise"}, headers={"Idempotency-Key": "again"})
            assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (422, None)
