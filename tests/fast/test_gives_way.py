"""Whatever a developer adds, that would see a request of a table, is given it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import flask
import pytest
from additions import CHANGES, Seen
from flask import signals
from two_ways import FAST, FLASK, OVER, Ask, Asked, serving

from service.app import create_app
from service.errors import PoolgateError
from service.settings import Settings
from service.testing import running

ROW = Ask("/rest/v1/book?id=eq.5")
SIGNALS = (
    signals.request_started, signals.request_finished, signals.request_tearing_down, signals.appcontext_pushed,
    signals.appcontext_popped, signals.appcontext_tearing_down,
)  # fmt: skip


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


@pytest.mark.parametrize("made", ["wsgi_app_wrapped", "view_replaced"])
async def test_what_flask_lets_change_later(made: str, small_url: str) -> None:
    """What Flask takes after the first request too sees the next ones."""
    async with serving(small_url) as asked:
        assert await taken(asked) == (200, FAST)
        seen: Seen = []
        CHANGES[made](asked.app, seen)
        assert await taken(asked) == (200, FLASK)
        assert seen


class Watched:
    """Stands in the place of a function and says that it is that one, as the proxies of `wrapt` do."""

    def __init__(self, function: Any, seen: Seen) -> None:
        self._function = function
        self._seen = seen

    def __get__(self, app: flask.Flask, _kind: type) -> Callable[..., Any]:
        self._seen.append("called")
        return partial(self._function, app)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)

    @property  # type: ignore[misc]  # what is tested
    def __class__(self) -> type:
        return type(self._function)


async def test_a_method_in_disguise(small_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like Flask's own method in all that can be asked of it is seen not to be it."""
    seen: Seen = []
    monkeypatch.setattr(flask.Flask, "full_dispatch_request", Watched(flask.Flask.full_dispatch_request, seen))
    async with serving(small_url) as asked:
        assert await taken(asked) == (200, FLASK)
    assert seen == ["called"]


BEFORE = """
import asyncio, sys, flask

class Watching(flask.Flask):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.before_request(lambda: print(flask.request.path))

flask.Flask = Watching

async def main():
    from service.app import create_app
    from service.settings import Settings
    from service.testing import running
    from two_ways import Ask, Asked
    app = create_app(Settings(database_url=sys.argv[1], anonymous="read"))
    async with running(app):
        assert (await Asked(app)(Ask("/rest/v1/book")))[0] == 200

asyncio.run(main())
"""


def test_flask_replaced_before_it_is_imported(small_url: str) -> None:
    """Tools that are started first put a class of theirs in Flask's place; its hooks are not taken for ours."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    command = [sys.executable, "-c", BEFORE, small_url]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == ["/rest/v1/book"], done.stderr


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
