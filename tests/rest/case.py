"""One row of a table of cases: a request in the dialect, and the answer it must get."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

POSTGRESQL = ("postgresql",)
SQLITE = ("sqlite",)
BOTH = POSTGRESQL + SQLITE
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Case:
    """A request and its answer.

    Args:
        url: below the prefix, without the first slash; the test's client percent-encodes what must be.
        body: the answer's exact body as JSON text, with the keys in order; None: not looked at.
        text: the answer's exact body, where it is no JSON; None: not looked at.
        answers: response headers it must have; a value of None: it must not have that header.
        content: the answer's exact bytes, where they are no text; None: not looked at.
        code: of an error; None with an error status: not looked at.
        mentions: texts that stand somewhere in the error's message, details or hint.
        hint: a text that stands in the error's hint.
        on: the databases it holds for.
        app: which of the applications of `test_read.py` it is asked of.
    """

    url: str
    body: str | None = None
    status: int = 200
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str | None] = field(default_factory=dict)
    code: str | None = None
    mentions: tuple[str, ...] = ()
    hint: str | None = None
    on: tuple[str, ...] = BOTH
    app: str = "plain"
    text: str | None = None
    content: bytes | None = None

    @property
    def name(self) -> str:
        """What the test report shows."""
        asked = "; ".join(f"{name}: {value}" for name, value in self.headers.items())
        return " ".join(part for part in (self.method, f"/{self.url}", asked) if part)


def rows(url: str, body: str, **more: Any) -> Case:
    """A read that succeeds with exactly these rows."""
    return Case(url, body=body, **more)


def ids(url: str, *expected: int, **more: Any) -> Case:
    """A read of `id` alone, ordered by it unless the URL says otherwise."""
    joint = "&" if "?" in url else "?"
    order = "" if "order=" in url else "&order=id"
    return Case(f"{url}{joint}select=id{order}", body=json.dumps([{"id": id_} for id_ in expected]), **more)


def refused(url: str, status: int, code: str | None, **more: Any) -> Case:
    """A request that is answered with an error."""
    return Case(url, status=status, code=code, **more)


class Number(str):
    """A number as it stands in the JSON text: `1.10` is not `1.1` until somebody says so."""

    __slots__ = ()


def exact(text: str | bytes) -> Any:
    """JSON text as a value in which nothing is lost: objects keep the order of keys, numbers their digits."""
    return json.loads(text, object_pairs_hook=tuple, parse_float=Number, parse_int=Number, parse_constant=_no_json)


def by_value(text: str | bytes) -> Any:
    """The same, numbers with a point or exponent compared by their value as doubles: `1e308` is `1.0e+308`."""
    return json.loads(text, object_pairs_hook=tuple, parse_float=_double, parse_int=Number, parse_constant=_no_json)


def _double(text: str) -> tuple[str, float]:
    return "double", float(text)


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def listed(text: str, **more: Any) -> list[Case]:
    """Reads that succeed: each a URL, and below it, indented, exactly the rows."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [rows(url, body.strip(), **more) for url, body in zip(lines[::2], lines[1::2], strict=True)]
