"""SQL cut into tokens, as far as reading a view's columns takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase

_TOKEN = re.compile(
    r"""
    (?P<nothing> \s+ | --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<quoted> "[^"]*(?:""[^"]*)*" | `[^`]*(?:``[^`]*)*` | \[[^\]]*\] )
    | (?P<text> [xX]?'[^']*(?:''[^']*)*' )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL,
)
# What is no name unless it is quoted; a few more than in SQLite, for a name that is missed costs only its origin.
_WORDS = """
    all and as between case check collate create cross current_date current_time current_timestamp delete distinct else
    escape except exists foreign from full group having in indexed inner insert intersect into is isnull join left limit
    natural not notnull null on or order outer primary references right select set table then to union unique update
    using values when where window with
"""
_RESERVED = frozenset(_WORDS.split())
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def fold(name: str) -> str:
    """A name as SQLite compares it: A to Z in either case, all other letters as they are."""
    return name.translate(_LOWER)


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Args:
        text: a name without its quotes.
        name: it can be a name.
        word: it is this keyword, in lower case; empty if it is none.
        depth: of parentheses around it.
    """

    text: str
    name: bool
    word: str
    depth: int


def tokens(sql: str) -> Iterator[Token]:
    """The tokens of SQL, without white space and comments."""
    depth = 0
    for found in _TOKEN.finditer(sql):
        kind, text = found.lastgroup, found[0]
        if kind == "quoted":
            closing = text[-1]
            inner = text[1:-1] if closing == "]" else text[1:-1].replace(closing * 2, closing)
            yield Token(inner, True, "", depth)
        elif kind == "word":
            word = text.lower()
            reserved = word in _RESERVED
            yield Token(text, not reserved, word if reserved else "", depth)
        elif kind != "nothing":
            depth -= text == ")"
            yield Token(text, False, text, depth)
            depth += text == "("
