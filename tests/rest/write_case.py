"""One row of a table of cases for writes: a request, the answer it must get, and what it must have changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from case import BOTH

REP = "return=representation"
MERGE = "resolution=merge-duplicates"
IGNORE = "resolution=ignore-duplicates"
DEFAULT = "missing=default"
STRICT = "handling=strict"
ROLLBACK = "tx=rollback"
KINDS = ["id", "small", "big", "single", "double", "free", "flag", "day", "clock", "at", "zoned", "uid", "data", "word"]


@dataclass(frozen=True)
class WriteCase:
    """A write, its answer, and the rows that are other ones afterwards.

    Args:
        url: below the prefix, without the first slash; the test's client percent-encodes what must be.
        body: of the request.
        changes: every row of the whole database that is new, `+table [JSON of its values]`, or gone, `-table [...]`;
            a row that was changed is both.
        prefer: the header.
        answer: the answer's exact body as JSON text; None: it has none, if it is no error.
        text: the answer's exact body, where it is no JSON.
        answers: response headers it must have; a value of None: it must not have that header.
        code: of an error.
        mentions: texts that stand somewhere in the error's message, details or hint.
        on: the databases it holds for.
        app: which of the applications of `test_write.py` it is asked of.
    """

    method: str
    url: str
    body: str | bytes = ""
    changes: tuple[str, ...] = ()
    status: int = 200
    prefer: str | None = None
    answer: str | None = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str | None] = field(default_factory=dict)
    code: str | None = None
    mentions: tuple[str, ...] = ()
    on: tuple[str, ...] = BOTH
    app: str = "plain"

    @property
    def name(self) -> str:
        """What the test report shows."""
        more = [f"Prefer: {self.prefer}"] if self.prefer else []
        more += [f"{name}: {value}" for name, value in self.headers.items()]
        body = self.body if isinstance(self.body, str) else repr(self.body)
        return " ".join([self.method, f"/{self.url}", "; ".join(more), body[:60]])


def post(url: str, body: str | bytes, *changes: str, status: int = 201, **more: Any) -> WriteCase:
    return WriteCase("POST", url, body, changes, status, **more)


def patch(url: str, body: str | bytes, *changes: str, status: int | None = None, **more: Any) -> WriteCase:
    return WriteCase("PATCH", url, body, changes, status or (200 if "answer" in more else 204), **more)


def delete(url: str, *changes: str, status: int | None = None, **more: Any) -> WriteCase:
    return WriteCase("DELETE", url, "", changes, status or (200 if "answer" in more else 204), **more)


def put(url: str, body: str | bytes, *changes: str, status: int | None = None, **more: Any) -> WriteCase:
    return WriteCase("PUT", url, body, changes, status or (200 if "answer" in more else 204), **more)


def refused(method: str, url: str, body: str | bytes, status: int, code: str | None, **more: Any) -> WriteCase:
    """A write that is answered with an error, and has changed nothing."""
    return WriteCase(method, url, body, (), status, code=code, **more)


def kind(**values: Any) -> str:
    """A new row of `kinds`, most of whose columns are null."""
    return f"+kinds {json.dumps([values.get(name) for name in KINDS])}"
