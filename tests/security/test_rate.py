"""How often one caller may ask: RATE_LIMIT, on a clock that the tests turn."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from security.edge_app import ELSEWHERE, ITEM, asking, caller, filled, made
from service.app import PoolgateFlask
from service.auth import Access, Authenticator, Headers, Identity
from service.errors import AuthError, RateError, SettingsError
from service.rate import Rate
from service.rest.parts import Parts
from service.settings import load_settings
from service.testing import running


class Clock:
    """Seconds, turned by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def allowed(rate: Rate, who: Any, times: int) -> int:
    """How many of so many requests pass."""
    passed = 0
    for _ in range(times):
        try:
            rate.count(who)
        except RateError:
            continue
        passed += 1
    return passed


def test_so_many_and_then_none_until_the_window_ends(clock: Clock) -> None:
    """Security 15: A caller's window begins with its first request; Retry-After says exactly when it ends."""
    rate = Rate("3/minute", clock)
    assert allowed(rate, "a", 1) == 1
    clock.now += 19.5
    assert allowed(rate, "a", 5) == 2
    with pytest.raises(RateError) as caught:
        rate.count("a")
    error = caught.value
    assert (error.status, error.code, error.headers["Retry-After"]) == (429, "PGATE430", "41")
    clock.now += 40.4
    assert allowed(rate, "a", 1) == 0
    clock.now += 0.1
    assert allowed(rate, "a", 5) == 3


def test_each_caller_has_its_own(clock: Clock) -> None:
    """Security 15: What one has spent another has not; nobody in particular is not counted."""
    rate = Rate("2/second", clock)
    assert [allowed(rate, who, 3) for who in ("a", "b", '["key", "a"]', None)] == [2, 2, 2, 3]


def test_several_limits(clock: Clock) -> None:
    """Each of several limits holds, and the answer says when the one that is spent is over."""
    rate = Rate("2/second; 3/minute, 10 per 2 hours", clock)
    assert allowed(rate, "a", 5) == 2
    clock.now += 1
    assert allowed(rate, "a", 5) == 1
    clock.now += 2
    with pytest.raises(RateError, match="Too many") as caught:
        rate.count("a")
    assert caught.value.headers["Retry-After"] == "57"
    assert "3 per 1 minute" in caught.value.details


def test_memory_is_bounded(clock: Clock) -> None:
    """Security 15: However many addresses ask, so many are counted and no more, and the newest are bounded."""
    rate = Rate("1/hour", clock, most=1000)
    (_, limiter), *_ = rate._limits
    for number in range(5000):
        rate.count(f"198.51.{number}")
    assert len(limiter.storage._windows) == 1000  # type: ignore[attr-defined]  # ours
    assert allowed(rate, "198.51.4999", 3) == 0
    tracemalloc.start()
    for number in range(20_000):
        rate.count(f"203.0.{number}" + "x" * 10_000)
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 1_000_000


def test_what_is_over_goes(clock: Clock) -> None:
    """Windows that are over make room when others begin: nothing is left of who came once."""
    rate = Rate("1/second", clock)
    (_, limiter), *_ = rate._limits
    for number in range(1000):
        rate.count(str(number))
    clock.now += 1
    for number in range(400):
        rate.count(f"new {number}")
    assert len(limiter.storage._windows) == 400  # type: ignore[attr-defined]  # ours


def test_a_caller_who_goes_on_keeps_its_window(clock: Clock) -> None:
    """Asking while nothing is left does not put the end off."""
    rate = Rate("1/minute", clock)
    rate.count("a")
    for _ in range(59):
        clock.now += 1
        assert allowed(rate, "a", 1) == 0
    clock.now += 1
    assert allowed(rate, "a", 1) == 1


@pytest.mark.parametrize("text", ["100/minute", "10/second;1000/hour", "5 per 2 minutes, 7/day", "1/20second"])
def test_forms(text: str) -> None:
    """The setting takes what the library reads; none is none."""
    assert load_settings(rate_limit=text).rate_limit == text
    assert load_settings(rate_limit="none").rate_limit is None


@pytest.mark.parametrize(
    "text", ["100", "minute", "-1/minute", "0/minute", "1/fortnight", "1/minute;", "1/minute;0/hour"]
)
def test_wrong_forms(text: str) -> None:
    """What is no rate, or one that would let nobody ask, is a fault at the start."""
    with pytest.raises(SettingsError, match="; expected a number and a time"):
        load_settings(rate_limit=text)


# In the service


def identify(_: Authenticator, headers: Headers) -> Identity:
    """Takes a token for the name of who sends it; `bad` is none."""
    token = (headers.get("Authorization") or "").removeprefix("Bearer ")
    if token == "bad":
        raise AuthError("The token is not good", code="PGRST301")
    return Identity(Access.READ, claims={"sub": token} if token else {}, anonymous=not token)


@pytest.fixture
async def app(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PoolgateFlask]:
    """Three requests an hour, by callers with tokens and without."""
    monkeypatch.setattr(Authenticator, "identify", identify)
    app = made(filled(sqlite_url), anonymous="read", rate_limit="3/hour")
    async with running(app):
        yield app


async def statuses(http: httpx.AsyncClient, times: int, **headers: str) -> list[int]:
    return [(await http.get(ITEM, headers=headers)).status_code for _ in range(times)]


async def test_a_request_too_many(app: PoolgateFlask) -> None:
    """Security 15: It is 429 PGATE430 with Retry-After, and takes no connection; another caller is served."""
    pool = app.extensions["poolgate"].database.pool
    async with caller(app) as http, caller(app, ELSEWHERE) as other:
        assert await statuses(http, 3) == [200] * 3
        before = pool.stats().acquired
        refused = await http.get(ITEM)
        assert pool.stats().acquired == before
        assert (refused.status_code, refused.json()["code"]) == (429, "PGATE430")
        assert 3590 < int(refused.headers["Retry-After"]) <= 3600
        assert "3 per 1 hour" in refused.json()["details"]
        assert await statuses(other, 1) == [200]


async def test_who_is_counted(app: PoolgateFlask) -> None:
    """Security 15: Who has a token is counted by it at any address, and apart from who has none at the same."""
    async with caller(app) as here, caller(app, ELSEWHERE) as elsewhere:
        assert await statuses(here, 2, Authorization="Bearer ann") == [200] * 2
        assert await statuses(elsewhere, 2, Authorization="Bearer ann") == [200, 429]
        assert await statuses(here, 4) == [200] * 3 + [429]
        assert await statuses(here, 4, Authorization="Bearer bob") == [200] * 3 + [429]


async def test_bad_credentials_count_for_the_address(app: PoolgateFlask) -> None:
    """Security 15: Who tries tokens out is refused in the end, and keeps nobody out who has a good one."""
    async with caller(app) as http, caller(app, ELSEWHERE) as other:
        assert await statuses(http, 4, Authorization="Bearer bad") == [401] * 3 + [429]
        assert await statuses(http, 1) == [429]
        assert await statuses(http, 1, Authorization="Bearer ann") == [200]
        assert await statuses(other, 1, Authorization="Bearer bad") == [401]


async def test_addresses_of_one_network(app: PoolgateFlask) -> None:
    """Security 15: All addresses of an IPv6 /64 are one caller."""
    for number in range(1, 4):
        async with caller(app, f"2001:db8:1:2::{number}") as http:
            assert await statuses(http, 1) == [200]
    async with caller(app, "2001:db8:1:2:ffff::9") as http, caller(app, "2001:db8:1:3::1") as other:
        assert await statuses(http, 1) == [429]
        assert await statuses(other, 1) == [200]


async def test_what_is_not_counted(app: PoolgateFlask) -> None:
    """Probes, pages for operators and what is not there are not counted, and answered when nothing is left."""
    paths = ("/-/live", "/-/ready", "/-/pool", "/-/metrics", "/", "/docs", "/nothing", "/-/static/pool.js")
    async with caller(app) as http:
        for _ in range(3):
            assert all([(await http.get(path)).status_code in (200, 404) for path in paths])
        assert await statuses(http, 4) == [200] * 3 + [429]
        assert all([(await http.get(path)).status_code in (200, 404) for path in paths])


@pytest.mark.parametrize("method, path", [
    ("GET", ITEM), ("POST", ITEM), ("OPTIONS", ITEM), ("GET", "/rest/v1/"), ("POST", "/rest/v1/"),
    ("GET", "/rest/v1/rpc/any"),
])  # fmt: skip
async def test_all_of_the_table_api_is_counted(method: str, path: str, app: PoolgateFlask) -> None:
    """Security 15: No way into the table API goes past the count."""
    async with caller(app) as http:
        for _ in range(3):
            assert (await http.request(method, path, json={} if method == "POST" else None)).status_code != 429
        assert (await http.request(method, path)).status_code == 429


async def test_a_proxy_in_front(sqlite_url: str) -> None:
    """Security 17: Behind a trusted proxy its callers are counted apart; a header of their own makes no two of one."""
    async with asking(filled(sqlite_url), anonymous="read", rate_limit="2/hour", trusted_proxies=1) as http:
        for forged in ("", "1.1.1.1, ", '"'):
            last = (await statuses(http, 1, **{"X-Forwarded-For": f"{forged}198.51.100.1"}))[0]
        assert last == 429
        assert await statuses(http, 1, **{"X-Forwarded-For": "198.51.100.2"}) == [200]


async def test_off_by_default(sqlite_url: str) -> None:
    """With nothing set nobody is counted."""
    async with asking(filled(sqlite_url), anonymous="read") as http:
        assert set(await statuses(http, 50)) == {200}


def test_the_count_comes_first() -> None:
    """Who asks is counted once for each request, after it is known and before anything is done."""
    counted: list[Any] = []

    class Spy:
        def count(self, who: Any) -> None:
            counted.append(who)

    parts = Parts(*[None] * 5, Authenticator(Identity(Access.READ, anonymous=True)))  # type: ignore[arg-type]  # none is asked
    replace(parts, rate=Spy()).identify({"REMOTE_ADDR": ELSEWHERE})  # type: ignore[arg-type]  # counts as one does
    parts.identify({"REMOTE_ADDR": ELSEWHERE})
    assert counted == [ELSEWHERE]


def test_the_library_is_imported_only_where_it_is_wanted() -> None:
    """A start without a limit does not pay for it."""
    import subprocess

    code = "import sys, service.app, service.settings; service.app.create_app(); print('limits' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
