"""Texts of settings to values and back: durations, sizes, switches, lists. Pure.

Every reader raises `ValueError` with the clause that completes "<setting>: <text> …": what is wrong; what is expected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

_SECONDS: Mapping[str, float] = {"": 1, "ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86400}
_BYTES: Mapping[str, int] = {
    "": 1, "B": 1,
    "kB": 1000, "MB": 1000**2, "GB": 1000**3,
    "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3,
}  # fmt: skip
_SWITCH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z%]*)", re.ASCII)

DURATION = "seconds above 0 as a number, or with a unit: 500ms, 10s, 30min, 1h"
SHARE = "a part above 0 and at most 1, or a percentage: 0.25, 25%"
SIZE = "bytes as a whole number above 0, or with a unit: 64KiB, 1MiB"


def seconds(value: object) -> float:
    """A duration above zero, in seconds: `2.5`, `500ms`, `10s`, `30min`, `1h`, `1d`."""
    amount, unit = _amount(value, DURATION)
    if unit not in _SECONDS:
        raise ValueError(f"is not a duration; expected {DURATION}")
    result = amount * _SECONDS[unit]
    if not (0 < result < math.inf):
        raise ValueError(f"is not above 0; expected {DURATION}")
    return result


def size(value: object) -> int:
    """A number of bytes above zero: `1048576`, `64KiB`, `1MiB`, `1MB`."""
    amount, unit = _amount(value, SIZE)
    result = amount * _BYTES.get(unit, math.nan)
    if not (result >= 1 and result.is_integer()):
        raise ValueError(f"is not a size; expected {SIZE}")
    return int(result)


def switch(value: object) -> bool:
    """true/false, yes/no, on/off, 1/0."""
    found = _SWITCH.get(str(value).strip().lower())
    if found is None:
        raise ValueError("is not a switch; expected true or false")
    return found


def words(value: object) -> tuple[str, ...]:
    """A list separated by commas, blanks around the words ignored; empty words are refused."""
    parts = value if isinstance(value, list | tuple) else str(value).split(",")
    found = tuple(str(part).strip() for part in parts)
    if not all(found):
        raise ValueError("has an empty word in it; expected words separated by single commas")
    return found


def whole(value: object, minimum: int, maximum: int | None = None) -> int:
    """A whole number within its bounds, both inclusive."""
    expected = f"a whole number of at least {minimum}" if maximum is None else f"a whole number, {minimum} to {maximum}"
    text = str(value).strip()
    if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII) or isinstance(value, bool):
        raise ValueError(f"is not a whole number; expected {expected}")
    if int(text) < minimum or (maximum is not None and int(text) > maximum):
        raise ValueError(f"is out of bounds; expected {expected}")
    return int(text)


def share(value: object) -> float:
    """A part of the whole: `0.25`, `25%`; above zero, at most all of it."""
    amount, unit = _amount(value, SHARE)
    part = amount / 100 if unit == "%" else amount
    if unit not in ("", "%") or not 0 < part <= 1:
        raise ValueError(f"is not a share; expected {SHARE}")
    return part


def above_zero(value: object) -> float:
    """A number above zero, without a unit: `10000`, `0.5`."""
    expected = "a number above 0"
    amount, unit = _amount(value, expected)
    if unit or not 0 < amount < math.inf:
        raise ValueError(f"does not read as an amount; expected {expected}")
    return amount


def show_seconds(value: float) -> str:
    """A duration as a person would write it, in the largest unit that keeps it exact."""
    for unit in ("d", "h", "min", "s"):
        if value >= _SECONDS[unit] and value % _SECONDS[unit] == 0:
            return f"{value / _SECONDS[unit]:g}{unit}"
    return f"{value:g}s" if value > 1 else f"{value * 1000:g}ms"


def show_size(value: int) -> str:
    """A size as a person would write it, in the largest binary unit that keeps it exact."""
    for unit in ("GiB", "MiB", "KiB"):
        if value % _BYTES[unit] == 0:
            return f"{value // _BYTES[unit]}{unit}"
    return str(value)


def _amount(value: object, expected: str) -> tuple[float, str]:
    match = _AMOUNT.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"does not read as an amount; expected {expected}")
    return float(match[1]), match[2]
