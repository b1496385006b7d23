"""The demo database: airports of the world, the countries and subdivisions they are in, from packages.

`build_file` makes the SQLite file that `poolgate serve` falls back to; `build` loads the same into any database,
but for the full-text table `airport_search` and the service's own tables.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import airportsdata
import pycountry
from sqlalchemy import Column, Double, ForeignKey, Integer, MetaData, Table, Text, text
from sqlalchemy.engine import Connection

from service.database.single import single_connection
from service.errors import PoolgateError
from service.migrate import migrate

Row = dict[str, Any]
Progress = Callable[[int, int], None]
"""Called with the rows loaded so far and the rows there will be."""

DEFAULT_PATH = Path("poolgate-demo.db")
MARK = 0x50475444  # "PGTD": SQLite's application_id of files that are ours to find again
_MARK_AT = 68  # where SQLite's file format keeps it, four bytes, big-endian
_BATCH = 4000

metadata = MetaData()

countries = Table(
    "countries", metadata,
    Column("alpha_2", Text, primary_key=True, comment="ISO 3166-1 code of two letters"),
    Column("alpha_3", Text, nullable=False, unique=True),
    Column("numeric", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("official_name", Text),
    Column("flag", Text, nullable=False),
)  # fmt: skip
subdivisions = Table(
    "subdivisions", metadata,
    Column("code", Text, primary_key=True, comment="ISO 3166-2 code"),
    Column("country", Text, ForeignKey("countries.alpha_2"), nullable=False, index=True),
    Column("parent", Text, ForeignKey("subdivisions.code"), index=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
)  # fmt: skip
airports = Table(
    "airports", metadata,
    Column("icao", Text, primary_key=True, comment="ICAO code, or the national one"),
    Column("iata", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("city", Text, index=True),
    Column("country", Text, ForeignKey("countries.alpha_2"), nullable=False, index=True),
    Column("subdivision", Text, ForeignKey("subdivisions.code"), index=True),
    Column("elevation", Integer, nullable=False, comment="feet above the sea"),
    Column("lat", Double, nullable=False),
    Column("lon", Double, nullable=False),
    Column("tz", Text, nullable=False, comment="time zone by its IANA name"),
)  # fmt: skip

_VIEWS = (
    """create view scheduled_airports as
       select a.iata, a.icao, a.name, a.city, c.name as country_name, c.flag
       from airports a join countries c on c.alpha_2 = a.country where a.iata is not null""",
    """create view country_statistics as
       select c.alpha_2, c.name, count(a.icao) as airports, count(a.iata) as with_iata, max(a.elevation) as highest
       from countries c left join airports a on a.country = c.alpha_2 group by c.alpha_2, c.name""",
)
_SEARCH = (
    """create virtual table airport_search using
       fts5(icao unindexed, name, city, country, tokenize = 'unicode61 remove_diacritics 2')""",
    """insert into airport_search select a.icao, a.name, a.city, c.name
       from airports a join countries c on c.alpha_2 = a.country""",
    f"pragma application_id = {MARK}",
)


def build_file(path: Path = DEFAULT_PATH, progress: Progress = lambda done, total: None) -> bool:
    """Makes the demo at `path`, all or nothing; False if it is there already.

    Raises:
        PoolgateError: another file is in its place, or it cannot be written.
    """
    if path.exists():
        if not is_demo_file(path):
            raise PoolgateError(f"{path} is there and is not the demo database; name another file or move it away")
        return False
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
    except OSError as error:
        raise PoolgateError(f"{path} cannot be written: {error.strerror}") from error
    os.close(handle)
    try:
        asyncio.run(_fill(f"sqlite:///{quote(name)}", progress))
        Path(name).chmod(0o644)
        Path(name).replace(path)  # at once, so that nobody ever opens half a demo
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    return True


async def _fill(url: str, progress: Progress) -> None:
    await build(url, progress, after=_SEARCH)
    await migrate(url)  # so that writes with an Idempotency-Key can be tried


def is_demo_file(path: Path) -> bool:
    """Whether the file carries the demo's mark."""
    try:
        with path.open("rb") as file:
            return file.read(_MARK_AT + 4)[_MARK_AT:] == MARK.to_bytes(4, "big")
    except OSError:
        return False


async def build(url: str, progress: Progress = lambda done, total: None, *, after: Sequence[str] = ()) -> None:
    """Loads the demo into an empty database, in one transaction, then runs the statements `after`.

    Raises:
        DatabaseAwayError: the database cannot be reached, or has such tables already.
    """
    async with single_connection(url) as connection:
        await connection.run_sync(load, progress)
        for statement in after:
            await connection.execute(text(statement))


def load(connection: Connection, progress: Progress = lambda done, total: None) -> None:
    """Creates the tables, fills them and adds the views."""
    metadata.create_all(connection, checkfirst=False)  # a table of that name is somebody's own
    places = list(_subdivisions())
    tables = ((countries, list(_countries())), (subdivisions, places), (airports, list(_airports(places))))
    done, total = 0, sum(len(rows) for _, rows in tables)
    for table, rows in tables:
        for start in range(0, len(rows), _BATCH):
            connection.execute(table.insert(), batch := rows[start : start + _BATCH])
            progress(done := done + len(batch), total)
    for statement in _VIEWS:
        connection.execute(text(statement))


def _countries() -> Iterator[Row]:
    for country in pycountry.countries:
        yield {
            "alpha_2": country.alpha_2,
            "alpha_3": country.alpha_3,
            "numeric": country.numeric,
            "name": country.name,
            "official_name": getattr(country, "official_name", None),
            "flag": country.flag,
        }
    # A user-assigned code: not in ISO 3166-1, yet airports are filed under it.
    yield {
        "alpha_2": "XK", "alpha_3": "XKX", "numeric": None,
        "name": "Kosovo", "official_name": None, "flag": "🇽🇰",
    }  # fmt: skip


def _subdivisions() -> Iterator[Row]:
    parents = {place.code: place.parent_code for place in pycountry.subdivisions}
    for place in sorted(pycountry.subdivisions, key=lambda place: (_depth(place.code, parents), place.code)):
        yield {
            "code": place.code,
            "country": place.country_code,
            "parent": place.parent_code,
            "name": place.name,
            "type": place.type,
        }


def _depth(code: str | None, parents: Mapping[str, str | None]) -> int:
    # Parents must come first, or the foreign key refuses their children.
    return 0 if code is None else 1 + _depth(parents.get(code), parents)


def _airports(places: Iterable[Row]) -> Iterator[Row]:
    codes = {(place["country"], _plain(place["name"])): place["code"] for place in places}
    for airport in airportsdata.load().values():
        yield {
            "icao": airport["icao"],
            "iata": airport["iata"] or None,
            "name": airport["name"],
            "city": airport["city"] or None,
            "country": airport["country"],
            "subdivision": codes.get((airport["country"], _plain(airport["subd"]))),
            "elevation": round(airport["elevation"]),
            "lat": airport["lat"],
            "lon": airport["lon"],
            "tz": airport["tz"],
        }


def _plain(name: str) -> str:
    """The name less case, accents and hyphens: the two packages write them differently."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("-", " "))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
