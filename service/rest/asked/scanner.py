"""A text and a place in it: what the grammars read with, and how they say where reading ended."""

from __future__ import annotations

import re

from service.errors import QueryError

BARE = re.compile(r"[\w $\x80-\U0010ffff]+(?:-(?!>)[\w $\x80-\U0010ffff]+)*")
"""A name that needs no quotes: any script, digits, `_`, `$`, spaces, and dashes that begin no arrow."""
QUOTED = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL)
SPACE = re.compile(r"[ \t]*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WORD = re.compile(r"[\w$-]{1,30}|.", re.DOTALL)
_SHOWN = 100


def unescape(text: str) -> str:
    """The inside of a quoted text without its backslashes."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def unexpected(
    what: str, text: str, at: int, expected: str, *, hint: str | None = None, code: str | None = None
) -> QueryError:
    """The error that says at which column (from 1) something else than `expected` stood."""
    word = _WORD.match(text, at)
    found = f'"{word[0]}"' if word else "the end"
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return QueryError(
        f"The {what} does not parse: {shown}",
        details=f"column {at + 1}: found {found}, expected {expected}",
        hint=hint,
        code=code,
    )


class Scanner:
    """Reads `text` from left to right.

    Args:
        text: decoded, without the percent signs of the URL.
        what: names the text in messages: "order", "filter on id".
    """

    __slots__ = ("at", "quoted", "text", "what")

    def __init__(self, text: str, what: str, at: int = 0) -> None:
        self.text = text
        self.what = what
        self.at = at
        self.quoted = False
        """Whether the last name stood in quotes: then it is no keyword."""

    def unexpected(self, expected: str, *, hint: str | None = None) -> QueryError:
        """The error for what stands here."""
        return unexpected(self.what, self.text, self.at, expected, hint=hint)

    def skip(self) -> None:
        """Pass over spaces and tabs."""
        self.at = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches the empty text too

    def peek(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    def accept(self, token: str) -> bool:
        """Pass over `token` if it stands here."""
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise self.unexpected(f'"{token}"')

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Pass over what `pattern` matches here."""
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def name(self, expected: str = "a name") -> str:
        """A name, bare or in double quotes; spaces around a bare one do not count."""
        self.skip()
        start = self.at
        self.quoted = self.peek('"')
        match = self.take(QUOTED if self.quoted else BARE)
        name = "" if match is None else unescape(match[1]) if self.quoted else match[0].strip(" ")
        if not name:
            self.at = start
            raise self.unexpected(f"{expected} with a closing quote" if self.quoted and not match else expected)
        return name

    def finish(self, expected: str) -> None:
        """Nothing but space may be left."""
        self.skip()
        if self.at < len(self.text):
            raise self.unexpected(expected)
