"""What docs/batch.md shows is what the service answers, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_docs_writing import compare, shown

from service.app import create_app
from service.demo import build
from service.migrate import migrate
from service.settings import Settings
from service.testing import client, running

SHOWN = list(shown((Path(__file__).parents[2] / "docs" / "batch.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_the_answers_are_those_shown(request: pytest.FixtureRequest, database: str) -> None:
    """Each command of the page, one after the other, gives what stands below it."""
    url = request.getfixturevalue(f"{database}_url")
    await build(url)
    await migrate(url)
    app = create_app(Settings(database_url=url, anonymous="write"))
    assert len(SHOWN) == 5
    async with running(app), client(app) as http:
        for each in SHOWN:
            answer = await http.request(each.method, each.url, headers=each.headers, content=each.body)
            compare(answer, each, exact=database == "sqlite")
