"""Whatever a developer adds, that would see a request of a table, is given it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import flask
import pytest
from flask import Blueprint, signals
from flask.sessions import SecureCookieSessionInterface
from two_ways import FAST, FLASK, OVER, Ask, Asked, serving
from werkzeug.routing import BaseConverter

from service.app import PoolgateFlask, create_app
from service.asgi import Response
from service.errors import PoolgateError
from service.settings import Settings
from service.testing import running

ROW = Ask("/rest/v1/book?id=eq.5")
Seen = list[str]
CHANGES: dict[str, Callable[[PoolgateFlask, Seen], Any]] = {}
SIGNALS = (
    signals.request_started, signals.request_finished, signals.request_tearing_down, signals.appcontext_pushed,
    signals.appcontext_popped, signals.appcontext_tearing_down,
)  # fmt: skip


def change(made: Callable[[PoolgateFlask, Seen], Any]) -> Callable[[PoolgateFlask, Seen], Any]:
    """One of the things that a developer may do; notes what it sees."""
    CHANGES[made.__name__] = made
    return made


def noting(seen: Seen) -> Callable[..., None]:
    """A hook that notes the request's path."""
    return lambda *_: seen.append(flask.request.path)


@change
def before_request(app: PoolgateFlask, seen: Seen) -> None:
    app.before_request(noting(seen))


@change
def after_request(app: PoolgateFlask, seen: Seen) -> None:
    @app.after_request
    async def after(response: flask.Response) -> flask.Response:
        seen.append(response.headers["Content-Range"])
        return response


@change
def teardown_request(app: PoolgateFlask, seen: Seen) -> None:
    app.teardown_request(noting(seen))


@change
def teardown_appcontext(app: PoolgateFlask, seen: Seen) -> None:
    app.teardown_appcontext(lambda _: seen.append("ended"))


@change
def url_value_preprocessor(app: PoolgateFlask, seen: Seen) -> None:
    app.url_value_preprocessor(noting(seen))


@change
def hook_of_a_blueprint(app: PoolgateFlask, seen: Seen) -> None:
    mine = Blueprint("mine", __name__)
    mine.before_app_request(noting(seen))
    app.register_blueprint(mine)


@change
def hook_of_the_tables(app: PoolgateFlask, seen: Seen) -> None:
    app.after_request_funcs["tables"].append(lambda response: seen.append("after") or response)


@change
def view_replaced(app: PoolgateFlask, seen: Seen) -> None:
    theirs: Any = app.view_functions["tables.relation"]

    async def mine(name: str) -> Any:
        seen.append(name)
        return await theirs(name)

    app.view_functions["tables.relation"] = mine


@change
def wsgi_app_wrapped(app: PoolgateFlask, seen: Seen) -> None:
    theirs = app.wsgi_app

    def mine(environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(environ["PATH_INFO"])
        return theirs(environ, start_response)

    app.wsgi_app = mine  # type: ignore[method-assign]  # as Flask's documentation has it


@change
def request_class(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(flask.Request):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            seen.append(self.path)

    app.request_class = Mine


@change
def response_class(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(Response):
        @classmethod
        def force_type(cls, response: Any, environ: Any = None) -> Any:
            seen.append("made")
            return super().force_type(response, environ)

    app.response_class = Mine


@change
def globals_class(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(flask.Flask.app_ctx_globals_class):
        def __init__(self) -> None:
            seen.append("made")

    app.app_ctx_globals_class = Mine


@change
def session_interface(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(SecureCookieSessionInterface):
        def open_session(self, app: Any, request: Any) -> Any:
            seen.append(request.path)
            return super().open_session(app, request)

    app.session_interface = Mine()


@change
def method_replaced(app: PoolgateFlask, seen: Seen) -> None:
    theirs = app.process_response

    def mine(response: Any) -> Any:
        seen.append("processed")
        return theirs(response)

    app.process_response = mine  # type: ignore[method-assign]  # what is tested


@change
def subclass(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(PoolgateFlask):
        def preprocess_request(self, *ctx: Any) -> Any:
            seen.append(flask.request.path)
            return super().preprocess_request(*ctx)

    app.__class__ = Mine


@change
def converter(app: PoolgateFlask, seen: Seen) -> None:
    class Mine(BaseConverter):
        weight = 50  # before that of the tables

        def to_python(self, value: str) -> Any:
            seen.append(flask.request.path)
            return value

    app.url_map.converters["mine"] = Mine
    app.add_url_rule("/rest/v1/<mine:name>", view_func=lambda name: name)


@change
def trusted_hosts(app: PoolgateFlask, seen: Seen) -> None:
    app.config["TRUSTED_HOSTS"] = ["testserver"]
    seen.append("nothing to see")


@change
def host_matching(app: PoolgateFlask, seen: Seen) -> None:
    app.url_map.host_matching = True
    seen.append("nothing to see")


async def taken(asked: Asked, ask: Ask = ROW) -> tuple[int, str]:
    """The status, and the way."""
    return (await asked(ask))[0], asked.ways[-1]


@pytest.mark.parametrize("made", CHANGES)
async def test_what_is_added(made: str, small_url: str) -> None:
    """It sees the request of a table, which goes through Flask for its sake."""
    async with serving(small_url) as asked:
        seen: Seen = []
        CHANGES[made](asked.app, seen)
        status, way = await taken(asked)
        assert (way, status) == (FLASK, 404 if made == "host_matching" else 200)
        assert seen


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: str(signal.name))
async def test_a_signal(signal: Any, small_url: str) -> None:
    """Who listens is told of the requests from then on, until nobody listens."""
    async with serving(small_url) as asked:
        assert await taken(asked) == (200, FAST)
        seen: Seen = []
        with signal.connected_to(lambda *_, **__: seen.append("told"), asked.app):
            assert await taken(asked) == (200, FLASK)
        assert len(seen) == 1
        assert await taken(asked) == (200, FAST)


async def test_a_signal_of_another_application(small_url: str) -> None:
    """Who listens to another application of the process is told nothing of this one, and costs it nothing."""
    async with serving(small_url) as asked:
        with flask.request_finished.connected_to(lambda *_, **__: None, flask.Flask("another")):
            assert await taken(asked) == (200, FAST)


async def test_a_method_replaced_for_all(small_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What watches all of a process's applications by putting itself around Flask's methods sees these requests."""
    theirs, seen = flask.Flask.dispatch_request, []

    def watched(app: flask.Flask, *ctx: Any) -> Any:
        seen.append(flask.request.path)
        return theirs(app, *ctx)

    monkeypatch.setattr(flask.Flask, "dispatch_request", watched)
    async with serving(small_url) as asked:
        assert await taken(asked) == (200, FLASK)
    assert seen == ["/rest/v1/book"]


async def test_an_observer_of_ones_own(small_url: str) -> None:
    """Who observes the pool may ask for whom a connection is taken, as it always could."""
    seen: Seen = []

    def observe(_event: object) -> None:
        if flask.has_request_context():
            seen.append(flask.request.path)

    app = create_app(Settings(database_url=small_url, anonymous="read"), observe=observe)
    async with running(app):
        asked = Asked(app)
        assert await taken(asked) == (200, FLASK)
    assert set(seen) == {"/rest/v1/book"}


async def test_a_view_of_ones_own_below_the_prefix(small_url: str) -> None:
    """It answers, and the tables beside it go the fast way still."""
    async with serving(small_url) as asked:
        asked.app.add_url_rule("/rest/v1/special", view_func=lambda: "mine")
        assert (await asked(Ask("/rest/v1/special")))[2] == b"mine"
        assert await taken(asked) == (200, FAST)
        assert asked.ways == [FLASK, FAST]


async def test_an_error_handler(small_url: str) -> None:
    """A read that fails is answered by the developer's handler of that error."""
    async with serving(small_url) as asked:
        asked.app.register_error_handler(PoolgateError, lambda error: (f"my {error.code}", 418))
        assert (await asked(Ask("/rest/v1/nothing")))[::2] == (418, b"my PGRST205")
        assert asked.ways == [OVER]


async def test_an_unexpected_error(small_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected is told to who listens for it, and logged, once; the answer is the 500 of any other."""
    async with serving(small_url) as asked:
        seen: list[Exception] = []

        def fails(*_: Any, **__: Any) -> Any:
            raise RuntimeError("unexpected")

        monkeypatch.setattr("service.rest.reads.answer_rows", fails)
        with signals.got_request_exception.connected_to(lambda _, exception, **__: seen.append(exception), asked.app):
            assert await taken(asked) == (500, OVER)
        assert [str(error) for error in seen] == ["unexpected"]


async def test_an_error_in_a_test(small_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With TESTING it reaches the test."""
    async with serving(small_url) as asked:
        asked.app.testing = True

        def fails(*_: Any, **__: Any) -> Any:
            raise RuntimeError("unexpected")

        monkeypatch.setattr("service.rest.reads.answer_rows", fails)
        with pytest.raises(RuntimeError, match="unexpected"):
            await asked(ROW)


async def test_a_session(small_url: str) -> None:
    """Who sends a session's cookie goes through Flask, which may prolong it; without a key there are no sessions."""
    cookie = Ask(ROW.target, headers=(("Cookie", "session=x"),))
    async with serving(small_url) as asked:
        assert await taken(asked, cookie) == (200, FAST)
        asked.app.secret_key = "of the tests"
        assert await taken(asked, cookie) == (200, FLASK)
        assert await taken(asked) == (200, FAST)


async def test_no_hooks_after_the_first_request(small_url: str) -> None:
    """Flask refuses what comes too late, as it does after any first request."""
    async with serving(small_url) as asked:
        assert await taken(asked) == (200, FAST)
        with pytest.raises(AssertionError, match="before_request"):
            asked.app.before_request(print)
