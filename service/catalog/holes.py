"""SQL with named holes (`:name`), cut where it stands: what is quoted or a comment has none. Pure.

SQLAlchemy's `text()` was turned down for finding them: it sees `:name` in quoted texts and comments too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMON = r"""
    (?P<space> \s+ | --[^\n]* )
    | (?P<comment> /\* )
    | (?P<name> "[^"]*(?:""[^"]*)*" {names} )
    | (?P<text> {texts} [xXbBnN]?'[^']*(?:''[^']*)*' )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<number> \d[\w.]* )
    | (?P<sign> :: | :(?=\w)(?<=\w:) )
    | :(?P<hole> [^\W\d]\w* )
    | (?P<position> {positions} )
    | (?P<open> ["'`\[$] (?<={open}) )
    | (?P<other> . )
"""
_POSTGRESQL_TEXTS = r"[eE]'(?:[^'\\]|\\.|'')*' | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$ |"
_LEXERS = {
    False: re.compile(
        _COMMON.format(names="", texts=_POSTGRESQL_TEXTS, positions=r"\$\d+", open="[\"'$]"), re.VERBOSE | re.DOTALL
    ),
    True: re.compile(
        _COMMON.format(
            names=r"| `[^`]*(?:``[^`]*)*` | \[[^\]]*\]", texts="", positions=r"\?\d* | [@$]\w+", open="[\"'`\\[]"
        ),
        re.VERBOSE | re.DOTALL,
    ),
}
_COMMENT_MARK = re.compile(r"/\*|\*/")
_MAIN = ("select", "values", "table", "insert", "update", "delete", "merge", "replace")
READS = ("select", "values", "table")
"""The words that statements begin with which give rows and, by themselves, change nothing."""


class SqlError(Exception):
    """SQL that cannot be cut, or is not what it should be.

    Args:
        place: of the character that it is about, from 0.
    """

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


@dataclass(frozen=True, slots=True)
class Hole:
    """A place that a parameter's value comes to stand in."""

    name: str
    place: int


@dataclass(frozen=True, slots=True)
class Piece:
    """SQL that stands as it is.

    Args:
        place: of its first character in what was cut.
    """

    text: str
    place: int


@dataclass(frozen=True, slots=True)
class Query:
    """One statement, cut.

    Args:
        verb: the word that it begins with, behind what WITH names, in lower case.
        verb_place: where that stands.
        with_place: where WITH ends and the names begin; None where there is none.
        recursive: whether it is WITH RECURSIVE.
        parts: in order; without the semicolon and what comes behind it.
    """

    verb: str
    verb_place: int
    with_place: int | None
    recursive: bool
    parts: tuple[Piece | Hole, ...]

    @property
    def reads(self) -> bool:
        """Whether it begins like a statement that gives rows and changes nothing."""
        return self.verb in READS

    @property
    def holes(self) -> tuple[str, ...]:
        """The holes' names, each once, in the order in which they first stand there."""
        return tuple(dict.fromkeys(part.name for part in self.parts if isinstance(part, Hole)))

    def between(self, start: int, end: int | None = None) -> tuple[Piece | Hole, ...]:
        """The parts from one place to another; pieces are cut where they cross."""
        return tuple(_clipped(self.parts, start, end))


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    place: int
    depth: int


def cut(sql: str, *, bracketed: bool) -> Query:
    """Cut one statement.

    Args:
        bracketed: names may stand in square brackets and in backticks, and comments do not nest, as in SQLite; else
            texts may have escapes or stand between dollars, as in PostgreSQL.

    Raises:
        SqlError: there is none, there are several, or something is left open.
    """
    found: list[_Lexeme] = []
    end: int | None = None
    for lexeme in _lexemes(sql, bracketed=bracketed):
        if lexeme.kind == "space":
            continue
        if end is not None:
            raise SqlError("A second statement begins here; one file is one statement", lexeme.place)
        if lexeme.text == ";" and lexeme.kind == "other":
            end = lexeme.place
        else:
            found.append(lexeme)
    begins = [lexeme for lexeme in found if lexeme.text != "("]
    if not begins:
        raise SqlError("There is no statement", 0)
    parts = _parts(sql, found, len(sql) if end is None else end)
    return _query(begins, parts)


def last_word(sql: str, word: str, *, bracketed: bool) -> int | None:
    """Where a word stands last, of those outside parentheses, quotes and comments; None where it does not.

    Args:
        word: in lower case.

    Raises:
        SqlError: something is left open.
    """
    lexemes = _lexemes(sql, bracketed=bracketed)
    found = [each.place for each in lexemes if each.kind == "word" and not each.depth and each.text.lower() == word]
    return found[-1] if found else None


def _query(found: list[_Lexeme], parts: tuple[Piece | Hole, ...]) -> Query:
    first = found[0]
    if first.text.lower() != "with":
        return Query(first.text.lower(), first.place, None, False, parts)
    recursive = len(found) > 1 and found[1].text.lower() == "recursive"
    begins = (found[1] if recursive else first).place + len("recursive" if recursive else "with")
    for lexeme in found[2:]:
        if lexeme.kind == "word" and lexeme.depth == 0 and lexeme.text.lower() in _MAIN:
            return Query(lexeme.text.lower(), lexeme.place, begins, recursive, parts)
    raise SqlError("Nothing is done with what WITH names", first.place)


def _parts(sql: str, found: list[_Lexeme], end: int) -> tuple[Piece | Hole, ...]:
    parts: list[Piece | Hole] = []
    start = found[0].place
    for lexeme in found:
        if lexeme.kind == "hole":
            if lexeme.place > start:
                parts.append(Piece(sql[start : lexeme.place], start))
            parts.append(Hole(lexeme.text, lexeme.place))
            start = lexeme.place + 1 + len(lexeme.text)
    if start < end:
        parts.append(Piece(sql[start:end], start))
    return tuple(parts)


def _clipped(parts: tuple[Piece | Hole, ...], start: int, end: int | None) -> Iterator[Piece | Hole]:
    for part in parts:
        if isinstance(part, Hole):
            if part.place >= start and (end is None or part.place < end):
                yield part
            continue
        first = max(start - part.place, 0)
        text = part.text[first : None if end is None else max(end - part.place, 0)]
        if text:
            yield Piece(text, part.place + first)


def _lexemes(sql: str, *, bracketed: bool) -> Iterator[_Lexeme]:
    """The lexemes; those of white space and comments are of the kind "space"."""
    pattern, place, depth = _LEXERS[bracketed], 0, 0
    while place < len(sql):
        match = pattern.match(sql, place)
        if match is None:  # the last alternative takes any character
            raise SqlError("This cannot be read", place)
        kind, end = _kind_of(match), match.end()
        text = match["hole"] if kind == "hole" else match[0]
        if kind == "comment":
            kind, end = "space", _comment_end(sql, place, nests=not bracketed)
        elif kind == "open":
            raise SqlError(f"The {text} that begins here is not closed", place)
        elif kind == "position":
            raise SqlError(f"{text} is a parameter without a name; expected :name", place)
        depth -= text == ")"
        if depth < 0:
            raise SqlError("This ) closes nothing", place)
        yield _Lexeme(kind, text, place, depth)
        depth += text == "("
        place = end
    if depth:
        raise SqlError("A ( is not closed", sql.rfind("("))


def _kind_of(match: re.Match[str]) -> str:
    kind = match.lastgroup or "other"
    return "text" if kind == "tag" else kind


def _comment_end(sql: str, place: int, *, nests: bool) -> int:
    depth, end = 0, place
    while mark := _COMMENT_MARK.search(sql, end):
        end = mark.end()
        depth += 1 if mark[0] == "/*" and (nests or not depth) else -1 if mark[0] == "*/" else 0
        if not depth:
            return end
    raise SqlError("The comment that begins here is not closed", place)
