"""Security 17: who called is what the socket says, or what that many trusted proxies say; nobody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import request
from poolgate_process import make_shop, starting

from security.edge_app import ELSEWHERE, HERE, ITEM, asking, caller, made
from service.network import network_of
from service.testing import running

CALLER = "198.51.100.7"
FORGED = {
    "X-Forwarded-For": HERE,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": HERE,
    "Forwarded": f"for={HERE};proto=https;host=evil.example",
    "True-Client-IP": HERE,
}


async def seen(url: str, count: int, address: str, headers: dict[str, str]) -> dict[str, Any]:
    """What the application takes for caller, scheme, host and prefix."""
    app = made(url, trusted_proxies=count)

    @app.get("/seen")
    async def look() -> dict[str, Any]:
        return {"address": request.remote_addr, "root": request.url_root}

    async with running(app), caller(app, address) as http:
        told: dict[str, Any] = (await http.get("/seen", headers=headers)).json()
    return told


async def test_nobody_is_believed_by_default(sqlite_url: str) -> None:
    """Security 17: With no proxy trusted all that could say something else of the caller is ignored."""
    assert await seen(sqlite_url, 0, ELSEWHERE, FORGED) == {"address": ELSEWHERE, "root": "http://testserver/"}


async def test_no_proxy_says_host_or_prefix(sqlite_url: str) -> None:
    """Security 17: Of a trusted proxy the address and the scheme are taken over, and nothing else."""
    assert await seen(sqlite_url, 1, ELSEWHERE, FORGED) == {"address": HERE, "root": "https://testserver/"}


@pytest.mark.parametrize("count, forwarded, address", [
    (1, CALLER, CALLER),
    (1, f"{HERE}, {CALLER}", CALLER),
    (1, f"1.1.1.1,{HERE},{CALLER}", CALLER),
    (2, f"{CALLER}, 10.0.0.1", CALLER),
    (2, f"{HERE}, {CALLER}, 10.0.0.1", CALLER),
    (2, CALLER, ELSEWHERE),
    (1, "", ELSEWHERE),
    (1, f'"{HERE}, {CALLER}', CALLER),
    (1, f'"{HERE}", {CALLER}', CALLER),
    (1, f'x="y\\", {CALLER}', CALLER),
    (2, f'"a, {CALLER}, 10.0.0.1', CALLER),
    (1, f"{HERE}, 2001:db8::1", "2001:db8::1"),
    (16, ",".join([CALLER] + ["10.0.0.1"] * 15), CALLER),
])  # fmt: skip
async def test_so_many_proxies_are_believed(count: int, forwarded: str, address: str, sqlite_url: str) -> None:
    """Security 17: The caller is who the outermost trusted proxy saw, whatever the caller has written before."""
    assert (await seen(sqlite_url, count, ELSEWHERE, {"X-Forwarded-For": forwarded}))["address"] == address


@pytest.mark.parametrize("count, proto, scheme", [
    (0, "https", "http"), (1, "https", "https"), (1, "http, https", "https"), (2, "https, http", "https"),
    (2, "https", "http"), (1, "javascript", "http"), (1, "https://evil.example/", "http"), (1, '"https', "http"),
    (1, "", "http"),
])  # fmt: skip
async def test_the_scheme(count: int, proto: str, scheme: str, sqlite_url: str) -> None:
    """Security 17: The scheme is http or https, as that many proxies say; a text that is neither is none."""
    told = await seen(sqlite_url, count, ELSEWHERE, {"X-Forwarded-Proto": proto})
    assert told["root"] == f"{scheme}://testserver/"


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("address", [ELSEWHERE, HERE])
@pytest.mark.parametrize("forged", [
    {"X-Forwarded-For": HERE}, {"X-Forwarded-For": f"{HERE}, {HERE}"}, {"X-Forwarded-For": "::1"},
    {"X-Forwarded-For": '"'}, {"Forwarded": f"for={HERE}"}, {"Via": "1.1 a"}, FORGED,
    {"X-Real-IP": HERE}, {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Host": "localhost"},
])  # fmt: skip
async def test_no_header_opens_the_pages_for_operators(
    count: int, address: str, forged: dict[str, str], sqlite_url: str
) -> None:
    """Security 17, 22: By a forged header nobody becomes a caller on this machine, however many proxies are trusted."""
    async with asking(sqlite_url, address, trusted_proxies=count) as http:
        for path in ("/-/pool", "/-/metrics", "/-/pool/events"):
            assert (await http.get(path, headers=forged)).status_code == 403
        assert "pool" not in (await http.get("/", headers={**forged, "Accept": "application/json"})).json()


@pytest.mark.parametrize("address, network", [
    ("198.51.100.7", "198.51.100.7"),
    ("198.51.100.7:4711", "198.51.100.7"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("[2001:db8:1:2::9]:80", "2001:db8:1:2::/64"),
    ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
    ("fe80::1%eth0", "fe80::/64"),
    ("::ffff:198.51.100.7", "198.51.100.7"),
    ("::1", "::/64"),
    ("unknown", "unknown"),
    ("a:b", "a:b"),
    ("x" * 100, "x" * 64),
    (":" * 10_000, ":" * 64),
    ("", ""),
    (None, None),
])  # fmt: skip
def test_whose_address_it_is(address: str | None, network: str | None) -> None:
    """An IPv6 /64 is one caller's, who has its addresses to choose from; what is no address is only cut off."""
    assert network_of(address) == network


@pytest.mark.slow
def test_the_log_has_the_caller(tmp_path: Path) -> None:
    """The address of a caller behind a trusted proxy is the one in the log."""
    with starting(tmp_path) as start:
        service = start(
            database_url=make_shop(tmp_path / "shop.db"), anonymous="read", log_format="json", trusted_proxies="1"
        )
        headers = {"X-Forwarded-For": f"{HERE}, {CALLER}", "X-Request-Id": "proxied"}
        assert service.get(ITEM, headers=headers).status_code == 200
        assert service.get(ITEM, headers={"X-Request-Id": "direct"}).status_code == 200
        assert service.stop() == 0
    lines = [json.loads(line) for line in service.lines]
    addresses = {line.get("request_id"): line.get("address") for line in lines}
    assert (addresses["proxied"], addresses["direct"]) == (CALLER, HERE)


@pytest.fixture
async def described(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(sqlite_url, anonymous="read", trusted_proxies=1) as http:
        yield http


async def test_the_description_has_no_forged_host(described: httpx.AsyncClient) -> None:
    """Security 17: No header of a proxy gets into the addresses that others are given."""
    answer = await described.get("/rest/v1/", headers=FORGED)
    assert "evil" not in answer.text
