"""What docs/embedding.md and docs/aggregates.md show is what the service answers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from service.app import create_app
from service.demo import build_file
from service.settings import Settings
from service.testing import client, running

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = [
    pytest.param(url, answer, id=f"{page}: {url}")
    for page in ("embedding", "aggregates")
    for url, answer in re.findall(
        r'^\$ curl "http://127.0.0.1:8000(.+)"\n(.+)$', (DOCS / f"{page}.md").read_text(), re.MULTILINE
    )
]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    build_file(path)
    return path


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def http(demo: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=f"sqlite:///{demo}", anonymous="read", db_aggregates_enabled=True))
    async with running(app), client(app) as http:
        yield http


@pytest.mark.parametrize("url, answer", SHOWN)
async def test_the_answer_is_the_one_shown(http: httpx.AsyncClient, url: str, answer: str) -> None:
    """Each request in the pages gives what stands below it."""
    assert (await http.get(url)).text == answer


async def test_every_form_can_be_written(http: httpx.AsyncClient) -> None:
    """Each form in the table of docs/embedding.md is one that the demo answers."""
    forms = re.findall(r"^\| `(select=[^`]+)` \|", (DOCS / "embedding.md").read_text(), re.MULTILINE)
    assert len(forms) == 9
    for form in forms:
        answer = await http.get(f"/rest/v1/airports?{form}&limit=1")
        assert answer.status_code == 200, answer.text
