"""Requests of many shapes: what a worker is asked in its life, and not one thing over and over."""

from __future__ import annotations

from itertools import combinations
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.cases import Case, Key
from benchmarks.data import COLUMNS, ROWS, row, same

PATH = "/rest/v1/item?{key}"
_SELECTED = [chosen for many in range(1, len(COLUMNS)) for chosen in combinations(COLUMNS, many)]


def _queries() -> list[str]:
    """1,000: half of them a row, a quarter some of a row's columns, a quarter 1 to 100 rows."""
    found = []
    for number in range(250):
        key = 1 + number * 7919 % (ROWS - 500)
        chosen = ",".join(_SELECTED[number % len(_SELECTED)])
        found += [f"id=eq.{key}", f"select={chosen}&id=eq.{key + 1}", f"id=eq.{key + 2}"]
        found.append(f"id=gte.{key}&order=id&limit={1 + number % 100}")
    return found


def _is_right(answer: Any, key: Key) -> bool:
    asked = dict(parse_qsl(str(key)))
    first = int(asked["id"].partition(".")[2])
    if not isinstance(answer, list) or len(answer) != int(asked.get("limit", 1)):
        return False
    if "select" in asked:
        chosen = asked["select"].split(",")
        # What was not asked for is taken as right, and may not be there.
        return list(answer[0]) == chosen and same(_plain(row(first)) | answer[0], first)
    return all(same(found, first + place) for place, found in enumerate(answer))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"created": values["created"].isoformat()}


MIXED = Case("mixed", "requests of 377 shapes", _queries(), _is_right)
