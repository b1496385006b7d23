"""Which view a request is for is found out as Flask does it, whatever was asked before."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import flask
import pytest
from werkzeug.routing import BaseConverter, MapAdapter, Rule

from service.asgi import AsyncFlask


def hosted(kind: type[flask.Flask]) -> flask.Flask:
    """An application whose views say what they know of where they are."""
    app = kind(__name__)

    @app.route("/", methods=["GET", "POST"])
    @app.route("/plain/", methods=["GET", "POST"])
    def plain() -> dict[str, Any]:
        there = flask.url_for("plain", _external=True), flask.url_for("named", name="a b", q="ü", _external=True)
        return {"rule": str(flask.request.url_rule), "urls": there, "host": flask.request.host}

    @app.get("/named/<name>")
    def named(name: str) -> dict[str, Any]:
        return {"name": name, "root": flask.request.url_root, "url": flask.request.url}

    return app


ASKED: list[dict[str, Any]] = [
    {"path": "/plain/"}, {"path": "/plain"}, {"path": "//plain/"}, {"path": "/plain//"}, {"path": ""}, {"path": "/"},
    {"path": "/plain?a=b&c=%C3%BC"}, {"path": "/named/x"}, {"path": "/named/%C3%BC"}, {"path": "/named/%FF"},
    {"path": "/nothing"}, {"path": "/plain/", "method": "POST"}, {"path": "/plain/", "method": "PUT"},
    {"path": "/plain/", "method": "OPTIONS"}, {"path": "/plain/", "method": "HEAD"},
    {"path": "/named/x", "method": "POST"},
    *({"path": "/plain/", "headers": {"Host": host}} for host in (
        "a.example", "A.EXAMPLE", "a.example:80", "a.example:81", "b.example", "a..b", "ü", "", "[::1]:8000", "a b",
    )),
    {"path": "/plain/", "base_url": "https://a.example"}, {"path": "/plain/", "base_url": "https://a.example:443"},
    {"path": "/plain", "base_url": "https://a.example/below"}, {"path": "/plain/", "base_url": "http://a.example/ü"},
    {"path": "/plain/", "headers": {"Connection": "upgrade", "Upgrade": "websocket"}},
]  # fmt: skip


@pytest.mark.parametrize("config", [
    {}, {"SERVER_NAME": "a.example"}, {"TRUSTED_HOSTS": ["a.example"]}, {"APPLICATION_ROOT": "/below"},
], ids=lambda config: next(iter(config), "nothing"))  # fmt: skip
def test_as_flask_does_it(config: dict[str, Any]) -> None:
    """Asked once, again, and after all others, each has the status, headers and body of a plain Flask application."""
    ours, flasks = hosted(AsyncFlask), hosted(flask.Flask)
    for app in (ours, flasks):
        app.config.update(config)
    for asked in [*ASKED, *ASKED, *reversed(ASKED)]:
        one, other = ours.test_client().open(**asked), flasks.test_client().open(**asked)
        assert (asked, one.status, list(one.headers), one.data) == (
            asked,
            other.status,
            list(other.headers),
            other.data,
        )


def test_settings_that_come_later() -> None:
    """Hosts that are remembered are forgotten where SERVER_NAME or TRUSTED_HOSTS come to say something else."""
    app = hosted(AsyncFlask)
    client = app.test_client()
    assert client.get("/plain/").json["urls"][0] == "http://localhost/plain/"
    app.config["SERVER_NAME"] = "a.example"
    assert client.get("/plain/").json["urls"][0] == "http://a.example/plain/"
    app.config["TRUSTED_HOSTS"] = ["b.example"]
    assert client.get("/plain/").status_code == 400


def test_a_converter_that_remembers() -> None:
    """A path with variables is matched anew for each request: its converter may say something else."""
    app = AsyncFlask(__name__)
    calls: list[str] = []

    class Counting(BaseConverter):
        def to_python(self, value: str) -> str:
            calls.append(value)
            return f"{value}{len(calls)}"

    app.url_map.converters["counting"] = Counting
    app.add_url_rule("/<counting:name>", view_func=lambda name: name)
    client = app.test_client()
    assert [client.get("/a").text for _ in range(3)] == ["a1", "a2", "a3"]


def test_a_rule_that_comes_later() -> None:
    """A rule that is added to the map after requests is found, as by Flask."""
    app = hosted(AsyncFlask)
    client = app.test_client()
    assert client.get("/late").status_code == 404
    app.url_map.add(Rule("/late", endpoint="plain"))
    assert client.get("/late").json["rule"] == "/late"


def test_hosts_are_bounded() -> None:
    """However many hosts are named, few are kept."""
    app: AsyncFlask = hosted(AsyncFlask)  # type: ignore[assignment]  # it is one
    client = app.test_client()
    for number in range(200):
        assert client.get("/plain/", headers={"Host": f"h{number}"}).json["host"] == f"h{number}"
    known: dict[Any, MapAdapter] = app._adapters._known
    assert len(known) <= 64


@pytest.fixture
def app() -> AsyncFlask:
    """One without views."""
    return AsyncFlask(__name__)


def test_functions_are_not_kept(app: AsyncFlask) -> None:
    """That a function is async is remembered as long as there is the function, and no longer."""

    async def one() -> str:
        return "one"

    def two() -> str:
        return "two"

    assert (app.ensure_sync(one)(), app.ensure_sync(one)(), app.ensure_sync(two)) == ("one", "one", two)
    gone = [weakref.ref(one), weakref.ref(two)]
    del one, two
    gc.collect()
    assert [each() for each in gone] == [None, None]


def test_what_cannot_be_kept_in_mind(app: AsyncFlask) -> None:
    """A callable without weak references, or without a hash, is called as by Flask."""

    class Slotted:
        __slots__ = ()

        def __call__(self) -> str:
            return "slotted"

    class Unhashable:
        __hash__ = None  # type: ignore[assignment]  # what is tested

        def __call__(self) -> str:
            return "unhashable"

    for each in (Slotted(), Unhashable()):
        assert app.ensure_sync(each) is each
