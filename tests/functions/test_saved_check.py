"""Saved functions held against a database: what they take and give, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from service.catalog.folder import Folder
from service.catalog.model import Kind, Relation
from service.catalog.saved import SavedRoutine
from tests.database.opened import opened
from tests.functions.shop import saved, shop


async def checked(url: str, folder: Path, files: Mapping[str, str]) -> tuple[dict[str, SavedRoutine], list[str]]:
    async with opened(url, shop(url)) as database:
        read, faults = Folder(saved(folder, files), database.bracketed).read()
        routines, more = await database.check_saved(read, await database.reflect((), 1))
    return {routine.name: routine for routine in routines}, [*faults, *more]


async def test_what_they_give(url: str, tmp_path: Path) -> None:
    """A function's columns have the types of the tables' columns that they show; nothing of it is run."""
    found, faults = await checked(
        url,
        tmp_path,
        {
            "orders_of.sql": "-- param: customer integer\n-- readonly: yes\n"
            "select id, paid, total * 2 as twice, data as document from orders where customer = :customer order by id;",
            "through_view.sql": "-- readonly: on\nselect * from unpaid",
            "pay.sql": "-- param: id integer\nupdate orders set paid = true where id = :id returning id, paid as done",
            "clear.sql": "delete from orders",
            "add.sql": "-- param: said text\nwith a as (select 1 as one) insert into log (said) select :said from a\n"
            "returning *",
            ".hidden.sql": "nonsense",
            "readme.txt": "nonsense",
        },
    )
    assert faults == []
    assert kinds(found["orders_of"]) | {"twice": None} == {
        "id": Kind.INTEGER, "paid": Kind.BOOLEAN, "twice": None, "document": Kind.JSON,
    }  # fmt: skip
    assert kinds(found["through_view"]) == {"id": Kind.INTEGER, "customer": Kind.INTEGER, "paid": Kind.BOOLEAN}
    assert kinds(found["pay"]) == {"id": Kind.INTEGER, "done": Kind.BOOLEAN}
    assert found["clear"].result is None
    assert list(kinds(found["add"])) == ["id", "said"]
    assert [found[name].reads_only for name in ("orders_of", "pay")] == [True, False]
    assert found["orders_of"].parameters[0].column.kind is Kind.INTEGER


def kinds(routine: SavedRoutine) -> dict[str, Kind | None]:
    assert isinstance(routine.result, Relation)
    return {column.name: column.kind for column in routine.result.columns.values()}


FAULTS = {
    "select *\nfrom nothing": "line 2: ",
    "select id,\n colour from orders": "line 2: ",
    "-- readonly: yes\nselect id, id from orders": "line 2: Two columns are called id",
    "\nselect 1 as a from": "line 2: ",
    "create table x (id int)": "line 1: It begins with create; expected select",
    "vacuum": "line 1: It begins with vacuum",
}


async def test_faults(url: str, tmp_path: Path) -> None:
    """Every file that the database refuses is told, with its line, all at once."""
    files = {f"f{number}.sql": text for number, text in enumerate(FAULTS)}
    found, faults = await checked(url, tmp_path, {**files, "right.sql": "select 1 as a"})
    assert list(found) == ["right"]
    expected = [f"FUNCTIONS: f{number}.sql, {told}" for number, told in enumerate(FAULTS.values())]
    assert [fault[: len(told)] for fault, told in zip(faults, expected, strict=True)] == expected


async def test_types_of_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    """A parameter may have any type that the database has; another is a fault, and so is a write that is hidden."""
    found, faults = await checked(
        postgresql_url,
        tmp_path,
        {
            "a.sql": "-- param: ids integer[] = null\n-- param: row orders\n-- param: n numeric(8,2)\n"
            "select :ids as ids, (:row).id as id, :n as n",
            "b.sql": "-- param: x nothing\nselect :x as x",
            "c.sql": "-- readonly: yes\nwith a as (delete from orders returning id)\nselect * from a",
            "d.sql": "-- param: x int\n\nselect id from orders\nwhere note = :x",
            "e.sql": "merge into log using orders on said = note when not matched then insert (said) values ('x')",
        },
    )
    assert list(found) == ["a", "e"]
    assert [each.column.kind for each in found["a"].parameters] == [Kind.ARRAY, Kind.COMPOSITE, Kind.NUMERIC]
    assert [fault[:25] for fault in faults] == [
        "FUNCTIONS: b.sql, line 1:", "FUNCTIONS: c.sql, line 2:", "FUNCTIONS: d.sql, line 4:",
    ]  # fmt: skip


async def test_returning_of_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """The columns of RETURNING are found by whatever way the statement names its table."""
    found, faults = await checked(
        sqlite_url,
        tmp_path,
        {
            "a.sql": "delete from main.orders as o where id in (select id from log) returning orders.id, paid as done",
            "b.sql": "insert or replace into [orders] (customer) values (1) returning paid",
            "c.sql": "update or ignore \"orders\" as x set note = 'returning' returning 'returning' as a, id",
            "d.sql": "replace into log (said) values ('returning id')",
            "e.sql": "insert into log (said) values ('a') on conflict do nothing returning id -- returning said",
        },
    )
    assert faults == []
    assert kinds(found["a"]) == {"id": Kind.INTEGER, "done": Kind.BOOLEAN}
    assert kinds(found["b"]) == {"paid": Kind.BOOLEAN}
    assert kinds(found["c"]) == {"a": Kind.OTHER, "id": Kind.INTEGER}
    assert found["d"].result is None
    assert kinds(found["e"]) == {"id": Kind.INTEGER}


async def test_files_that_are_none(sqlite_url: str, tmp_path: Path) -> None:
    """Bytes that are no text, and more than anybody writes, are faults of their file."""
    (tmp_path / "a.sql").write_bytes(b"select '\xff'")
    (tmp_path / "b.sql").write_text("select 1 as a -- " + "x" * 300_000)
    _, faults = await checked(sqlite_url, tmp_path, {})
    assert faults == ["FUNCTIONS: a.sql: is not UTF-8", "FUNCTIONS: b.sql: is larger than 256 KiB"]
