"""Faults at the start: what the service holds cannot be had, or an application's own part of the start fails."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from tests.figures import measured
from tests.serving.poolgate_process import Start

pytestmark = pytest.mark.slow
BROKEN = """
from contextlib import asynccontextmanager
from service import create_app

app = create_app()

@asynccontextmanager
async def broken(app):
    raise LookupError("no such thing")
    yield

app.lifespan(broken)
"""


async def test_an_applications_own_start_fails(serve: Start, url: str, tmp_path: Path) -> None:
    """Fault 23: an application whose own start raises is never served: the process ends at once, with the reason."""
    (tmp_path / "broken_app.py").write_text(BROKEN)
    began = monotonic()
    process = serve("--app", "broken_app:app", database_url=url)
    assert process.wait(10) != 0
    measured(23, f"ended after {monotonic() - began:.3f} s")
    assert "no such thing" in process.text
    assert not process.lines_with("serving ")
