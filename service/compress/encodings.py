"""The content codings, and which of them an `Accept-Encoding` header chooses.

gzip is the standard library's. zstd and br are there if their packages are (`poolgate[compress]`): for the same size
they take half of gzip's time. The levels are those at which 10 KiB of rows take less than 100 µs.
"""

from __future__ import annotations

import importlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

_LEVEL = {"zstd": 3, "br": 2, "gzip": 1}
_WINDOW = 18  # as a power of two, bytes: what a stream holds on to while it lasts
_LONGEST = 1000  # characters of a header that is read
_CODING = re.compile(r"\s*([\w*.!#$%&'+^`|~-]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.IGNORECASE)


class Stepwise(Protocol):
    """Compresses a stream so that each part can be read as soon as it has come."""

    def part(self, data: bytes) -> bytes: ...
    def end(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Encoding:
    """A content coding.

    Args:
        name: as HTTP has it.
        whole: compresses a body of one piece.
        stepwise: begins to compress a stream.
    """

    name: str
    whole: Callable[[bytes], bytes]
    stepwise: Callable[[], Stepwise]


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.compressobj(_LEVEL["gzip"], zlib.DEFLATED, 16 + zlib.MAX_WBITS)  # 16: with gzip's header

    def part(self, data: bytes) -> bytes:
        return self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._stream.flush()

    @classmethod
    def whole(cls, data: bytes) -> bytes:
        stream = cls()._stream
        return stream.compress(data) + stream.flush()


def _brotli() -> Encoding:
    brotli: Any = importlib.import_module("brotli")

    class Brotli:
        def __init__(self) -> None:
            self._stream = brotli.Compressor(quality=_LEVEL["br"], lgwin=_WINDOW)

        def part(self, data: bytes) -> bytes:
            return bytes(self._stream.process(data) + self._stream.flush())

        def end(self) -> bytes:
            return bytes(self._stream.finish())

    return Encoding("br", lambda data: bytes(brotli.compress(data, quality=_LEVEL["br"])), Brotli)


def _zstandard() -> Encoding:
    try:
        zstd: Any = importlib.import_module("compression.zstd")  # Python 3.14's
    except ImportError:
        zstd = importlib.import_module("backports.zstd")
    parameter = zstd.CompressionParameter
    options = {parameter.compression_level: _LEVEL["zstd"], parameter.window_log: _WINDOW}

    class Zstandard:
        def __init__(self) -> None:
            self._stream = zstd.ZstdCompressor(options=options)

        def part(self, data: bytes) -> bytes:
            return bytes(self._stream.compress(data, mode=self._stream.FLUSH_BLOCK))

        def end(self) -> bytes:
            return bytes(self._stream.flush())

    return Encoding("zstd", lambda data: bytes(zstd.compress(data, _LEVEL["zstd"])), Zstandard)


def _available() -> Mapping[str, Encoding]:
    found = {}
    for name, load in (("zstd", _zstandard), ("br", _brotli)):
        try:
            found[name] = load()
        except ImportError:
            continue  # not installed
    return {**found, "gzip": Encoding("gzip", _Gzip.whole, _Gzip)}


ENCODINGS = _available()
"""By name, the best first."""


@lru_cache(maxsize=64)
def choose_encoding(accepted: str) -> Encoding | None:
    """The coding that `Accept-Encoding` likes best, of equals ours; None where it should be none (RFC 9110, 12.5.3)."""
    qualities = {}
    for item in accepted[:_LONGEST].split(","):
        match = _CODING.fullmatch(item)
        if match is not None:
            qualities[match[1].lower().removeprefix("x-")] = float(match[2] or 1)
    others = qualities.get("*", 0.0)
    best = max(ENCODINGS.values(), key=lambda each: qualities.get(each.name, others))
    quality = qualities.get(best.name, others)
    return best if quality > 0 and quality >= qualities.get("identity", 0.0) else None
