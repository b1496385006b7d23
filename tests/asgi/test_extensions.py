"""Flask extensions, unmodified, with async views and plain ones, under each server."""

from __future__ import annotations

import httpx
import pytest
from flask import request, session
from flask_babel import Babel, format_decimal, get_locale
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user

from service.asgi import AsyncFlask

from .conftest import SERVERS, free_port, listening


class User(UserMixin):
    """Somebody."""

    def __init__(self, name: str) -> None:
        self.id = name


def make_app() -> AsyncFlask:
    """An application with four extensions, and a view of each kind for each."""
    app = AsyncFlask("extended")
    app.secret_key = "not a secret"
    Compress(app)
    Babel(app, locale_selector=lambda: request.accept_languages.best_match(["en", "de"]))
    logins = LoginManager(app)
    logins.user_loader(User)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")

    @app.post("/login/<name>")
    async def login(name):
        login_user(User(name))
        session["visits"] = 0
        return {}

    @app.get("/me")
    @login_required
    async def me():
        session["visits"] += 1
        return {"id": current_user.id, "visits": session["visits"]}

    @app.get("/me-plain")
    @login_required
    def me_plain():
        return {"id": current_user.id}

    @app.get("/limited")
    @limiter.limit("2 per hour")
    async def limited():
        return {}

    @app.get("/limited-plain")
    @limiter.limit("2 per hour")
    def limited_plain():
        return {}

    @app.get("/number")
    async def number():
        return {"number": format_decimal(1234.5), "locale": str(get_locale())}

    @app.get("/long")
    async def long():
        return {"text": "x" * 5000}

    @app.get("/long-stream")
    async def long_stream():
        async def steps():
            for _ in range(50):
                yield "y" * 100

        return steps(), {"Content-Type": "text/plain"}

    return app


@pytest.fixture(params=SERVERS)
async def client(request):
    """A client of the extended application under a server."""
    app, port = make_app(), free_port()
    async with SERVERS[request.param](app, port):
        await listening(port)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client


async def test_flask_login(client):
    """Flask-Login guards views of both kinds and knows its user in them."""
    for path in ("/me", "/me-plain"):
        assert (await client.get(path)).status_code == 401
    await client.post("/login/ada")
    assert (await client.get("/me")).json() == {"id": "ada", "visits": 1}
    assert (await client.get("/me")).json() == {"id": "ada", "visits": 2}
    assert (await client.get("/me-plain")).json() == {"id": "ada"}


async def test_flask_limiter(client):
    """Flask-Limiter counts requests of views of both kinds."""
    for path in ("/limited", "/limited-plain"):
        assert [(await client.get(path)).status_code for _ in range(3)] == [200, 200, 429]


async def test_flask_babel(client):
    """Flask-Babel chooses the locale of each request."""
    german = (await client.get("/number", headers={"Accept-Language": "de"})).json()
    assert german == {"number": "1.234,5", "locale": "de"}
    assert (await client.get("/number", headers={"Accept-Language": "en"})).json()["number"] == "1,234.5"


async def test_flask_compress(client):
    """Flask-Compress compresses whole answers and async streams."""
    whole = await client.get("/long", headers={"Accept-Encoding": "gzip"})
    assert (whole.headers["content-encoding"], whole.json()) == ("gzip", {"text": "x" * 5000})
    assert int(whole.headers["content-length"]) < 1000
    stream = await client.get("/long-stream", headers={"Accept-Encoding": "gzip"})
    assert stream.text == "y" * 5000
