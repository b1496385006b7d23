"""Ways around the rules that were once open."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.security.ruled import bearer, fill, rows_in, serving

OWN = """
[member.tables.{table}]
read = true
insert = true
update = true
rows = "tenant=eq.{{tenant}}"
"""
RED = bearer("member", tenant="red")


@pytest.mark.parametrize(
    ("schema", "key"),
    [
        ("create table t (id real primary key, tenant text) without rowid", 0.30000000000000004),
        (
            "create table t (id integer primary key, tenant text);"
            "create trigger m after insert on t begin update t set id = new.id + 9 where id = new.id; end",
            1,
        ),
    ],
)
async def test_a_row_that_is_not_found_again(sqlite_url: str, tmp_path: Path, schema: str, key: float) -> None:
    """Security 4: a row that cannot be found again to be checked is not written, whatever has become of its key."""
    fill(sqlite_url, schema)
    async with serving(sqlite_url, OWN.format(table="t"), tmp_path) as http:
        answer = await http.post("t", json={"id": key, "tenant": "blue"}, headers=RED)
    assert (answer.status_code, answer.json()["code"]) == (403, "42501")
    assert rows_in(sqlite_url, "t") == []


async def test_replacing_is_found_behind_what_looks_like_a_comment(sqlite_url: str, tmp_path: Path) -> None:
    """Security 4: a row that its caller does not see is not replaced, however the table's statement is written."""
    fill(
        sqlite_url,
        "create table t (mark text default '--', name text unique on/**/conflict -- by\n replace, tenant text);"
        "insert into t values ('x', 'taken', 'blue')",
    )
    before = rows_in(sqlite_url, "t")
    async with serving(sqlite_url, OWN.format(table="t"), tmp_path) as http:
        answer = await http.post("t", json={"name": "taken", "tenant": "red"}, headers=RED)
    assert answer.status_code == 404  # the entry gives no right
    assert rows_in(sqlite_url, "t") == before


@pytest.mark.parametrize("pattern", ["match.(", "imatch.(", "ilike.%5C", 'match(any).{"("}', "not.match.("])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_patterns_that_are_refused(sqlite_url: str, tmp_path: Path, pattern: str, method: str) -> None:
    """Security 4: a pattern that is refused tells nothing of a row that its caller does not see, index or none."""
    fill(
        sqlite_url,
        "create table t (id integer primary key, tenant text, name text, n int); create index i on t (n, name);"
        "insert into t values (1, 'red', 'own', 1), (2, 'blue', 'hidden', 2)",
    )
    before = rows_in(sqlite_url, "t")
    rules = OWN.format(table="t") + "delete = true"
    async with serving(sqlite_url, rules, tmp_path) as http:
        answers = [await http.request(method, f"t?n=eq.{n}&name={pattern}", headers=RED) for n in (1, 2, 3)]
    assert [answer.is_success for answer in answers] == [False, True, True]
    assert answers[1].content == answers[2].content
    assert rows_in(sqlite_url, "t") == before
