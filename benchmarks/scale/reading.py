"""Answers of many rows: read as fast as they come, and looked at."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from decimal import Decimal

from benchmarks.cases import WrongAnswerError
from benchmarks.data import ROWS, same
from benchmarks.scale.many import watched

ACCEPT = {"json": "application/json", "ndjson": "application/x-ndjson", "csv": "text/csv"}
_PART = 1 << 18
_TIMEOUT = 60.0  # seconds


def fetch(port: int, form: str, rows: int) -> float:
    """Asks for so many rows of `many`, and looks at each of them when they are here.

    Returns:
        Seconds from the request's first byte to the answer's last.

    Raises:
        WrongAnswerError: they are not the ones.
    """
    parts: list[bytes] = []
    took = _ask(port, form, rows, parts.append)
    _look(form, b"".join(parts), rows)
    return took


def stream(port: int, form: str, rows: int) -> float:
    """The same, each row being looked at when it comes, so that nothing is kept here either."""
    seen = watched(form)
    took = _ask(port, form, rows, seen.feed)
    if seen.end() != rows:
        raise WrongAnswerError(f"{seen.rows} rows of {rows} as {form}")
    return took


def _ask(port: int, form: str, rows: int, take: Callable[[bytes], None]) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        began = time.perf_counter()
        connection.request("GET", f"/rest/v1/many?order=id&limit={rows}", headers={"Accept": ACCEPT[form]})
        response = connection.getresponse()
        while part := response.read1(_PART):
            take(part)
        took = time.perf_counter() - began
    except http.client.HTTPException as error:
        raise WrongAnswerError(f"{rows} rows as {form}: {error!r}") from error
    finally:
        connection.close()
    if response.status != 200:
        raise WrongAnswerError(f"{rows} rows as {form}: {response.status}")
    return took


def _look(form: str, body: bytes, rows: int) -> None:
    if form == "json":
        found = json.loads(body, parse_float=Decimal)
        is_right = len(found) == rows and all(
            each["id"] == number and same(each | {"id": (number - 1) % ROWS + 1}, (number - 1) % ROWS + 1)
            for number, each in enumerate(found, 1)
        )
    else:
        seen = watched(form)
        seen.feed(body)
        is_right = seen.end() == rows
    if not is_right:
        raise WrongAnswerError(f"{rows} rows as {form}: {body[:300]!r}")
