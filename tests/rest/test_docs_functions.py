"""What docs/functions.md shows is what the service answers."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

PAGE = (Path(__file__).parents[2] / "docs" / "functions.md").read_text()
SCHEMA = "\n".join(re.findall(r"^```sql\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL))
SHOWN = [
    (shlex.split(line.removeprefix("$ curl ")), answer.splitlines())
    for block in re.findall(r"^```console\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line, answer in re.findall(r"^(\$ curl .+)\n((?:[^$].*\n)*)", block, re.MULTILINE)
]


def option(words: list[str], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words else None


async def test_the_answers_are_those_shown(templates: Any) -> None:
    """Each request in the page, one after the other, gives what stands below it."""
    assert len(SHOWN) == 10
    async with templates("postgresql", SCHEMA).fresh() as url:
        app = create_app(Settings(database_url=url, anonymous="write"))
        async with running(app), client(app) as http:
            for words, shown in SHOWN:
                address = next(word for word in words if word.startswith("http")).removeprefix("http://127.0.0.1:8000")
                kind = (option(words, "-H") or ": application/x-www-form-urlencoded").partition(": ")[2]
                answer = await http.request(
                    option(words, "-X") or "GET", address, content=option(words, "-d"), headers={"Content-Type": kind}
                )
                status, *headers = shown[:-1] if "-i" in words else ["HTTP/1.1 2"]
                assert f"HTTP/1.1 {answer.status_code}".startswith(status[:12].rstrip()), address
                for name, value in (line.split(": ") for line in headers):
                    assert answer.headers[name] == value
                assert answer.text.replace(", \n ", ",") == (shown[-1] if shown else ""), address
