"""The service as a process on a database of its own. Not in `conftest`, of which there are several to import from."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from poolgate_process import Process, starting

from service.testing import Template

SETTINGS = {
    "anonymous": "read",
    "db_aggregates_enabled": "true",
    "db_plan_enabled": "true",
    # One connection: a call that kept it would be told by the next one.
    "pool_min_size": "1",
    "pool_max_size": "1",
    # All cases are asked at once: the last of them waits for as long as the machine takes for the others.
    "pool_acquire_timeout": "60",
    "keep_alive": "60",
}


def serving(template: Template, folder: Path, **settings: str) -> Iterator[Process]:
    """The service on a fresh copy of the template, while the fixture lasts."""
    with ThreadPoolExecutor(1) as thread:  # not on the test's loop
        url = thread.submit(asyncio.run, template.create()).result()
        with starting(folder) as start:
            yield start(database_url=url, **(SETTINGS | settings))
        thread.submit(asyncio.run, template.drop(url)).result()
