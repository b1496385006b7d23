"""The `Prefer` header (RFC 7240)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from service.errors import PreferenceError
from service.rest.asked.limits import CACHED_TEXT
from service.rest.asked.pages import LARGEST
from service.rest.terms import Preferences


def _one_of(*words: str) -> Callable[[str], str | None]:
    return lambda value: value if value in words else None


def _whole_number(value: str) -> int | None:
    if not (value.isascii() and value.isdigit()):
        return None
    return LARGEST if len(value) > 19 else min(int(value), LARGEST)


_KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "resolution": ("resolution", _one_of("merge-duplicates", "ignore-duplicates")),
    "return": ("representation", _one_of("minimal", "headers-only", "representation")),
    "missing": ("missing", _one_of("default", "null")),
    "count": ("count", _one_of("exact", "planned", "estimated")),
    "tx": ("transaction", _one_of("commit", "rollback")),
    "handling": ("handling", _one_of("strict", "lenient")),
    "timezone": ("timezone", lambda value: value or None),
    "max-affected": ("max_affected", _whole_number),
}
"""Name -> the field of `Preferences`, and what makes a value of a text (None: it is none)."""

NONE = Preferences()


def read_preferences(header: str | None) -> Preferences:
    """The preferences of all `Prefer` headers, joined by commas; the first good one of each kind counts.

    Raises:
        PreferenceError: `handling=strict`, and something in it is no preference.
    """
    if not header:
        return NONE
    preferences = _cached(header) if len(header) <= CACHED_TEXT else _read(header)
    if preferences.unknown and preferences.handling == "strict":
        raise PreferenceError(
            "Strict handling was asked for, but not every preference is known.",
            details=f"Unknown preferences: {', '.join(preferences.unknown)}",
        )
    return preferences


def _read(header: str) -> Preferences:
    known: dict[str, Any] = {}
    unknown: list[str] = []
    for entry in filter(None, map(str.strip, header.split(","))):
        name, _, value = entry.partition(";")[0].partition("=")
        field, read = _KINDS.get(name.strip().lower(), ("", lambda _: None))
        found = read(value.strip().strip('"'))
        if found is None:
            unknown.append(entry)
        else:
            known.setdefault(field, found)
    return Preferences(**known, unknown=tuple(unknown))


_cached = lru_cache(maxsize=256)(_read)
