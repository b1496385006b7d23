"""Where a connection was taken, noted so cheaply that it is noted each time, and put in words only when asked."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import TypeAlias

Where: TypeAlias = list[tuple[CodeType, int]]
"""Pieces of code and how far each had got, the innermost first. No frames: they would keep their variables alive."""

_DEPTH = 8  # enough to see past SQLAlchemy's own frames
_SHOWN = 3
_PASSED_OVER = (
    "service.pool.", "service.asgi.", "sqlalchemy.", "asyncio.", "contextlib", "greenlet", "uvloop", "threading",
)  # fmt: skip


def here(skip: int) -> Where:
    """The present place, without the innermost `skip` frames; about a microsecond."""
    where: Where = []
    frame: FrameType | None = sys._getframe(skip + 1)
    room = _DEPTH
    while frame is not None and room:
        where.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
        room -= 1
    return where


def place(code: CodeType) -> Where:
    """A function that takes connections again and again, noted once."""
    return [(code, 0)]


def in_words(where: Where) -> str:
    """As `shop/orders.py:12 in show < …`, innermost first; what lies between a view and the pool is left out."""
    told = [(code, at) for code, at in where if not _is_passed_over(code.co_filename)] or where[:1]
    return " < ".join(f"{_short(code)}:{_line(code, at)} in {code.co_name}" for code, at in told[:_SHOWN])


def _line(code: CodeType, at: int) -> int:
    lines = (line for start, end, line in code.co_lines() if start <= at < end and line is not None)
    return next(lines, code.co_firstlineno)


def _short(code: CodeType) -> str:
    return "/".join(code.co_filename.replace("\\", "/").split("/")[-2:])


def _is_passed_over(filename: str) -> bool:
    path = "." + filename.replace("\\", "/").replace("/", ".")
    return any(f".{name}" in path for name in _PASSED_OVER)
