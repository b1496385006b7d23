"""The crossings: into threads and back, onto a loop from elsewhere, and what they rest on."""

from __future__ import annotations

import asyncio
import threading
import weakref
from contextlib import asynccontextmanager
from contextvars import ContextVar

import flask
import pytest
from greenlet import getcurrent

from service.asgi import AsyncFlask, Limits, close_background, stream_with_context
from service.asgi.bridge import Threads, bridged, wait

from .conftest import until
from .sample import make_app

note: ContextVar[str] = ContextVar("note", default="")


async def test_names_of_the_greenlet_bridge():
    """The undocumented names of SQLAlchemy that the bridge is built on exist, and take our greenlets for theirs."""
    from sqlalchemy.util.concurrency import await_, in_greenlet

    def request():
        return in_greenlet(), await_(asyncio.sleep(0, "awaited")), hasattr(getcurrent(), "gr_context")

    assert in_greenlet() is False
    assert await bridged(request) == (True, "awaited", True)


async def test_greenlets_are_used_again_and_keep_nothing():
    """One request after another runs in the same greenlet, which holds on to no argument, result or error."""

    class Thing:
        pass

    def request(thing):
        if wait(asyncio.sleep(0, thing)) is None:
            raise LookupError
        return getcurrent(), weakref.ref(thing)

    first, gone = await bridged(request, Thing())
    with pytest.raises(LookupError):
        await bridged(request, None)
    second, _ = await bridged(request, Thing())
    assert first is second
    assert gone() is None
    assert (first.job, first.result, first.error, first.gr_context) == (None, None, None, None)


async def test_requests_side_by_side_have_greenlets_of_their_own():
    """What waits keeps its greenlet, and each result reaches its own task, errors and cancels included."""

    def request(number, event):
        token = note.set(str(number))
        wait(event.wait())
        seen = note.get()
        note.reset(token)
        if number % 3 == 0:
            raise LookupError(number)
        return number, seen

    event = asyncio.Event()
    tasks = [asyncio.create_task(bridged(request, number, event)) for number in range(300)]
    await asyncio.sleep(0)
    for task in tasks[1::3]:
        task.cancel()
    event.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, LookupError) for result in results[0::3])
    assert all(isinstance(result, asyncio.CancelledError) for result in results[1::3])
    assert results[2::3] == [(number, str(number)) for number in range(2, 300, 3)]


async def test_thread_shares_the_context():
    """A token set before the thread can be reset in it, and what it sets is seen after it."""
    threads = Threads(1)

    def work(token):
        note.reset(token)
        seen = note.get()
        note.set("from the thread")
        return seen, threading.current_thread() is threading.main_thread()

    def request():
        return threads.run(work, note.set("before"))

    assert await bridged(request) == ("", False)
    assert note.get() == "from the thread"
    threads.close()


async def test_cancel_waits_for_the_thread():
    """Cancelling a task whose view is in a thread takes effect when the thread is done, not before."""
    threads, inside, leave = Threads(1), threading.Event(), threading.Event()
    order = []

    def work():
        inside.set()
        leave.wait(5)
        order.append("thread done")

    async def request():
        try:
            await bridged(threads.run, work)
        except asyncio.CancelledError:
            order.append("cancelled")
            raise

    task = asyncio.create_task(request())
    await until(inside.is_set)
    task.cancel()
    await asyncio.sleep(0)
    assert order == []
    leave.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert order == ["thread done", "cancelled"]
    threads.close()


async def test_cancel_of_a_queued_function_never_runs_it():
    """A function still waiting for a thread is given up at once."""
    threads, inside, leave = Threads(1), threading.Event(), threading.Event()

    def work():
        inside.set()
        leave.wait(5)

    first = asyncio.create_task(bridged(threads.run, work))
    await until(inside.is_set)
    ran = []
    second = asyncio.create_task(bridged(threads.run, ran.append, 1))
    await until(lambda: threads._executor._work_queue.qsize() == 1)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    leave.set()
    await first
    assert ran == []
    threads.close()


async def test_threads_are_bounded():
    """No more functions run at once than there are threads."""
    threads, running, most = Threads(3), 0, 0
    lock, go = threading.Lock(), threading.Event()

    def work():
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go.wait(5)
        with lock:
            running -= 1

    tasks = [asyncio.create_task(bridged(threads.run, work)) for _ in range(9)]
    await until(lambda: running == 3)
    go.set()
    await asyncio.gather(*tasks)
    assert most == 3
    threads.close()


async def test_waiting_without_a_bridge_names_the_function():
    """async_to_sync on the loop, outside any request, is refused and makes no coroutine."""
    app = AsyncFlask("here")

    async def helper():
        return 1

    with pytest.raises(RuntimeError, match="helper"):
        app.async_to_sync(helper)()


async def test_helper_in_a_thread_of_ones_own_reaches_the_loop():
    """The way out that the error names works: the helper in a thread gets its coroutine run on the app's loop."""
    app = AsyncFlask("here")
    async with app.started():

        async def helper():
            note.set("carried")
            return asyncio.get_running_loop()

        def in_thread():
            return app.async_to_sync(helper)(), note.get()

        assert await asyncio.to_thread(in_thread) == (asyncio.get_running_loop(), "carried")


@pytest.fixture
def background():
    """Whatever a test starts on the background loop ends with it."""
    yield
    close_background()


@pytest.mark.usefixtures("background")
class TestWithoutServer:
    """`app.test_client()` and WSGI servers: one background loop per process."""

    def test_all_views_share_one_loop_with_the_lifespan(self):
        """The lifespan is entered once, on the background loop, where all async views then run."""
        client = make_app().test_client()
        for _ in range(2):
            answer = client.get("/async")
            assert answer.json == {"home": True}
            assert answer.headers["X-Trail"] == "abv"

    def test_plain_views_stay_in_their_thread(self):
        """Under WSGI a plain view runs where the server called it."""
        assert make_app().test_client().get("/plain").json == {"thread": threading.current_thread().name}

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("/stream/async", "0;1;2;3;4;"),
            ("/stream/direct", "0;1;2;"),
            ("/stream/plain", "0?;1?;2?;3?;4?;"),
            ("/stream/context?q=x", "/stream/contextx"),
            ("/stream/context-plain?q=x", "/stream/context-plainx"),
        ],
    )
    def test_streams(self, path, text):
        """Generators of both kinds stream through the test client."""
        assert make_app().test_client().get(path).text == text

    def test_lifespan_is_left_in_reverse(self):
        """Stopping the background loop leaves what was entered, last first."""
        app, order = AsyncFlask("here"), []
        _hold(app, order, "a")
        _hold(app, order, "b")

        @app.get("/")
        async def index():
            return "x"

        app.test_client().get("/")
        assert order == ["+a", "+b"]
        close_background()
        assert order == ["+a", "+b", "-b", "-a"]

    def test_failing_start_reaches_the_caller_and_is_tried_again(self):
        """A lifespan that fails raises in the request that wanted it; the next request tries anew."""
        app, tries = AsyncFlask("here"), []
        app.testing = True

        @app.lifespan
        @asynccontextmanager
        async def fails_once(app):
            tries.append(1)
            if len(tries) == 1:
                raise LookupError("not yet")
            yield

        @app.get("/")
        async def index():
            return "x"

        with pytest.raises(LookupError, match="not yet"):
            app.test_client().get("/")
        assert app.test_client().get("/").text == "x"

    def test_commands_run_coroutines_too(self):
        """A CLI command reaches the loop by `app.async_to_sync`."""
        app = AsyncFlask("here")

        @app.cli.command("ask")
        def ask():
            async def answer():
                await asyncio.sleep(0)
                return 42

            print(app.async_to_sync(answer)())  # noqa: T201  # what a command does

        assert app.test_cli_runner().invoke(args=["ask"]).output == "42\n"


def _hold(app, order, name):
    @app.lifespan
    @asynccontextmanager
    async def held(app):
        order.append(f"+{name}")
        try:
            yield
        finally:
            order.append(f"-{name}")


def talk(messages):
    """A receive that hands out these messages, a send, and what was sent."""
    messages, sent = list(messages), []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    return receive, send, sent


LIFE = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]


async def test_lifespan_order():
    """Factories are entered in order and left in reverse, and the server is told."""
    app, order = AsyncFlask("here"), []
    _hold(app, order, "a")
    _hold(app, order, "b")
    receive, send, sent = talk(LIFE)
    await app.asgi({"type": "lifespan"}, receive, send)
    assert order == ["+a", "+b", "-b", "-a"]
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
async def test_lifespan_failure_is_sent(phase):
    """A failure of either phase is sent to the server with its message, and what was entered is left."""
    app, order = AsyncFlask("here"), []
    _hold(app, order, "a")

    @app.lifespan
    @asynccontextmanager
    async def fails(app):
        if phase == "startup":
            raise LookupError("no such thing")
        yield
        raise LookupError("no such thing")

    receive, send, sent = talk(LIFE)
    await app.asgi({"type": "lifespan"}, receive, send)
    assert sent[-1] == {"type": f"lifespan.{phase}.failed", "message": "no such thing"}
    assert order == ["+a", "-a"]


async def test_websocket_is_refused():
    """A websocket is closed before it is accepted."""
    receive, send, sent = talk([{"type": "websocket.connect"}])
    await AsyncFlask("here").asgi({"type": "websocket"}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]


def scope(path="/", method="GET", headers=(), **more):
    """An HTTP scope."""
    return {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": list(headers), "client": None, "server": None,
        **more,
    }  # fmt: skip


async def test_get_without_body_costs_no_receive():
    """A request that announces no body is answered without asking for one."""
    app = AsyncFlask("here")
    app.add_url_rule("/", view_func=lambda: "x")
    _, send, sent = talk([])

    async def receive():
        raise AssertionError("received")

    await app.asgi(scope(), receive, send)
    assert [message.get("body") for message in sent] == [None, b"x"]


async def test_mounted_below_a_path():
    """root_path is SCRIPT_NAME, whether or not the server left it in the path."""
    app = AsyncFlask("here")
    app.add_url_rule("/a", view_func=lambda: flask.request.script_root + "|" + flask.request.path)
    for path in ("/mount/a", "/a"):
        receive, send, sent = talk([])
        await app.asgi(scope(path, root_path="/mount"), receive, send)
        assert sent[1]["body"] == b"/mount|/a"


async def test_exceptions_propagate_while_testing():
    """With `app.testing` an exception reaches the caller, as in Flask."""
    app = AsyncFlask("here")
    app.testing = True

    @app.get("/")
    async def index():
        raise ZeroDivisionError

    receive, send, _ = talk([])
    with pytest.raises(ZeroDivisionError):
        await app.asgi(scope(), receive, send)


async def test_limit_of_the_body_is_flasks_own_setting():
    """MAX_CONTENT_LENGTH goes before the limit in `Limits`, and an app's own error handler answers."""
    app = AsyncFlask("here", limits=Limits(max_body=100))
    app.config["MAX_CONTENT_LENGTH"] = 3
    from service.errors import TooLargeError

    app.register_error_handler(TooLargeError, lambda error: ("mine", 413))
    receive, send, sent = talk([{"type": "http.request", "body": b"four"}])
    await app.asgi(scope(method="POST", headers=[(b"content-length", b"4")]), receive, send)
    assert (sent[0]["status"], sent[1]["body"]) == (413, b"mine")


async def test_context_is_needed_to_keep_it():
    """stream_with_context outside a request says so."""

    async def steps():
        yield "x"

    with pytest.raises(RuntimeError):
        stream_with_context(steps())


async def test_connection_lost_while_writing_is_no_error(caplog):
    """A `send` that raises OSError means that the client is gone: nothing is logged, nothing is raised."""
    app = AsyncFlask("here")
    app.add_url_rule("/", view_func=lambda: "x")

    async def send(message):
        raise OSError

    await app.asgi(scope(), talk([])[0], send)
    assert caplog.records == []


async def test_middleware_may_change_the_environ_and_the_body():
    """WSGI middleware around `wsgi_app` works, also one that puts an input of its own in place."""
    app, inner = AsyncFlask("here"), AsyncFlask.wsgi_app

    @app.post("/")
    async def index():
        return flask.request.environ["mark"]

    def middleware(environ, start_response):
        environ["wsgi.input"], environ["mark"] = object(), "marked"
        return inner(app, environ, start_response)

    app.wsgi_app = middleware
    receive, send, sent = talk([{"type": "http.request", "body": b"four"}])
    await app.asgi(scope(method="POST", headers=[(b"content-length", b"4")]), receive, send)
    assert sent[1]["body"] == b"marked"


async def test_write_of_old_applications_is_refused(caplog):
    """The `write()` that PEP 3333 keeps for old applications is a 500, and the log says what to do instead."""
    app = AsyncFlask("here")

    def middleware(environ, start_response):
        start_response("200 OK", [])(b"written")
        return [b""]

    app.wsgi_app = middleware
    receive, send, sent = talk([])
    await app.asgi(scope(), receive, send)
    assert sent[0]["status"] == 500
    assert "return the body as an iterable" in str(caplog.records[0].exc_info[1])


async def test_failing_teardown_is_500_and_logged(caplog):
    """What a teardown function lets out is answered and logged here, and does not reach the server."""
    app = AsyncFlask("here")
    app.add_url_rule("/", view_func=lambda: "x")

    @app.teardown_request
    async def teardown(error):
        raise ZeroDivisionError

    receive, send, sent = talk([])
    await app.asgi(scope(), receive, send)
    assert sent[0]["status"] == 500
    assert len(caplog.records) == 1
