"""Two tenants on one connection."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.security.ruled import fill, serving
from tests.security.tenants import BLUE, RED, RULES, SCHEMA

REQUESTS = 10_000
PATHS = (
    "note?select=id,title,tag(name),...project(name)",
    "tag?select=tenant,note(title)",
    "setting?order=value",
    "country?select=id,project(id,name,note(id,title))",
    "note?select=title&order=stars.desc&limit=5&cursor=",
    "page?body=fts.fox",
)
OF = {
    "red": ("r-one", "r-two", "hot", "dark", "red", '"R1"'),
    "blue": ("b-one", "b-two", "cold", "light", "blue", '"B1"'),
}


async def test_ten_thousand_requests_of_two_tenants(sqlite_url: str, tmp_path: Path) -> None:
    """Security 4: of ten thousand requests of two tenants, interleaved on one connection, none has a foreign row."""
    fill(sqlite_url, SCHEMA)
    foreign: list[Any] = []
    own = {"red": 0, "blue": 0}
    async with serving(sqlite_url, RULES, tmp_path, pool_min_size=1, pool_max_size=1) as http:

        async def ask(first: int) -> None:
            for number in range(first, REQUESTS, 8):
                who, headers, other = ("red", RED, "blue") if number % 2 else ("blue", BLUE, "red")
                # What one tenant asks the other asks just before or after: they share each statement.
                answer = await http.get(PATHS[number // 2 % len(PATHS)], headers=headers)
                assert answer.status_code == 200, answer.text
                foreign.extend(word for word in OF[other] if word in answer.text)
                own[who] += any(word in answer.text for word in OF[who])

        await asyncio.gather(*(ask(first) for first in range(8)))
    assert foreign == []
    assert min(own.values()) == REQUESTS // 2
