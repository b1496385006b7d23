"""Saved functions called by HTTP, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.errors import SettingsError
from service.settings import Settings
from service.testing import client, running
from tests.database.opened import until
from tests.functions.shop import saved, serving

FILES = {
    "orders_of.sql": """\
-- The orders of one customer.
-- param: customer integer
-- param: least numeric = 0
-- param: word text = null
-- readonly: yes
select id, total, paid, note, data from orders -- ':x' is no parameter
where customer = :customer and total >= :least and (cast(:word as text) is null or note = :word)
""",
    "odd.sql": "-- readonly: yes\nselect '100%:a' as text, 'it''s \\:b %s' as more, 10 % 3 as rest",
    "pay.sql": "-- param: id integer\nupdate orders set paid = true where id = :id returning id, paid, total, data",
    "say.sql": "-- param: said text\n"
    "with a as (select 1 as one) insert into log (said) select :said from a returning *",
    "clear.sql": "-- param: least integer = 0\ndelete from log where id >= :least",
    "guarded.sql": "-- role: keeper\n-- readonly: yes\nselect 1 as one",
    "typed.sql": "-- param: b boolean = true\n-- param: d date = 2020-02-30\n-- param: j json = null\n"
    "-- readonly: yes\n"
    "select :b as b, :d as d, :j as j",
}


async def test_reading(url: str, tmp_path: Path) -> None:
    """A function that reads is called by GET, by a JSON object and by a form, and gives rows as a table does."""
    async with serving(url, tmp_path / "f", FILES) as http:
        rows = (await http.get("/orders_of?customer=1&order=id")).json()
        assert [row["id"] for row in rows] == [1, 2]
        assert rows[0] == {"id": 1, "total": 10.5, "paid": True, "note": "first", "data": {"a": 1}}
        assert (await http.post("/orders_of?order=id", json={"customer": 1})).json() == rows
        assert (await http.post("/orders_of?order=id", data={"customer": "1"})).json() == rows
        assert (await http.post("/orders_of", json={"customer": 1, "least": 15})).json() == rows[1:]
        assert (await http.post("/orders_of", json={"customer": 2, "word": "ü"})).json()[0]["id"] == 3
        assert (await http.post("/orders_of", json={"customer": 2, "word": None})).json()[0]["id"] == 3
        assert (await http.post("/orders_of", json=[{"customer": 2}])).json()[0]["id"] == 3
        assert (await http.get("/odd")).json() == [{"text": "100%:a", "more": "it's \\:b %s", "rest": 1}]


async def test_every_read_feature(url: str, tmp_path: Path) -> None:
    """Its rows are selected, filtered, ordered, paged, counted and told in any media type."""
    async with serving(url, tmp_path / "f", FILES, db_aggregates_enabled=True) as http:
        path = "/orders_of?customer=1"
        assert (await http.get(f"{path}&select=id,d:data->a&id=gt.1")).json() == [{"id": 2, "d": None}]
        page = await http.get(f"{path}&select=id&order=id.desc&limit=1", headers={"Prefer": "count=exact"})
        assert (page.status_code, page.headers["Content-Range"], page.json()) == (206, "0-0/2", [{"id": 2}])
        planned = await http.get(f"{path}&select=id", headers={"Prefer": "count=planned"})
        assert planned.status_code in (200, 206)
        csv = await http.get(f"{path}&select=id,paid&order=id", headers={"Accept": "text/csv"})
        assert csv.text.split() == ["id,paid", "1,t", "2,f"]
        one = await http.get(f"{path}&id=eq.1&select=note", headers={"Accept": "application/vnd.pgrst.object+json"})
        assert one.json() == {"note": "first"}
        lines = await http.get(f"{path}&select=id&order=id", headers={"Accept": "application/x-ndjson"})
        assert lines.text.splitlines() == ['{"id":1}', '{"id":2}']
        assert (await http.get(f"{path}&select=paid,total.sum()&order=paid.desc")).json()[0]["sum"] == 10.5
        head = await http.head(path, headers={"Prefer": "count=exact"})
        assert (head.status_code, head.headers["Content-Range"], head.content) == (200, "0-1/2", b"")
        wrong = await http.get(f"{path}&select=colour")
        assert (wrong.status_code, wrong.json()["code"]) == (400, "42703")


async def test_plans(url: str, tmp_path: Path) -> None:
    """The plan is told of one that reads and of one that writes, which changes nothing then."""
    async with serving(url, tmp_path / "f", FILES, db_plan_enabled=True) as http:
        for form in ("text", "json"):
            accept = {"Accept": f"application/vnd.pgrst.plan+{form}"}
            read = await http.get("/orders_of?customer=1&id=gt.1", headers=accept)
            written = await http.post("/pay", json={"id": 2}, headers=accept)
            for answer in (read, written):
                assert answer.status_code == 200
                assert "orders" in answer.text
                assert answer.headers["Content-Type"].startswith(f"application/vnd.pgrst.plan+{form}")
                assert form == "text" or answer.json()
        assert (await http.get("../orders?id=eq.2&select=paid")).json() == [{"paid": False}]


async def test_writing(url: str, tmp_path: Path) -> None:
    """One that writes is called by POST alone; what it returns is read in the same way."""
    async with serving(url, tmp_path / "f", FILES) as http:
        paid = await http.post("/pay?select=id,paid,data", json={"id": 2})
        assert (paid.status_code, paid.json()) == (200, [{"id": 2, "paid": True, "data": None}])
        assert (await http.get("../orders?id=eq.2&select=paid")).json() == [{"paid": True}]
        counted = await http.post("/pay", json={"id": 3}, headers={"Prefer": "count=exact"})
        assert counted.headers["Content-Range"] == "0-0/1"
        assert counted.json()[0]["data"] == [1]
        said = await http.post("/say?select=said", data={"said": "a:b 'c' 100%"})
        assert said.json() == [{"said": "a:b 'c' 100%"}]
        none = await http.post("/clear", json={})
        assert (none.status_code, none.content) == (204, b"")
        assert (await http.get("../log")).json() == []
        refused = await http.get("/pay?id=1")
        assert (refused.status_code, refused.headers["Allow"]) == (405, "OPTIONS,POST")
        assert (await http.options("/orders_of")).headers["Allow"] == "OPTIONS,GET,HEAD,POST"


async def test_a_refused_answer_undoes_it(url: str, tmp_path: Path) -> None:
    """Where one row is wanted and there is none, and where the caller takes it back, nothing stays written."""
    async with serving(url, tmp_path / "f", FILES, db_tx_end="commit-allow-override") as http:
        single = {"Accept": "application/vnd.pgrst.object+json"}
        assert (await http.post("/say?id=lt.0", json={"said": "a"}, headers=single)).status_code == 406
        undone = await http.post("/say", json={"said": "b"}, headers={"Prefer": "tx=rollback"})
        assert (undone.status_code, undone.headers["Preference-Applied"]) == (200, "tx=rollback")
        assert (await http.get("../log")).json() == []


async def test_arguments(url: str, tmp_path: Path) -> None:
    """A value that its type cannot have is 22P02 or its like; one that is missing or unknown PGRST202."""
    async with serving(url, tmp_path / "f", FILES) as http:
        bad = await http.get("/orders_of?customer=x")
        assert (bad.status_code, bad.json()["code"]) == (400, "22P02")
        assert (await http.post("/orders_of", json={"customer": "x"})).json()["code"] == "22P02"
        assert (await http.post("/typed", json={})).json()["code"] in ("22007", "22008")
        typed = await http.post("/typed", json={"d": "2020-03-01", "b": False, "j": {"a": [1.50]}})
        row = typed.json()[0]
        assert (row["d"], row["b"] in (False, 0)) == ("2020-03-01", True)
        for body in ({}, {"customer": 1, "colour": 2}):
            missing = await http.post("/orders_of", json=body)
            assert (missing.status_code, missing.json()["code"]) == (404, "PGRST202")
        evil = "1; drop table orders --"
        assert (await http.get("/orders_of", params={"customer": evil})).json()["code"] == "22P02"
        assert (await http.post("/say", json={"said": evil})).json()[0]["said"] == evil


async def test_who_may_call(url: str, tmp_path: Path) -> None:
    """A role's function is for nobody else, and writing ones are not for those who may only read."""
    async with serving(url, tmp_path / "f", FILES) as http:
        guarded = await http.get("/guarded")
        assert (guarded.status_code, guarded.json()["code"]) == (401, "42501")
    async with serving_again(url, tmp_path / "f", anonymous="read") as http:
        assert (await http.post("/pay", json={"id": 1})).status_code == 401
        assert (await http.post("/orders_of", json={"customer": 1})).status_code == 200


@asynccontextmanager
async def serving_again(url: str, folder: Path, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=url, functions=folder, **settings))
    async with running(app), client(app, base_url="http://test/rest/v1/rpc") as http:
        yield http


async def test_bytes_and_reals_survive(sqlite_url: str, tmp_path: Path) -> None:
    """What a writing function returns on SQLite is what it stored: bytes, long numbers, infinities, odd texts."""
    files = {
        "keep.sql": "-- param: note text\ninsert into orders (customer, total, note, data) "
        "values (1, :note, x'00ff', 7) "
        "returning total, note, 9007199254740993 as big, 1e999 as much, 0.1 as tenth"
    }
    async with serving(sqlite_url, tmp_path / "f", files) as http:
        row = (await http.post("/keep", json={"note": "a\u2028\"'"})).json()[0]
        assert row == {
            "total": "a\u2028\"'", "note": "\\x00ff", "big": 9007199254740993, "much": "Infinity", "tenth": 0.1,
        }  # fmt: skip


async def test_hidden_writes_of_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    """A statement may change several tables by WITH, take arrays and rows, and call functions; once for each call."""
    files = {
        "move.sql": "-- param: ids integer[]\nwith gone as (delete from orders where id = any(:ids) returning id),\n"
        "noted as (insert into log (said) select 'gone ' || id from gone returning id, said)\n"
        "select said from noted order by id desc",
        "up.sql": "-- param: most integer = 3\nwith recursive n(i) as (select 1 union all select i + 1 from n "
        "where i < :most) insert into log (said) select i::text from n returning said",
        "row.sql": "-- param: o orders\n-- readonly: yes\nselect (:o).note, (:o).total",
    }
    async with serving(postgresql_url, tmp_path / "f", files) as http:
        counted = {"Prefer": "count=exact"}
        moved = await http.post("/move?order=said", json={"ids": [1, 2]}, headers=counted)
        assert [row["said"] for row in moved.json()] == ["gone 1", "gone 2"]
        assert len((await http.get("../log")).json()) == 2
        assert (await http.post("/move", data={"ids": "{3}"})).json() == [{"said": "gone 3"}]
        assert len((await http.post("/up", json={})).json()) == 3
        row = await http.post("/row", json={"o": {"note": "n", "total": 1.5}})
        assert row.json() == [{"note": "n", "total": 1.5}]
        assert (await http.post("/row?select=total", json={"o": {"total": "x"}})).json()["code"] == "22P02"


async def test_faults_end_the_start(url: str, tmp_path: Path) -> None:
    """A faulty file ends the start with a message that has every fault."""
    folder = saved(tmp_path / "f", {"a.sql": "select * from nothing", "b.sql": "select :x", "c.sql": "select 1 as a"})
    app = create_app(Settings(database_url=url, functions=folder))
    with pytest.raises((SettingsError, RuntimeError), match=r"(?s)b\.sql, line 1.*a\.sql, line 1"):
        async with running(app):
            pytest.fail("it started")


async def test_files_that_change(url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """New files are used within a second or two; faulty ones are told, and the functions before stay in use."""
    folder = tmp_path / "f"
    async with serving(url, folder, {"one.sql": "-- readonly: yes\nselect 1 as n"}) as http:
        saved(folder, {"two.sql": "-- readonly: yes\nselect 2 as n"})

        async def is_there(path: str) -> bool:
            return (await http.get(path)).status_code == 200

        await until(lambda: is_there("/two"))
        saved(folder, {"one.sql": "-- readonly: yes\nselect 3 as n", "bad.sql": "select from where"})
        await until(lambda: "bad.sql" in caplog.text)
        assert (await http.get("/one")).json() == [{"n": 1}]
        (folder / "bad.sql").unlink()

        async def has_changed() -> bool:
            return bool((await http.get("/one")).json() == [{"n": 3}])

        await until(has_changed)
        (folder / "two.sql").unlink()

        async def is_gone() -> bool:
            return (await http.get("/two")).status_code == 404

        await until(is_gone)


async def test_many_at_once(url: str, tmp_path: Path) -> None:
    """Calls that write at the same time lose nothing."""
    async with serving(url, tmp_path / "f", FILES) as http:
        answers = await asyncio.gather(*(http.post("/say", json={"said": str(number)}) for number in range(40)))
        assert {answer.status_code for answer in answers} == {200}
        said = {row["said"] for row in (await http.get("../log?select=said")).json()}
        assert said == {str(number) for number in range(40)}
