"""What is asked, and which answer is right. A wrong answer is a failed run, not a fast one."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from benchmarks.data import ROWS, same
from benchmarks.deep import DEPTHS, cursors, places_after
from benchmarks.inserts import BULK, NARROW, WIDE, Bulk, event, is_event

PAGE = 100
POOL = 10
SLEEP = 0.05
IDEAL = POOL / SLEEP
WAITING = 1000
Key = int | str
_SHOW = {"Content-Type": "application/json", "Prefer": "return=representation"}


class WrongAnswerError(Exception):
    """A server answered something else than what was asked for."""


@dataclass(frozen=True)
class Crowd:
    """Clients that wait at the server's gate meanwhile, each asking again as soon as it is answered.

    Args:
        path: what they ask for.
        clients: how many.
        waiting: how many of them have to wait at any moment, by the server's own count.
    """

    path: str
    clients: int
    waiting: int


@dataclass(frozen=True)
class Case:
    """One kind of request.

    Args:
        keys: asked for in turn, so that nothing answers from a cache of whole answers.
        is_right: whether the answer, parsed, is the one for a key.
        clients: connections, each with one request at a time.
        turn: answers come in bunches of so many; the rate is taken over whole bunches. None: they come evenly.
        ramp: seconds until a load is as it is to be.
        fastest: seconds that no right answer can be faster than.
        every: seconds from one request to the next, whether that is answered or not, each on a connection of its own;
            its latency counts from the moment it was due. None: `clients` ask as fast as they are answered.
        crowd: who waits meanwhile.
        send: the body that is posted for a key; None: nothing is posted, the path is read.
        bulk: in place of a load one request at a time is sent, and the server's memory looked at; `ramp` is about
            what it takes, and nothing else of the case counts.
    """

    name: str
    title: str
    keys: Sequence[Key]
    is_right: Callable[[Any, Any], bool]
    clients: int = 32
    turn: int | None = None
    ramp: float = 0.0
    fastest: float = 0.0
    every: float | None = None
    crowd: Crowd | None = None
    send: Callable[[Any], Any] | None = None
    bulk: Bulk | None = None

    def body(self, key: Key) -> bytes | None:
        """What is posted."""
        return None if self.send is None else json.dumps(self.send(key)).encode()


def _is_live(answer: Any, _key: int) -> bool:
    return bool(answer == {"live": True})


def _is_row(answer: Any, key: int) -> bool:
    return isinstance(answer, list) and len(answer) == 1 and same(answer[0], key)


def _is_deep(rows: int, answer: Any, key: Key) -> bool:
    if not isinstance(answer, list) or len(answer) != PAGE:
        return False
    places = [(found["score"], found["id"]) for found in answer]
    return places == places_after(str(key), PAGE, rows)


def _is_page(answer: Any, key: int) -> bool:
    return (
        isinstance(answer, list)
        and len(answer) == PAGE
        and all(same(found, key + place) for place, found in enumerate(answer))
    )


_SPREAD = [1 + number * 7919 % (ROWS - PAGE) for number in range(1000)]

CASES = (
    Case("constant", "constant answer", [0], _is_live),
    Case("row", "1 row by key", _SPREAD, _is_row),
    Case("page", f"{PAGE} rows from a key on", _SPREAD, _is_page),
    Case("row alone", "1 row by key, no server", _SPREAD, _is_row, clients=POOL),
    Case("page alone", f"{PAGE} rows from a key on, no server", _SPREAD, _is_page, clients=POOL),
    *(
        Case(
            f"deep {rows} {schema}",
            f"{PAGE} rows behind a cursor, out of {rows:,}",
            cursors(schema, rows),
            partial(_is_deep, rows),
        )
        for schema in ("public", "main")
        for rows in DEPTHS
    ),
    Case("insert", "1 row inserted", range(1000), is_event, send=event),
    *(
        Case(
            name, f"{BULK:,} rows of {columns} columns inserted at once", [0], _is_live, clients=1, ramp=4.0, bulk=bulk
        )
        for name, columns, bulk in (("bulk narrow", 2, NARROW), ("bulk wide", 5, WIDE))
    ),
    Case(
        "sleep",
        f"query of {SLEEP * 1000:.0f} ms, pool of {POOL}, 64 clients",
        [0],
        lambda answer, _: answer == {"slept_ms": SLEEP * 1000},
        clients=64,
        turn=POOL,
        ramp=0.5,
        fastest=SLEEP,
    ),
    Case(
        "probe",
        f"live probe while {WAITING:,} wait at the gate",
        [0],
        _is_live,
        clients=1,
        ramp=2.0,
        every=0.005,
        crowd=Crowd("/sleep", WAITING + 2 * POOL, WAITING),
    ),
)


def check(case: Case, port: int, path: str, key: Key) -> None:
    """Ask once and compare.

    Raises:
        WrongAnswerError: it was not the expected answer.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    began = time.perf_counter()
    try:
        body = case.body(key)
        if body is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, body, _SHOW)
        response = connection.getresponse()
        found = response.read()
    finally:
        connection.close()
    took = time.perf_counter() - began
    try:
        answer = json.loads(found, parse_float=Decimal)
    except ValueError:
        answer = None
    if response.status != (200 if body is None else 201) or not case.is_right(answer, key) or took < case.fastest:
        raise WrongAnswerError(f"{path}: {response.status} in {took * 1000:.1f} ms, {found[:300]!r}")
