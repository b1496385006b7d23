"""Requests of many shapes: what a worker is asked in its life, and not one thing over and over."""

from __future__ import annotations

from itertools import combinations
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.cases import Case, Key
from benchmarks.data import COLUMNS, ROWS, row, same

PATH = "/rest/v1/item?{key}"
_SELECTED = [chosen for many in range(1, len(COLUMNS)) for chosen in combinations(COLUMNS, many)][::3]
"""42 of them: a service is asked in tens of ways, not in hundreds, and what it keeps of each it has soon."""


def _queries() -> list[str]:
    """1,000: half of them a row, four tenths some of a row's columns, a tenth 1 to 100 rows."""
    found = []
    for number in range(200):
        key = 1 + number * 7919 % (ROWS - 500)
        for place in range(2):
            chosen = ",".join(_SELECTED[(2 * number + place) % len(_SELECTED)])
            found += [f"id=eq.{key + place}", f"select={chosen}&id=eq.{key + place}"]
        found.append(f"id=gte.{key}&order=id&limit={number % 100 + 1}" if number % 2 else f"id=eq.{key + 2}")
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


MIXED = Case("mixed", f"requests of {len(_SELECTED) + 2} shapes", _queries(), _is_right)
