"""What is asked, and which answer is right. A wrong answer is a failed run, not a fast one."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.data import ROWS, same

PAGE = 100
POOL = 10
SLEEP = 0.05
IDEAL = POOL / SLEEP


class WrongAnswerError(Exception):
    """A server answered something else than what was asked for."""


@dataclass(frozen=True)
class Case:
    """One kind of request.

    Args:
        keys: asked for in turn, so that nothing answers from a cache of whole answers.
        is_right: whether the answer, parsed, is the one for a key.
        clients: connections, each with one request at a time.
        turn: answers come in bunches of so many; the rate is taken over whole bunches. None: they come evenly.
        fastest: seconds that no right answer can be faster than.
    """

    name: str
    title: str
    keys: Sequence[int]
    is_right: Callable[[Any, int], bool]
    clients: int = 32
    turn: int | None = None
    fastest: float = 0.0


def _is_row(answer: Any, key: int) -> bool:
    return isinstance(answer, list) and len(answer) == 1 and same(answer[0], key)


def _is_page(answer: Any, key: int) -> bool:
    return (
        isinstance(answer, list)
        and len(answer) == PAGE
        and all(same(found, key + place) for place, found in enumerate(answer))
    )


_SPREAD = [1 + number * 7919 % (ROWS - PAGE) for number in range(1000)]

CASES = (
    Case("constant", "constant answer", [0], lambda answer, _: answer == {"live": True}),
    Case("row", "1 row by key", _SPREAD, _is_row),
    Case("page", f"{PAGE} rows from a key on", _SPREAD, _is_page),
    Case(
        "sleep",
        f"query of {SLEEP * 1000:.0f} ms, pool of {POOL}, 64 clients",
        [0],
        lambda answer, _: answer == {"slept_ms": SLEEP * 1000},
        clients=64,
        turn=POOL,
        fastest=SLEEP,
    ),
)


def check(case: Case, port: int, path: str, key: int) -> None:
    """Ask once and compare.

    Raises:
        WrongAnswerError: it was not the expected answer.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    began = time.perf_counter()
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    took = time.perf_counter() - began
    try:
        answer = json.loads(body, parse_float=Decimal)
    except ValueError:
        answer = None
    if response.status != 200 or not case.is_right(answer, key) or took < case.fastest:
        raise WrongAnswerError(f"{path}: {response.status} in {took * 1000:.1f} ms, {body[:300]!r}")
