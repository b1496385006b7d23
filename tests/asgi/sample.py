"""An application with one of everything, for the tests that run it under each server."""

from __future__ import annotations

import asyncio
import io
import threading
from contextlib import asynccontextmanager
from contextvars import ContextVar

import flask
from flask import Response, abort, g, jsonify, request, request_finished, send_file
from flask.views import MethodView, View

from service.asgi import AsyncFlask, Limits, on_loop, stream_with_context

trail: ContextVar[str] = ContextVar("trail", default="")


def make_app() -> AsyncFlask:
    """The application; `app.log` collects what happened outside of responses."""
    app = AsyncFlask("sample", limits=Limits(max_body=200_000, body_timeout=1.0, send_timeout=1.0))
    app.log = log = []
    add_hooks(app, log)
    add_views(app)
    add_streams(app, log)
    add_waits(app, log)
    return app


def add_hooks(app: AsyncFlask, log: list[str]) -> None:
    @app.lifespan
    @asynccontextmanager
    async def hold(app: AsyncFlask):
        app.started_on = asyncio.get_running_loop()
        yield

    @app.before_request
    async def before_async():
        trail.set("a")

    @app.before_request
    def before_plain():
        g.seen = ["before"]
        trail.set(trail.get() + "b")

    @app.after_request
    async def after_async(response):
        response.headers["X-Trail"] = trail.get()
        return response

    @app.after_request
    def after_plain(response):
        response.headers["X-Seen"] = ",".join(g.get("seen", []))
        return response

    @app.teardown_request
    async def teardown(error):
        await asyncio.sleep(0)
        log.append(f"teardown {request.path}")

    @app.errorhandler(LookupError)
    async def lost(error):
        await asyncio.sleep(0)
        return {"lost": str(error)}, 404

    @app.errorhandler(409)
    def conflict(error):
        return {"conflict": error.description}, 409

    async def finished(sender, response, **_):
        log.append(f"finished {response.status_code}")

    request_finished.connect(finished, app, weak=False)


def add_views(app: AsyncFlask) -> None:
    @app.get("/async")
    async def an_async():
        await asyncio.sleep(0)
        trail.set(trail.get() + "v")
        g.seen.append("view")
        return {"home": asyncio.get_running_loop() is app.started_on}

    @app.get("/plain")
    def a_plain():
        trail.set(trail.get() + "v")
        g.seen.append("view")
        return {"thread": threading.current_thread().name}

    @app.get("/inline")
    @on_loop
    def inline():
        return {"thread": threading.current_thread().name}

    @app.get("/nested")
    def nested():
        async def inner():
            trail.set(trail.get() + "n")
            return [asyncio.get_running_loop() is app.started_on, request.path]

        return app.ensure_sync(inner)()

    @app.get("/misuse")
    async def misuse():
        async def inner():
            return 1

        try:
            return {"got": app.ensure_sync(inner)()}
        except RuntimeError as error:
            return {"error": str(error)}

    class Shop(MethodView):
        async def get(self):
            await asyncio.sleep(0)
            return {"thread": threading.current_thread().name}

        def post(self):
            return {"thread": threading.current_thread().name}

    class Whole(View):
        async def dispatch_request(self):
            return {"thread": threading.current_thread().name}

    app.add_url_rule("/shop", view_func=Shop.as_view("shop"))
    app.add_url_rule("/whole", view_func=Whole.as_view("whole"))

    @app.get("/abort/<int:status>")
    async def aborts(status):
        abort(status, "no")

    @app.get("/lost")
    async def lost_view():
        raise LookupError("it")

    @app.get("/broken")
    async def broken():
        raise ZeroDivisionError

    @app.get("/broken-plain")
    def broken_plain():
        raise StopIteration

    @app.get("/cancelled")
    async def cancelled():
        raise asyncio.CancelledError

    @app.route("/echo", methods=["POST", "PUT"])
    async def echo():
        return Response(request.get_data(), mimetype="application/octet-stream")

    @app.post("/upload")
    def upload():
        file = request.files["file"]
        return {"name": file.filename, "size": len(file.read()), "note": request.form["note"]}

    @app.get("/environ/<path:rest>")
    async def environ(rest):
        shown = {k: v for k, v in request.environ.items() if isinstance(v, str)}
        return jsonify(rest=rest, args=request.args, environ=shown, cookies=request.cookies)

    @app.get("/empty/<int:status>")
    async def empty(status):
        return "", status

    @app.get("/file")
    def file():
        return send_file(io.BytesIO(b"0123456789" * 20_000), mimetype="text/plain", conditional=True, etag="x")


def add_streams(app: AsyncFlask, log: list[str]) -> None:
    async def counted(n, fails=False):
        try:
            for i in range(n):
                await asyncio.sleep(0)
                yield f"{i};"
            if fails:
                raise ZeroDivisionError
        finally:
            log.append("async closed")

    def stepped(n):
        try:
            for i in range(n):
                yield f"{i}{'t' if threading.current_thread().name.startswith('plain-view') else '?'};"
        finally:
            log.append("plain closed")

    @app.get("/stream/async")
    async def stream_async():
        return Response(counted(5), mimetype="text/plain")

    @app.get("/stream/direct")
    async def stream_direct():
        return counted(3), 201, {"X-Kind": "direct"}

    @app.get("/stream/plain")
    def stream_plain():
        return stepped(5)

    @app.get("/stream/plain-in-async")
    async def stream_plain_in_async():
        return stepped(5)

    @app.get("/stream/context")
    async def stream_context():
        @stream_with_context
        async def steps():
            yield request.path
            await asyncio.sleep(0)
            yield request.args["q"]

        return Response(steps())

    @app.get("/stream/context-plain")
    def stream_context_plain():
        def steps():
            yield request.path
            yield request.args["q"]

        return Response(flask.stream_with_context(steps()))

    @app.get("/stream/fails-first")
    async def fails_first():
        return counted(0, fails=True)

    @app.get("/stream/fails-later")
    async def fails_later():
        return counted(2, fails=True)

    @app.get("/stream/endless")
    async def endless():
        async def steps():
            try:
                while True:
                    yield b"x" * 65536
            finally:
                log.append("endless closed")

        return Response(steps())


def add_waits(app: AsyncFlask, log: list[str]) -> None:
    here = 0
    everybody = asyncio.Event()

    @app.get("/together/<int:number>")
    async def together(number):
        nonlocal here
        here += 1
        if here == number:
            everybody.set()
        await everybody.wait()
        return "together"

    @app.get("/forever")
    async def forever():
        log.append("waiting")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    @app.get("/forever-plain")
    def forever_plain():
        async def inner():
            log.append("waiting")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                log.append("cancelled")
                raise

        return app.ensure_sync(inner)()
