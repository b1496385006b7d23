"""Rows as lines, NDJSON or CSV: in one piece where they are few, else as they come."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from service.rest.answer.answer import Answer
from service.rest.answer.rows import content_range, read_headers, status
from service.rest.execute import Stream
from service.rest.execute.stream import Parts
from service.rest.plan.media import Media
from service.rest.plan.terms import Form
from service.rest.terms import Asked

_QUOTED = re.compile(r'[",\r\n]|\A\Z')


@dataclass(frozen=True, slots=True)
class StreamAnswer:
    """An answer whose body comes in parts: an async iterator that has to be closed."""

    answer: Answer
    parts: Lines


def answer_lines(
    stream: Stream, keys: Sequence[str], asked: Asked, media: Media, *, profile: str | None, warnings: Sequence[str]
) -> Answer | StreamAnswer:
    """The answer to a read of lines.

    Args:
        keys: what the lines have in them, for a head line of CSV.

    Raises:
        RangeError: PGRST103, the page begins beyond the last row.
    """
    headers = read_headers(asked, media, profile=profile, warnings=warnings)
    frame = Frame.of(media, keys)
    code = 200
    if stream.page_total is not None:
        headers["Content-Range"] = content_range(stream.page, stream.page_total, stream.total)
        code = status(stream.page, stream.page_total, stream.total)
    elif stream.total is not None:  # an estimate: where the page ends shows at its end
        headers["Content-Range"] = f"*/{stream.total}"
    answer = Answer(code, headers, frame.first(stream.first))
    return answer if stream.rest is None else StreamAnswer(answer, Lines(answer.body, stream.rest, frame))


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around lines: NDJSON ends each, CSV has one before the first row and no end after the last."""

    head: bytes | None

    @classmethod
    def of(cls, media: Media, keys: Sequence[str]) -> Frame:
        return cls(",".join(map(_field, keys)).encode() if media.form is Form.CSV else None)

    def first(self, lines: bytes | None) -> bytes:
        if lines is None:
            return self.head or b""
        return self.more(lines) if self.head is None else self.head + self.more(lines)

    def more(self, lines: bytes) -> bytes:
        return lines + b"\n" if self.head is None else b"\n" + lines


def _field(text: str) -> str:
    # Not the standard library's writer, which before Python 3.13 leaves a line break without quotes.
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


class Lines(AsyncIterator[bytes]):
    """The body in parts."""

    def __init__(self, first: bytes, rest: Parts, frame: Frame) -> None:
        self._first: bytes | None = first
        self._rest = rest
        self._frame = frame

    async def __anext__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return self._frame.more(await anext(self._rest))

    async def aclose(self) -> None:
        """Lets go of the connection that the lines come by."""
        await self._rest.aclose()
