"""Rows as GeoJSON. The tests with a real PostGIS need Debian's package of it and are skipped where it is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.app import create_app
from service.settings import Settings
from service.testing import PostgresqlTemplate, client, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
GEOJSON = {"Accept": "application/geo+json"}
TYPE = "application/geo+json; charset=utf-8"
SCHEMA = """
    create schema "Gis";
    create extension postgis schema "Gis";
    create table shops (id int primary key, name text, place "Gis".geometry(point, 4326));
    insert into shops values
        (1, 'by the river', 'SRID=4326;POINT(10.5 59.25)'), (2, 'on the hill', 'SRID=4326;POINT(-71.5 42.125)'),
        (3, null, 'SRID=4326;POINT(0 0)');
    create table beacons (
        id int primary key, shop_id int references shops, "odd ""key" text, at "Gis".geometry, area "Gis".geography);
    insert into beacons values
        (1, 1, 'x', 'POINT(1 2)', 'POLYGON((0 0, 1 0, 1 1, 0 0))'), (2, 1, 'y', 'POINT(3 4)', null);
    create table plain (id int primary key, name text);
    insert into plain values (1, 'no place');
    create view nearby as select id, place from shops where id < 3;
"""
# What anybody could put there; its rows would be a surprise.
IMPOSTOR = """
    create table shops (id int primary key);
    create function st_asgeojson(record) returns text language plpgsql as $$ begin return '{"type": "planted"}'; end $$;
"""


def folder_of_postgis() -> Path | None:
    """Where the programs of a PostgreSQL are that has PostGIS."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/lib/postgis-3.so"))
    return found[-1].parent.parent / "bin" if found else None


@pytest.fixture(scope="module")
def postgis_server() -> Iterator[str]:
    """A PostgreSQL of the machine's own package, on a socket; gone with the module."""
    programs = folder_of_postgis()
    if programs is None:
        pytest.skip("there is no PostGIS: it comes with Debian's postgresql-15-postgis-3")
    folder = Path(tempfile.mkdtemp(prefix="poolgate-gis-"))
    # PostgreSQL does not run as root; its package has a user for it.
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres", "postgres")

    def run(program: str, *arguments: str) -> None:
        log = folder / "log"
        with log.open("a") as out:
            done = subprocess.run(
                [programs / program, "-D", folder / "data", *arguments],
                cwd=folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL, timeout=60, **user,
            )  # fmt: skip
        assert done.returncode == 0, log.read_text()

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run("pg_ctl", "-w", "-o", f"-k {folder} -c listen_addresses='' -c fsync=off -c timezone=UTC", "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def http(postgis_server: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose database has PostGIS, in a schema that is on no path."""
    async with PostgresqlTemplate(postgis_server, SCHEMA) as template, template.fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="read", db_plan_enabled=True))
        async with running(app), client(app, base_url="http://testserver/rest/v1") as one:
            yield one


async def features(http: httpx.AsyncClient, url: str, status: int = 200, **headers: str) -> Any:
    """The features of an answer, which is a collection of them and says so."""
    answer = await http.get(url, headers={**GEOJSON, **headers})
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == TYPE
    body = answer.json()
    assert list(body) == ["type", "features"]
    assert body["type"] == "FeatureCollection"
    return body["features"]


def feature(coordinates: Any, kind: str = "Point", **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


async def test_rows_are_features(http: httpx.AsyncClient) -> None:
    """Each row is a feature, its other columns the feature's properties."""
    assert await features(http, "/shops?order=id&id=neq.3") == [
        feature([10.5, 59.25], id=1, name="by the river"),
        feature([-71.5, 42.125], id=2, name="on the hill"),
    ]
    assert await features(http, "/shops?select=place,title:name&id=eq.3") == [feature([0, 0], title=None)]
    assert await features(http, "/nearby?order=id.desc&limit=1") == [feature([-71.5, 42.125], id=2)]
    assert await features(http, "/shops?id=gt.3") == []


async def test_a_row_has_one_place(http: httpx.AsyncClient) -> None:
    """The first selected geometry is the feature's; `select` chooses it."""
    odd = {'odd "key': "x"}
    assert await features(http, r'/beacons?select=id,"odd \"key",at&id=eq.1') == [feature([1, 2], id=1, **odd)]
    ring = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    assert await features(http, "/beacons?select=id,area&id=eq.1") == [feature(ring, "Polygon", id=1)]


async def test_rows_without_a_place(http: httpx.AsyncClient) -> None:
    """What has no place is no feature, and PostGIS says so."""
    for url in ("/plain", "/shops?select=id"):
        answer = await http.get(url, headers=GEOJSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "22023"), answer.text


async def test_related_rows_are_properties(http: httpx.AsyncClient) -> None:
    """What is embedded is a property; a geometry in it is GeoJSON as it is in plain JSON."""
    (found,) = await features(http, "/shops?select=*,beacons(id,at)&id=eq.1&beacons.order=id")
    beacons = found["properties"].pop("beacons")
    assert found == feature([10.5, 59.25], id=1, name="by the river")
    assert [(each["id"], each["at"]["coordinates"]) for each in beacons] == [(1, [1, 2]), (2, [3, 4])]
    plain = (await http.get("/shops?select=beacons(id,at)&id=eq.1&beacons.order=id")).json()
    assert plain[0]["beacons"] == beacons
    (lifted,) = await features(http, "/beacons?select=id,at,...shops(name),shops(id)&id=eq.1")
    assert lifted == feature([1, 2], id=1, name="by the river", shops={"id": 1})


async def test_a_page_of_features(http: httpx.AsyncClient) -> None:
    """Pages, counts, cursors, HEAD and tags are as of any other rows."""
    answer = await http.get("/shops?order=id&limit=2&offset=1", headers={**GEOJSON, "Prefer": "count=exact"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (206, "1-2/3")
    assert [each["properties"]["id"] for each in answer.json()["features"]] == [2, 3]
    known = await http.get(
        "/shops?order=id&limit=2&offset=1", headers={**GEOJSON, "If-None-Match": answer.headers["ETag"]}
    )
    assert known.status_code == 200  # of another place among all rows
    again = {**GEOJSON, "Prefer": "count=exact", "If-None-Match": answer.headers["ETag"]}
    assert (await http.get("/shops?order=id&limit=2&offset=1", headers=again)).status_code == 304
    head = await http.head("/shops", headers={**GEOJSON, "Prefer": "count=exact"})
    assert (head.status_code, head.content) == (200, b"")
    assert (head.headers["Content-Type"], head.headers["Content-Range"]) == (TYPE, "0-2/3")
    first = await http.get("/shops?order=id&limit=2&cursor=", headers=GEOJSON)
    assert [each["properties"]["id"] for each in first.json()["features"]] == [1, 2]
    rest = await http.get(first.links["next"]["url"].replace("?", "/shops?"), headers=GEOJSON)
    assert [each["properties"]["id"] for each in rest.json()["features"]] == [3]


async def test_a_choice_of_types(http: httpx.AsyncClient) -> None:
    """It is made for who names it; wildcards prefer JSON."""
    for accept, made in (
        ("application/*", "application/json; charset=utf-8"),
        ("application/geo+json;q=0.1, text/csv;q=0.2", "text/csv; charset=utf-8"),
        ("image/png, application/geo+json;q=0.1", TYPE),
        ('application/vnd.pgrst.plan; for="application/geo+json"',
         'application/vnd.pgrst.plan+text; for="application/geo+json"; charset=utf-8'),
    ):  # fmt: skip
        answer = await http.get("/shops", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, made)
    refused = await http.get("/shops", headers={"Accept": "application/geo+json;q=0"})
    assert refused.status_code == 406


async def test_the_description_has_it(http: httpx.AsyncClient) -> None:
    """The OpenAPI document has the type where there is PostGIS."""
    document = (await http.get("/")).json()
    assert "application/geo+json" in document["components"]["responses"]["shops.rows"]["content"]


async def test_nobody_stands_in_for_postgis(postgresql_templates: Any) -> None:
    """A function of that name that is not the extension's is not called, and the type is not offered."""
    async with postgresql_templates(IMPOSTOR).fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="read"))
        async with running(app), client(app, base_url="http://testserver/rest/v1") as http:
            answer = await http.get("/shops", headers=GEOJSON)
            assert (answer.status_code, answer.json()["code"]) == (406, "PGRST107")
            document = (await http.get("/")).json()
    assert "application/geo+json" not in document["components"]["responses"]["shops.rows"]["content"]
