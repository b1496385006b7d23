"""From a path's text to its steps."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NoReturn

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from service.auth.claim_path.steps import COMPARISONS, ClaimPath, Step, Test, element, first, member, walk

_NAME = re.compile(r"[\w$@-]+")
_INDEX = re.compile(r"\[\s*(-?\d{1,9})\s*\]")
_TEXT = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_COMPARE = re.compile(r"\s*(==\^|\^==|\*==|==|!=)\s*")
_CALL = re.compile(r"(match|search)\s*\(\s*@")


def read_path(text: str) -> ClaimPath:
    """Read a path.

    Raises:
        ValueError: with the clause that completes "<setting>: <text> …".
    """
    if not text.startswith((".", "$")):
        raise ValueError("is no path to a claim; expected one such as $.role or .role")
    reader = _Reader(text, 1 if text.startswith("$") else 0)
    steps = reader.steps()
    if reader.rest or not steps:
        reader.fail("a claim's name, an index or a filter")
    return ClaimPath(text, steps)


@dataclass
class _Reader:
    text: str
    at: int

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def steps(self) -> tuple[Step, ...]:
        found = []
        while self.rest.startswith((".", "[")):
            found.append(self._step())
        return tuple(found)

    def _step(self) -> Step:
        if self.take("."):
            quoted = self.rest.startswith('"')
            return member(self._string() if quoted else self._match(_NAME, "a claim's name")[0])
        index = _INDEX.match(self.text, self.at)
        if index is not None:
            self.at = index.end()
            return element(int(index[1]))
        self.take("[")
        self.blanks()
        if not self.take("?"):
            name = self._string()
            self.close("]")
            return member(name)
        self.blanks()
        bracketed = self.take("(")
        test = self._test()
        if bracketed:
            self.close(")")
        self.close("]")
        return first(test)

    def _test(self) -> Test:
        self.blanks()
        if _CALL.match(self.text, self.at):
            return self._call()
        if not self.take("@"):
            self.fail("@")
        steps = self.steps()
        compare = COMPARISONS[self._match(_COMPARE, "one of == != ^== ==^ *==")[1]]
        wanted = self._string()
        return lambda value: isinstance(found := walk(steps, value), str) and compare(found, wanted)

    def _call(self) -> Test:
        kind = self._match(_CALL, "match or search")[1]
        steps = self.steps()
        self.close(",")
        try:
            pattern = re2.compile(self._string(), _quiet())
        except re2.error:
            self.fail("a regular expression before it")
        self.close(")")
        fits = pattern.fullmatch if kind == "match" else pattern.search
        return lambda value: isinstance(found := walk(steps, value), str) and fits(found) is not None

    def _string(self) -> str:
        self.blanks()
        literal = self._match(_TEXT, "a text in quotes")[0]
        if literal.startswith("'"):
            inner = literal[1:-1].replace("\\'", "'")
            literal = '"' + re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', inner) + '"'
        try:
            return str(json.loads(literal))
        except ValueError:
            self.fail("a text with the escapes of JSON before it")

    def blanks(self) -> None:
        self.at += len(self.rest) - len(self.rest.lstrip())

    def take(self, sign: str) -> bool:
        """Whether it comes next; then it is behind."""
        there = self.text.startswith(sign, self.at)
        self.at += len(sign) if there else 0
        return there

    def close(self, sign: str) -> None:
        self.blanks()
        if not self.take(sign):
            self.fail(sign)

    def _match(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        found = pattern.match(self.text, self.at)
        if found is None:
            self.fail(expected)
        self.at = found.end()
        return found

    def fail(self, expected: str) -> NoReturn:
        raise ValueError(f"does not read as a path from column {self.at + 1} on; expected {expected}")


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False  # they are told by the fault
    return options
