"""What docs/writing.md shows is what the service answers, on both databases."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.demo import build
from service.settings import Settings
from service.testing import client, running

PAGE = Path(__file__).parents[2] / "docs" / "writing.md"


@dataclass
class Shown:
    """A command of the page, and what stands below it."""

    words: list[str]
    answer: str
    url: str = ""
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def __post_init__(self) -> None:
        words = iter(self.words)
        for word in words:
            match word:
                case "-H":
                    name, _, value = next(words).partition(": ")
                    self.headers[name] = value
                case "-X":
                    self.method = next(words)
                case "-d" | "--data-binary":
                    more = next(words)
                    self.body = more if self.body is None else f"{self.body}&{more}"
                case _ if word.startswith("http"):
                    self.url = word.removeprefix("http://127.0.0.1:8000")
        if self.body is not None:
            self.headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            self.method = "POST" if self.method == "GET" else self.method


def shown(text: str) -> Iterator[Shown]:
    """The commands of the page in their order; one goes on to where its quotes are closed and no backslash is left."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            end = next(end for end in range(1, len(lines) + 1) if is_whole("\n".join(lines[:end])))
            words = shlex.split("\n".join(lines[:end]))
            if words[0] == "curl":
                yield Shown(words[1:], "\n".join(lines[end:]))


def is_whole(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:
        return False
    return not command.endswith("\\")


SHOWN = list(shown(PAGE.read_text(encoding="utf-8")))


def test_everything_is_shown() -> None:
    """The page has each way to write, and each kind of body."""
    assert len(SHOWN) == 14
    assert {each.method for each in SHOWN} == {"POST", "PATCH", "DELETE", "PUT"}
    assert len({each.headers["Content-Type"] for each in SHOWN if each.body is not None}) == 3


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_the_answers_are_those_shown(request: pytest.FixtureRequest, database: str) -> None:
    """Each command of the page, one after the other, gives what stands below it."""
    url = request.getfixturevalue(f"{database}_url")
    await build(url)
    app = create_app(Settings(database_url=url, anonymous="write"))
    async with running(app), client(app) as http:
        for each in SHOWN:
            answer = await http.request(each.method, each.url, headers=each.headers, content=each.body)
            compare(answer, each, exact=database == "sqlite")


def compare(answer: httpx.Response, each: Shown, *, exact: bool) -> None:
    """
    Args:
        exact: the body is the one shown to the last blank, not just the same JSON.
    """
    head, _, body = each.answer.partition("\n\n") if "-i" in each.words else ("", "", each.answer)
    status, *headers = head.splitlines() or [f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}"]
    assert f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}" == status, (each.words, answer.text)
    assert answer.is_success or head, (each.words, answer.text)
    for line in headers:
        name, _, value = line.partition(": ")
        assert answer.headers.get(name) == value, (each.words, line)
    same = answer.text == body if exact or not body else answer.json() == json.loads(body)
    assert same, (each.words, answer.text)
