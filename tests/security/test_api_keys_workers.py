"""Keys and several workers: a real service, told by nobody, takes a new key and drops a revoked one in each of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from poolgate_process import DEADLINE, Start, starting, until

from security.keyed import bearer, listed, make_key, make_shop, revoke

pytestmark = pytest.mark.slow


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start:
        yield start


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_in_every_worker(database: str, serve: Start, request: pytest.FixtureRequest) -> None:
    """Within 3 s each of two workers knows a new key, and none of them lets a revoked one in; the end notes its use."""
    url = asyncio.run(make_shop(str(request.getfixturevalue(f"{database}_url"))))
    process = serve("--workers", "2", database_url=url)
    until(lambda: process.lines_with("all 2 workers serve"))

    def on_all(key: str, status: int) -> Callable[[], bool]:
        # Connections of their own, each of which either worker may take.
        def ask() -> int:
            answer = httpx.get(f"{process.url}/rest/v1/item", headers=bearer(key), timeout=DEADLINE)
            return answer.status_code

        return lambda: {ask() for _ in range(12)} == {status}

    key = asyncio.run(make_key(url, role="read"))
    began = time.monotonic()
    until(on_all(key, 200))
    assert time.monotonic() - began < 3.5
    asyncio.run(revoke(url, key))
    began = time.monotonic()
    until(on_all(key, 401))
    assert time.monotonic() - began < 3.5
    assert process.stop() == 0
    assert asyncio.run(listed(url))[0].last_used_at is not None
    assert key[13:] not in process.text
