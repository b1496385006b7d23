"""The demo database: real rows that belong together."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from service import demo
from service.database.single import single_connection
from service.errors import DatabaseAwayError, PoolgateError


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    assert demo.build_file(path)
    return path


@pytest.fixture
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield connection


def test_the_world_is_in_it(database: sqlite3.Connection) -> None:
    """All airports, countries and subdivisions are there, and what one knows of them is true."""
    counts = [database.execute(f"select count(*) from {table}").fetchone()[0] for table in demo.metadata.tables]
    assert counts[0] == 250
    assert counts[1] > 5000
    assert counts[2] > 28000
    row = database.execute("select iata, city, country, tz, elevation from airports where icao = 'LSZH'").fetchone()
    assert row == ("ZRH", "Zurich", "CH", "Europe/Zurich", 1416)


def test_rows_belong_together(database: sqlite3.Connection) -> None:
    """No foreign key points nowhere, most airports know their subdivision, and each relationship is declared."""
    assert database.execute("pragma foreign_key_check").fetchall() == []
    known, every = database.execute("select count(subdivision), count(*) from airports").fetchone()
    assert known / every > 0.8
    keys = database.execute(
        "select m.name, f.'from', f.'table' from sqlite_master m, pragma_foreign_key_list(m.name) f"
        " where m.type = 'table' order by 1, 2"
    ).fetchall()
    assert keys == [
        ("airports", "country", "countries"),
        ("airports", "subdivision", "subdivisions"),
        ("subdivisions", "country", "countries"),
        ("subdivisions", "parent", "subdivisions"),
    ]


def test_views_and_search(database: sqlite3.Connection) -> None:
    """The views answer, and the full-text table finds words without their accents."""
    (highest,) = database.execute("select max(airports) from country_statistics where with_iata > 0").fetchone()
    assert highest > 10000
    assert database.execute("select country_name from scheduled_airports where iata = 'ZRH'").fetchone() == (
        "Switzerland",
    )
    found = database.execute("select icao from airport_search where airport_search match 'zürich'").fetchall()
    assert ("LSZH",) in found


def test_the_services_own_tables(database: sqlite3.Connection) -> None:
    """A write with an Idempotency-Key finds the table that it needs."""
    assert database.execute("select count(*) from poolgate_idempotency").fetchone() == (0,)


def test_a_second_build_changes_nothing(path: Path) -> None:
    """A demo that is there is left as it is."""
    before = path.stat()
    assert demo.is_demo_file(path)
    assert not demo.build_file(path)
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_progress(tmp_path: Path) -> None:
    """Progress goes up to the whole and ends there."""
    seen: list[tuple[int, int]] = []
    demo.build_file(tmp_path / "demo.db", lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {seen[-1][0]}
    assert len(seen) > 5
    assert os.listdir(tmp_path) == ["demo.db"]


def test_an_interrupted_build_leaves_nothing(tmp_path: Path) -> None:
    """A demo is there whole or not at all."""

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.build_file(tmp_path / "demo.db", interrupt)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"a letter to nobody" * 100])
def test_other_files_are_safe(tmp_path: Path, content: bytes) -> None:
    """A file that is not the demo is never written over."""
    file = tmp_path / "mine.db"
    file.write_bytes(content)
    with pytest.raises(PoolgateError, match="is not the demo database"):
        demo.build_file(file)
    assert file.read_bytes() == content


async def test_the_same_on_postgresql(postgresql_url: str) -> None:
    """The same tables, rows and views load into PostgreSQL, once."""
    await demo.build(postgresql_url)
    async with single_connection(postgresql_url) as connection:
        row = (await connection.execute(text("select * from country_statistics where alpha_2 = 'CH'"))).one()
        assert (row.name, row.airports > row.with_iata > 5) == ("Switzerland", True)
    with pytest.raises(DatabaseAwayError, match="already exists"):
        await demo.build(postgresql_url)
