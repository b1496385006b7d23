"""The `Accept` header (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from functools import lru_cache

from service.rest.asked.limits import CACHED_TEXT, Limits
from service.rest.asked.scanner import unescape
from service.rest.terms import MediaRange

_NAME = r"[A-Za-z0-9!#$&^_.+*-]+"
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_ENTRY = re.compile(rf'(?:{_QUOTED}|[^,"]|".*)+', re.DOTALL)  # a quote left open takes the rest: one look at each
_TYPE = re.compile(rf"\s*({_NAME}/{_NAME})\s*")
_PARAMETER = re.compile(rf";\s*(?:({_NAME})\s*=\s*({_QUOTED}|[^\s;\",]*))?\s*", re.DOTALL)
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def read_accept(header: str | None, limits: Limits) -> tuple[MediaRange, ...]:
    """The media ranges, best first: by quality, then the more specific, then as they stood.

    What is malformed is ignored. Those with quality 0 are last: they name what must not be sent.
    """
    if not header:
        return ()
    return _cached(header, limits) if len(header) <= CACHED_TEXT else _read(header, limits)


def _read(header: str, limits: Limits) -> tuple[MediaRange, ...]:
    entries = (entry for _, entry in zip(range(limits.media_ranges), _ENTRY.finditer(header), strict=False))
    ranges = [media for entry in entries if (media := _range(entry[0]))]
    return tuple(sorted(ranges, key=lambda media: (-media.quality, media.type.count("*") - len(media.parameters))))


def _range(entry: str) -> MediaRange | None:
    match = _TYPE.match(entry)
    if match is None:
        return None
    at, quality, parameters = match.end(), 1.0, []
    while at < len(entry):
        parameter = _PARAMETER.match(entry, at)
        if parameter is None:
            return None
        at = parameter.end()
        if parameter[1] is None:
            continue
        name, value = parameter[1].lower(), _unquote(parameter[2])
        if name == "q":
            if not _QUALITY.fullmatch(value):
                return None
            quality = float(value)
        else:
            parameters.append((name, value.lower()))
    return MediaRange(match[1].lower(), tuple(parameters), quality)


def _unquote(value: str) -> str:
    return unescape(value[1:-1]) if value.startswith('"') else value


_cached = lru_cache(maxsize=256)(_read)
