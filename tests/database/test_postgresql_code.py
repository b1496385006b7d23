"""What writing a table runs of its author's code, as the catalog has it."""

from __future__ import annotations

import pytest

from service.catalog.model import EVENTS
from tests.database.opened import reflected

BEGIN = (
    "create function tells() returns trigger language plpgsql as 'begin return new; end'",
    "create function fine(text) returns bool language sql stable as 'select true'",
    "create domain checked as text check (fine(value))",
)
NONE: frozenset[str] = frozenset()
NO_INSERT = EVENTS - {"insert"}
TRIGGER = "create trigger tells after insert on {} for each row execute function tells()"


@pytest.mark.parametrize(
    ("script", "triggered", "coded"),
    [
        (["create table t (id serial primary key, at timestamptz default now(), u uuid default gen_random_uuid())"],
         NONE, NONE),
        (["create table t (id int check (id > 0), n int references o on delete cascade)"], NONE, NONE),
        (["create table t (id int)", TRIGGER.format("t")], EVENTS, NONE),
        (["create table t (id int)", TRIGGER.format("t"), "alter table t disable trigger tells"], NONE, NONE),
        (["create table t (id int)", "create rule r as on insert to t do also select 1"], EVENTS, NONE),
        (["create table t (id int) partition by list (id)", "create table p partition of t default",
          TRIGGER.format("p")], EVENTS, NONE),
        (["create table t (id int primary key)", "create table c (t int references t on delete set null)",
          TRIGGER.format("c")], frozenset({"delete"}), NONE),
        (["create table t (id int primary key)", "create table c (t int references t on update cascade)",
          TRIGGER.format("c")], NO_INSERT, NONE),
        (["create table t (id int primary key)", "create table c (t int references t)", TRIGGER.format("c")],
         NONE, NONE),
        (["create table t (id int primary key)", "create table b (id int primary key references t on delete cascade)",
          "create table c (b int references b on delete cascade)", TRIGGER.format("c")], frozenset({"delete"}), NONE),
        (["create table t (id int)", "alter table t enable row level security"], NONE, EVENTS),
        (["create table t (id text default current_setting('a.b', true))"], NONE, EVENTS),
        (["create table t (id text default current_user)"], NONE, NONE),
        (["create table t (id bool default fine('a'))"], NONE, EVENTS),
        (["create table t (id text check (fine(id)))"], NONE, EVENTS),
        (["create table t (id checked)"], NONE, EVENTS),
        (["create table o2 (id int)", "create view t as select * from o2"], EVENTS, EVENTS),
    ],
)  # fmt: skip
async def test_code(postgresql_url: str, script: list[str], triggered: frozenset[str], coded: frozenset[str]) -> None:
    """Triggers and rules, and what else is called; the server's own functions are nobody's."""
    catalog = await reflected(postgresql_url, "create table o (id int primary key)", *BEGIN, *script)
    found = catalog.find("public", "t")
    assert found is not None
    assert (found.triggered, found.coded) == (triggered, coded)
