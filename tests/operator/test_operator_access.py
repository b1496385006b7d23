"""Who may see what is for operators alone."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from service.app import create_app
from service.settings import Settings
from service.testing import running

PATHS = (("GET", "/-/pool"), ("GET", "/-/metrics"), ("GET", "/-/pool/events"), ("POST", "/-/pool/compare"))
TOKEN = "a-token-of-some-length"
BASIC = "Basic " + base64.b64encode(f"anybody:{TOKEN}".encode()).decode()


@asynccontextmanager
async def asking(url: str, address: str = "127.0.0.1", token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=url, admin_token=token))
    transport = httpx.ASGITransport(app=app.asgi, client=(address, 4711))
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        yield http


@pytest.mark.parametrize("method, path", PATHS)
async def test_callers_from_elsewhere_are_refused(method: str, path: str, sqlite_url: str) -> None:
    """With no token set, only this machine is answered; the refusal says what to do."""
    async with asking(sqlite_url, "203.0.113.9") as http:
        answer = await http.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (403, "PGATE403")
    assert "POOLGATE_ADMIN_TOKEN" in answer.json()["hint"]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via"])
async def test_callers_by_way_of_a_proxy_are_refused(name: str, sqlite_url: str) -> None:
    """A proxy on this machine does not make its callers neighbours."""
    async with asking(sqlite_url) as http:
        assert (await http.get("/-/pool", headers={name: "for=203.0.113.9"})).status_code == 403


@pytest.mark.parametrize(
    "host, status",
    [
        ("localhost", 200), ("localhost:8000", 200), ("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("testserver", 200),
        ("a.localhost", 200), ("evil.example", 403), ("evil.example:8000", 403), ("203.0.113.9", 403),
        ("[2001:db8::1]:80", 403), ("127.0.0.1.evil.example", 403),
    ],
)  # fmt: skip
async def test_a_foreign_name_for_this_machine_is_refused(host: str, status: int, sqlite_url: str) -> None:
    """A site that has its own name point here (DNS rebinding) gets nothing from a browser on this machine."""
    async with asking(sqlite_url) as http:
        assert (await http.get("/-/metrics", headers={"Host": host})).status_code == status


@pytest.mark.parametrize("given", [f"Bearer {TOKEN}", BASIC])
async def test_the_token_opens(given: str, sqlite_url: str) -> None:
    """With a token set its bearers are answered from anywhere; a browser sends it as a password."""
    async with asking(sqlite_url, "203.0.113.9", TOKEN) as http:
        headers = {"Authorization": given, "Host": "pool.example"}
        assert (await http.get("/-/pool", headers=headers)).status_code == 200
        assert (await http.get("/-/metrics", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "given", ["", "Bearer ", "Bearer wrong", "Basic !!", "Basic YTpi", f"Digest {TOKEN}x", "Bearer é"]
)
@pytest.mark.parametrize("method, path", PATHS)
async def test_without_the_token_nothing_opens(method: str, path: str, given: str, sqlite_url: str) -> None:
    """With a token set this machine needs it too, and is told so in the way that suits it."""
    async with asking(sqlite_url, token=TOKEN) as http:
        answer = await http.request(method, path, headers=[(b"Authorization", given.encode())])
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        page = await http.get("/-/pool", headers=[(b"Authorization", given.encode()), (b"Accept", b"text/html")])
        assert (page.status_code, page.headers["WWW-Authenticate"][:5]) == (401, "Basic")


async def test_static_files_and_the_front_page_are_open(sqlite_url: str) -> None:
    """What holds no numbers of the inside needs no token."""
    async with asking(sqlite_url, "203.0.113.9", TOKEN) as http:
        files = ("pool.js", "chart.js", "workers.js", "words.js", "poolgate.css")
        for path in ("/", "/-/live", "/-/ready", *(f"/-/static/{name}" for name in files)):
            assert (await http.get(path)).status_code == 200, path
