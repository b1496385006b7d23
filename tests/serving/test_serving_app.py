"""A developer's own application, served with `--app`, and how its errors leave."""

from __future__ import annotations

from pathlib import Path

import pytest
from poolgate_process import Process, Start, make_shop

pytestmark = pytest.mark.slow


def test_views_beside_the_tables(site: Process) -> None:
    """A view of the developer's uses the pool that serves the tables."""
    assert site.get("/name/2").json() == {"name": "ink"}
    assert site.get("/rest/v1/item?id=eq.2").json() == [{"id": 2, "name": "ink"}]


@pytest.mark.parametrize("path, status, code", [
    ("/again", 409, "23505"),
    ("/again/sqlalchemy", 409, "23505"),
    ("/abort/404", 404, "PGRST125"),
    ("/abort/418", 418, "PGATE418"),
    ("/abort/503", 503, "PGATE503"),
])  # fmt: skip
def test_what_the_caller_can_help_is_no_crash(path: str, status: int, code: str, site: Process) -> None:
    """A constraint that a view runs into, or its abort(), is answered in the one shape and is no crash."""
    answer = site.get(path, headers={"X-Request-Id": f"fine{path}"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if path.startswith("/abort"):
        assert answer.json()["message"] == "closed for the holidays"
    (line,) = site.lines_with(f"[fine{path}]")
    assert f"GET {path} {status}" in line
    assert "Traceback" not in "".join(site.lines[site.lines.index(line) - 2 :][:4])


def test_an_exhausted_pool_in_a_view(site: Process) -> None:
    """A view that gets no connection is answered with 503 and when to come again, and `wait` tells where time went."""
    assert site.get("/exhausted/2").status_code == 200  # that many there are
    answer = site.get("/exhausted/3")
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()["code"]) == (503, "1", "PGRST003")
    assert answer.headers["Server-Timing"].startswith("wait;dur=")


@pytest.mark.parametrize("path, error", [("/mistake?by=0", "ZeroDivisionError"), ("/mistake/sql", "nowhere")])
def test_a_mistake_in_a_view(path: str, error: str, site: Process) -> None:
    """A view's mistake is a 500 that gives away nothing but its id, under which the log has the traceback, once."""
    identity = f"mistake-{error}"
    answer = site.get(path, headers={"X-Request-Id": identity})
    body = answer.json()
    assert (answer.status_code, body["code"], body["details"]) == (500, "PGATE500", None)
    assert identity in body["hint"]
    assert error not in answer.text.replace(identity, "")
    first, last = [number for number, line in enumerate(site.lines) if f"[{identity}]" in line]
    assert "ERROR   Exception on /mistake" in site.lines[first]
    between = "\n".join(site.lines[first + 1 : last])
    assert "Traceback (most recent call last)" in between
    assert error in between
    assert " 500 " in site.lines[last]


@pytest.mark.parametrize("source, spec, told", [
    ("import nothing_of_the_kind", "bad:app",
     "--app bad:app cannot be imported: ModuleNotFoundError: No module named 'nothing_of_the_kind' (bad.py, line 1)"),
    ("x = 1\nx.y.z", "bad:app",
     "--app bad:app cannot be imported: AttributeError: 'int' object has no attribute 'y' (bad.py, line 2)"),
    ("def app(:", "bad:app", "--app bad:app cannot be imported: SyntaxError: invalid syntax (bad.py, line 1)"),
    ("", "missing:app", "--app missing:app: there is no module 'missing' here"),
    ("", "bad", "--app bad: module 'bad' has no attribute 'app'"),
    ("app = 7", "bad", "--app bad is no application made by service.create_app()"),
    ("from flask import Flask\napp = Flask('bad')", "bad", "--app bad is no application made by service.create_app()"),
    ("def make():\n    raise RuntimeError('no luck')", "bad:make",
     "--app bad:make cannot be made: RuntimeError: no luck (bad.py, line 2)"),
])  # fmt: skip
def test_an_application_that_is_none(source: str, spec: str, told: str, serve: Start, tmp_path: Path) -> None:
    """What --app cannot name ends the start with one message that says why and where, and a hint."""
    (tmp_path / "bad.py").write_text(source)
    process = serve("--app", spec, database_url="sqlite:///shop.db")
    assert process.wait() == 1
    assert process.lines[0] == f"poolgate: {told}"
    assert [line[:16] for line in process.lines[1:]] == ["poolgate: hint: "]


def test_a_factory(serve: Start, tmp_path: Path) -> None:
    """A function that makes the application will do, and flags are settings of its `create_app()` too."""
    make_shop(tmp_path / "shop.db")
    (tmp_path / "made.py").write_text(
        "from service import create_app\n\ndef make():\n    app = create_app()\n"
        "    app.get('/hello')(lambda: {'hello': 'you'})\n    return app\n"
    )
    process = serve("--app", "made:make", "--database", "sqlite:///shop.db")
    assert process.get("/hello").json() == {"hello": "you"}
    assert process.stop() == 0
