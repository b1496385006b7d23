"""PostgreSQL's four ways to write a text search, as FTS5's one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from service.errors import DatabaseError, NotImplementedHereError

_TOKEN = re.compile(r"\s*(?:([&|!()])|(<->|<\d+>)|'((?:[^']|'')*)'(:\*)?|([^\s&|!()<>':]+)(:\*)?)", re.ASCII)
_WORD = re.compile(r"\w+")
_NOTHING = '""'
_WEB = re.compile(r'(-?)"([^"]*)"|(\S+)')


def _quoted(text: str, prefix: bool = False) -> str:
    """A word or phrase in FTS5's quotes, so that nothing in it is read as syntax."""
    return '"' + text.replace('"', '""') + '"' + ("*" if prefix else "")


def plain(text: str) -> str:
    """All of the words."""
    return " AND ".join(_quoted(word) for word in _WORD.findall(text)) or _NOTHING


def phrase(text: str) -> str:
    """The words, one after the other."""
    return _quoted(text)


def web(text: str) -> str:
    """As in a search engine: words, "phrases", `or`, `-not`."""
    wanted: list[list[str]] = [[]]
    unwanted: list[str] = []
    for minus, quoted, word in _WEB.findall(text):
        term = quoted or word
        if word.casefold() == "or":
            wanted.append([])
        elif minus or (word.startswith("-") and len(word) > 1):
            unwanted.append(_quoted(term.removeprefix("-")))
        elif _WORD.search(term):
            wanted[-1].append(_quoted(term))
    either = " OR ".join(f"({' AND '.join(terms)})" for terms in wanted if terms)
    if unwanted and not either:
        raise NotImplementedHereError("SQLite's full-text search cannot look for what is absent alone")
    return f"({either or _NOTHING})" + "".join(f" NOT {term}" for term in unwanted)


def query(text: str) -> str:
    """The operators `&`, `|`, `!`, `<->`, `'quoted words'` and prefixes `word:*`."""
    return _Query(text).parse()


class _Query:
    """A descent over to_tsquery's grammar; FTS5's NOT takes two operands, so `!` is found only behind `&`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split(text)
        self._at = 0

    def parse(self) -> str:
        if not self._tokens:
            return _NOTHING
        result = self._either()
        if self._at < len(self._tokens):
            raise self._broken()
        return result

    def _split(self, text: str) -> list[tuple[str, str]]:
        tokens, at = [], 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                raise self._broken()
            operator, near, quoted, quoted_prefix, word, prefix = found.groups()
            if operator or near:
                tokens.append((operator or "<->", ""))
            else:
                term = word if quoted is None else quoted.replace("''", "'")
                tokens.append(("word", _quoted(term, bool(prefix or quoted_prefix))))
            at = found.end()
        return tokens

    def _next_is(self, kind: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at][0] == kind:
            self._at += 1
            return True
        return False

    def _either(self) -> str:
        terms = [self._both()]
        while self._next_is("|"):
            terms.append(self._both())
        return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"

    def _both(self) -> str:
        wanted: list[str] = []
        unwanted: list[str] = []
        while True:
            negated = False
            while self._next_is("!"):
                negated = not negated
            (unwanted if negated else wanted).append(self._near())
            if not self._next_is("&"):
                break
        if not wanted:
            raise NotImplementedHereError("SQLite's full-text search cannot look for what is absent alone")
        return "(" + " AND ".join(wanted) + "".join(f" NOT {term}" for term in unwanted) + ")"

    def _near(self) -> str:
        terms = [self._word()]
        while self._next_is("<->"):
            terms.append(self._word())
        return " + ".join(terms)

    def _word(self) -> str:
        if self._next_is("("):
            inner = self._either()
            if not self._next_is(")"):
                raise self._broken()
            return inner
        if self._next_is("word"):
            return self._tokens[self._at - 1][1]
        raise self._broken()

    def _broken(self) -> DatabaseError:
        return DatabaseError("42601", f'syntax error in tsquery: "{self._text[:100]}"')


SEARCHES: Mapping[str, Callable[[str], str]] = {"fts": query, "plfts": plain, "phfts": phrase, "wfts": web}
