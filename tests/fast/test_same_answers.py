"""The fast path answers as Flask's dispatch does, byte for byte, and is taken where it should be."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import jwt
import pytest
from two_ways import FAST, FLASK, OVER, Ask, serving

SITE = "https://app.example.org"
SECRET = hashlib.sha256(b"of the tests").hexdigest()
BOOK = "/rest/v1/book"
ORDERED = f"{BOOK}?order=id"


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """The header of a caller with that token."""
    return (("Authorization", f"Bearer {token}"),)


def token(**claims: Any) -> str:
    """A token that is signed well."""
    return jwt.encode({"exp": int(time.time()) + 600, **claims}, SECRET, algorithm="HS256")


def accepting(kind: str) -> tuple[tuple[str, str], ...]:
    """The header of who wants that."""
    return (("Accept", kind),)


READS = [
    *(Ask(f"{BOOK}?id=eq.5"), Ask(f"{BOOK}?id=eq.0"), Ask(ORDERED), Ask(f"{ORDERED}&limit=3&offset=57")),
    *(Ask(f"{BOOK}?select=id,author(name)&order=id&limit=4"), Ask("/rest/v1/author?select=*,book(id)&book.order=id")),
    *(Ask(f"{BOOK}?select=n:id,title&title=like.*5*&order=id.desc"), Ask(f"{BOOK}?or=(id.eq.1,id.gt.58)&order=id")),
    *(Ask(f"{BOOK}?id=in.(1,2,3)&order=id"), Ask(f"{BOOK}?select=id::text&limit=1"), Ask(f"{BOOK}?id=eq.5&limit=0")),
    *(Ask(f"{BOOK}?id=eq.5", headers=accepting(kind)) for kind in (
        "application/vnd.pgrst.object+json", "application/vnd.pgrst.array+json", "*/*", "text/html, */*",
    )),
    *(Ask(ORDERED, headers=(("Range", units),)) for units in ("0-4", "50-", "59-70")),
    *(Ask(ORDERED, headers=(("Prefer", f"count={how}"), ("Range", "0-1"))) for how in ("exact", "planned")),
    Ask(ORDERED, headers=(("Prefer", "count=estimated"),)), Ask(f"{BOOK}?id=eq.5", headers=bearer("nonsense")),
    Ask(f"{BOOK}?id=eq.5", headers=(("Prefer", "handling=lenient, nonsense=1"),)),
    *(Ask(ORDERED, headers=(("Accept-Encoding", accepted),)) for accepted in (
        "gzip", "br, gzip", "zstd", "identity", "gzip;q=0", "*;q=0", "nonsense",
    )),
    Ask(f"{BOOK}?id=eq.5", headers=(("Accept-Encoding", "gzip"),)),
    Ask(f"{BOOK}?id=eq.5", headers=(("If-None-Match", "*"),)),
    Ask(f"{BOOK}?id=eq.5", headers=(("If-None-Match", '"another"'),)),
    Ask(f"{BOOK}?id=eq.5", headers=(("Cookie", "session=nonsense"),)),
    *(Ask(f"{BOOK}?id=eq.5", version=version) for version in ("1.0", "2")),
    *(Ask(f"{BOOK}?id=eq.5", host=host) for host in (None, "localhost:8000", "[::1]:8000", "xn--bcher-kva.example")),
    Ask(f"{BOOK}?id=eq.5", headers=(("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"))),
    Ask("/below/rest/v1/book?id=eq.5", root="/below"), Ask("/below/rest/v1/book?id=eq.5", root="/other", way=FLASK),
]  # fmt: skip
ERRORS = [
    *(Ask("/rest/v1/nothing", OVER), Ask(f"{BOOK}?id=bad.1", OVER), Ask(f"{BOOK}?nothing=eq.1", OVER)),
    *(Ask(f"{BOOK}?id=eq.x", OVER), Ask(f"{BOOK}?select=id,nothing(*)", OVER), Ask(f"{BOOK}?select=(", OVER)),
    *(Ask(f"{BOOK}?id=eq.0", OVER, accepting("application/vnd.pgrst.object+json")), Ask(BOOK, OVER, accepting("a/b"))),
    *(Ask(BOOK, OVER, (("Range", "100-200"), ("Prefer", "count=exact"))), Ask(BOOK, OVER, (("Range", "9-1"),))),
    *(Ask(BOOK, OVER, (("Prefer", "handling=strict, nonsense=1"),)), Ask(BOOK, OVER, (("Accept-Profile", "none"),))),
    *(Ask("/rest/v1/slow", OVER), Ask(f"{BOOK}?limit=-1", OVER)),
    *(Ask(BOOK, OVER, (("Content-Length", "2"),), body=b"{}"), Ask(BOOK, OVER, (("Transfer-Encoding", "chunked"),))),
]
STREAMS = [
    *(Ask(ORDERED, OVER, accepting(kind)) for kind in ("application/x-ndjson", "text/csv", "text/*")),
    Ask(ORDERED, OVER, (*accepting("application/x-ndjson"), ("Accept-Encoding", "gzip"))),
]
PLANS = [
    Ask(f"{BOOK}?id=eq.5", None, accepting(f"application/vnd.pgrst.plan{form}")) for form in ("+text", "+json", "")
]
OTHERS = [
    *(Ask(f"{BOOK}?id=eq.5", FLASK, method=method) for method in ("HEAD", "OPTIONS", "POST", "TRACE", "get", "NONE")),
    *(Ask(target, FLASK) for target in (
        "/", "/rest/v1/", "/rest/v1", "/rest/v1/book/5", "/-/live", "/-/nothing", "/nothing", "/rest/v1/book//",
        "/rest/v1/rpc/nothing", "/rest/v1//book", "/rest/v1/book/../author",
    )),
    *(Ask(target) for target in (
        "/rest/v1/bo%6Fk?id=eq.5", "/rest/v1/gr%C3%B6%C3%9Fe?ma%C3%9F=eq.2", "//rest/v1/book?id=eq.5",
    )),
    *(Ask(target, None) for target in (
        "/rest/v1/book/", "/rest/v1/%20book", "/rest/v1/book%2F5", "/rest/v1/%E2%82%AC", "/rest/v1/b%0Ak",
        "/rest/v1/b?ok", "/rest/v1/%FF", "/rest/v1/b%00k", "/rest/v1/b%zz",
        "/rest/v1/book?%FF=eq.1", "/rest/v1/book?id=eq.5&id",
    )),
    *(Ask(BOOK, None, host=host) for host in (
        "", "a b", "a..b", ".a", "x" * 70, "y" * 301, "a:99999", "a,b", "[::1", "ü",
    )),
    Ask(BOOK, FLASK, (("Connection", "Upgrade"), ("Upgrade", "websocket"))),
    Ask(f"{BOOK}?id=eq.5", FLASK, (("Connection", "Upgrade"), ("Upgrade", "h2c"))),
    *(Ask(f"{BOOK}?{'a' * 9000}", FLASK), Ask(BOOK, FLASK, [("X", "y")] * 101)),
    *(Ask(BOOK, FLASK, [("X", "y" * 33_000)]), Ask(BOOK, FLASK, (("X_Y", "z"),)),),
    Ask(BOOK, FLASK, (("Content-Length", "x"),)),
]  # fmt: skip
PREFLIGHT = (("Origin", SITE), ("Access-Control-Request-Method", "GET"))
ORIGINS = [
    *(Ask(target, way, (("Origin", origin),)) for origin in (SITE, "https://other.example") for target, way in (
        (f"{BOOK}?id=eq.5", FAST), (f"{BOOK}?id=bad.5", OVER), ("/-/live", FLASK), ("/rest/v1/book/5", FLASK),
    )),
    Ask(ORDERED, headers=(("Origin", SITE), ("Accept-Encoding", "gzip"))), Ask(BOOK, FLASK, PREFLIGHT, "OPTIONS"),
    Ask("//rest/v1/book?id=eq.5", headers=(("Origin", SITE),)),
    Ask(BOOK, FLASK, [("Origin", SITE), *[("X", "y")] * 101]), Ask(f"{BOOK}?id=eq.5"),
]  # fmt: skip
PASSED_ON = [
    Ask(f"{BOOK}?id={value}", way, (("X-Forwarded-For", called), ("X-Forwarded-Proto", scheme)))
    for value, way in (("eq.5", FAST), ("bad.5", OVER))
    for called, scheme in (("203.0.113.9", "https"), ("a, 203.0.113.9", "http"), ('"x', "nonsense"), ("", ""))
]
TOKENS = [
    *(Ask(BOOK, OVER), Ask(BOOK, OVER, bearer("nonsense")), Ask(BOOK, OVER, (("Authorization", "Basic eDp5"),))),
    *(Ask(BOOK, OVER, bearer(token(role="read", exp=1))), Ask(BOOK, OVER, bearer(token(role="nobody")))),
    *(Ask(f"{BOOK}?id=eq.5", None, bearer(token(role="read"))), Ask(BOOK, None, bearer(token()), "HEAD")),
]
AT_ROOT = [
    *(Ask("/book?id=eq.5"), Ask("/nothing", OVER), Ask("/", FLASK), Ask("/-/live", FLASK), Ask("/book/5", FLASK)),
    *(Ask("/rpc/x", FLASK), Ask("/docs", None), Ask("/batch", None), Ask("//book", None), Ask("/-/", None)),
]
ELSEWHERE = [Ask("/api/v2/book?id=eq.5"), Ask("/api/v2/nothing", OVER), Ask(BOOK, FLASK), Ask("/api/v2", FLASK)]
OFTEN = [Ask(f"{BOOK}?id=eq.5"), *STREAMS, *[Ask(f"{BOOK}?id=eq.5", None)] * 4, *[Ask(f"{BOOK}?id=bad.5", OVER)] * 2]

WORLDS: dict[str, tuple[list[Ask], dict[str, Any]]] = {
    "reads": (READS, {}),
    "errors": (ERRORS, {"statement_timeout": 0.3}),
    "streams": (STREAMS, {}),
    "plans": (PLANS, {"db_plan_enabled": True}),
    "others": (OTHERS, {}),
    "origins": (ORIGINS, {"server_cors_allowed_origins": (SITE,)}),
    "every-origin": (ORIGINS, {"server_cors_allowed_origins": ("*",)}),
    "proxies": (PASSED_ON, {"trusted_proxies": 1}),
    "two-proxies": (PASSED_ON, {"trusted_proxies": 2}),
    "tokens": (TOKENS, {"anonymous": "none", "jwt_secret": SECRET}),
    "at-root": (AT_ROOT, {"rest_prefix": ""}),
    "elsewhere": (ELSEWHERE, {"rest_prefix": "/api/v2"}),
    "often": (OFTEN, {"rate_limit": "5/minute"}),
    "no-compression": (READS, {"compression": False}),
    "minimal": (ERRORS, {"client_error_verbosity": "minimal", "statement_timeout": 0.3}),
    "few-rows": (READS, {"db_max_rows": 2}),
}


@pytest.mark.parametrize("world", WORLDS)
async def test_answers_are_the_same(world: str, shop_url: str) -> None:
    """Status, headers in their order and body of each request are the same both ways, which are the expected ones."""
    asks, settings = WORLDS[world]
    async with serving(shop_url, **settings) as fast, serving(shop_url, **settings, fast_path=False) as plain:
        for ask in asks:
            assert (ask, await fast(ask)) == (ask, await plain(ask))
    wrong = [(ask, way) for ask, way in zip(asks, fast.ways, strict=True) if ask.way not in (way, None)]
    assert wrong == []
    assert set(plain.ways) == {FLASK}


async def test_what_is_known_already_is_not_sent_again(shop_url: str) -> None:
    """Who names the tag of the rows gets the same 304 both ways."""
    async with serving(shop_url) as fast, serving(shop_url, fast_path=False) as plain:
        headers = dict((await fast(Ask(ORDERED)))[1])
        ask = Ask(ORDERED, headers=(("If-None-Match", headers[b"etag"].decode()),))
        answer = await fast(ask)
        assert answer == await plain(ask)
        assert (answer[0], fast.ways) == (304, [FAST, FAST])
