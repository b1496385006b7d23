"""PostgREST itself, as a process on a socket, to ask it what this service is asked."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx


def binary() -> str | None:
    """PostgREST's program: what `POSTGREST` names, else what is on the path; None if there is none."""
    return shutil.which(os.environ.get("POSTGREST", "postgrest"))


@asynccontextmanager
async def serving(database_url: str, **settings: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of PostgREST on the database, which every caller may read; `settings` as its variables call them."""
    program = binary()
    assert program, "no PostgREST"
    folder = Path(tempfile.mkdtemp(prefix="postgrest-"))
    environment = {
        "PGRST_DB_URI": database_url,
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_ANON_ROLE": "postgres",
        "PGRST_DB_CHANNEL_ENABLED": "false",
        "PGRST_DB_CONFIG": "false",
        "PGRST_SERVER_UNIX_SOCKET": str(folder / "s"),
        **{f"PGRST_{name.upper()}": value for name, value in settings.items()},
    }
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(program, env=environment, stdout=log, stderr=log)
    try:
        transport = httpx.AsyncHTTPTransport(uds=str(folder / "s"))
        async with httpx.AsyncClient(transport=transport, base_url="http://postgrest", timeout=60) as client:
            if not await is_ready(client):
                raise AssertionError((folder / "log").read_text())  # nothing else runs by now
            yield client
    finally:
        process.terminate()
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def is_ready(client: httpx.AsyncClient) -> bool:
    """Waits until it answers, 30 seconds at most."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if (await client.get("/", headers={"Accept": "application/openapi+json"})).status_code < 500:
                return True
        except httpx.TransportError:
            pass  # not listening yet
        await asyncio.sleep(0.05)
    return False
