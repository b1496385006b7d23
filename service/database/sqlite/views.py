"""Which column of which table a view's columns show, read from the view's SQL.

SQLite keeps a view as text alone. Read are views of one SELECT from tables and views joined with each other; of its
columns those that are written as `column`, `table.column`, `*` or `table.*`, whatever they are called. Anything else
has no origin: then an embed by it does not work, and nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from service.catalog.model import Origin, Relation
from service.database.sqlite.tokens import Token, fold, tokens

_END_OF_COLUMNS = frozenset({"from"})
_END_OF_FROM = frozenset({"where", "group", "having", "window", "order", "limit"})
_COMPOUND = frozenset({"union", "intersect", "except"})
_JOINS = frozenset({"join", "left", "right", "full", "inner", "cross", "outer", "natural"})
_Origins = Mapping[str, Origin]


class _NotReadError(Exception):
    """The view is of a kind that is not read."""


class Views:
    """The origins of views' columns; chains of views are followed to the tables.

    Args:
        relations: all there are, by their folded names.
        sql: of the views, by their folded names.
    """

    def __init__(self, relations: Mapping[str, Relation], sql: Mapping[str, str]) -> None:
        self._relations = relations
        self._sql = sql
        self._found: dict[str, _Origins] = {}

    def origins(self, name: str) -> _Origins:
        """By the names of the view's columns.

        Args:
            name: the view's, folded.
        """
        if name not in self._found:
            self._found[name] = {}  # should a view come back to itself
            # A chain of hundreds of views, each read for the one above, is too long for Python's stack.
            with suppress(_NotReadError, RecursionError):
                self._found[name] = _Select(self._sql[name], self._relations, self._origin).origins(name)
        return self._found[name]

    def _origin(self, relation: Relation, column: str) -> Origin | None:
        name = fold(relation.name)
        if name in self._sql:
            return self.origins(name).get(column)
        return Origin(relation.schema, relation.name, column)


class _Select:
    """The SELECT of one view."""

    def __init__(
        self, sql: str, relations: Mapping[str, Relation], origin: Callable[[Relation, str], Origin | None]
    ) -> None:
        self._relations = relations
        self._origin = origin
        every = list(tokens(sql))
        outer = [token for token in every if token.depth == 0]
        if any(token.word in _COMPOUND for token in outer):
            raise _NotReadError
        start = _after(every, "as")
        self._columns, rest = _until(every[start:], _END_OF_COLUMNS)
        clause = _until(rest[1:], _END_OF_FROM)[0]
        self._sources = self._read_from(clause)
        words = {token.word for token in clause if token.depth == 0}
        self._is_merged = not words.isdisjoint(("using", "natural"))  # columns of several tables become one
        self._is_outer = not words.isdisjoint(("right", "full"))

    def origins(self, name: str) -> _Origins:
        """By the names of the columns of the view of this name."""
        found = [origin for item in self._items() for origin in self._item(item)]
        names = list(self._relations[name].columns)
        if len(found) != len(names):
            raise _NotReadError
        return {name: origin for name, origin in zip(names, found, strict=True) if origin is not None}

    def _items(self) -> Iterator[list[Token]]:
        match self._columns:
            case [Token(word="select"), Token(word="distinct" | "all"), *rest] | [Token(word="select"), *rest]:
                return _split(rest)
        raise _NotReadError

    def _item(self, item: Sequence[Token]) -> Iterator[Origin | None]:
        """One item of the list of columns, which a star makes several."""
        match [token.text if token.word in (".", "*") else "name" if token.name else "" for token in item]:
            case ["*"]:
                if self._is_merged:  # which columns USING makes one is not found out here
                    raise _NotReadError
                for relation in self._sources.values():
                    yield from (self._origin(relation, column) for column in relation.columns)
            case ["name", ".", "*"]:
                if self._is_merged and self._is_outer:  # then SQLite makes one of the columns of USING here too
                    raise _NotReadError
                relation = self._source(item[0].text)
                yield from (self._origin(relation, column) for column in relation.columns)
            case _:
                yield self._column(_without_alias(item))

    def _column(self, written: Sequence[Token]) -> Origin | None:
        match written:
            case [Token(name=True) as column]:
                found = [pair for relation in self._sources.values() for pair in _find(relation, column.text)]
            case [Token(name=True) as table, Token(word="."), Token(name=True) as column]:
                found = list(_find(self._source(table.text), column.text))
            case _:
                return None
        return self._origin(*found[0]) if len(found) == 1 else None

    def _source(self, name: str) -> Relation:
        relation = self._sources.get(fold(name))
        if relation is None:
            raise _NotReadError
        return relation

    def _read_from(self, clause: Sequence[Token]) -> dict[str, Relation]:
        """The relations of FROM by the folded names they go by."""
        sources: dict[str, Relation] = {}
        for written in _tables(clause):
            name, relation = self._table(written)
            if name in sources:
                raise _NotReadError
            sources[name] = relation
        if not sources:
            raise _NotReadError
        return sources

    def _table(self, written: Sequence[Token]) -> tuple[str, Relation]:
        match _without_hint(_without_condition(written)):
            case [Token(name=True) as table]:
                called = table
            case [Token(name=True) as table, Token(name=True) as called]:
                pass
            case [Token(name=True) as table, Token(word="as"), Token(name=True) as called]:
                pass
            case _:
                raise _NotReadError
        relation = self._relations.get(fold(table.text))
        if relation is None:
            raise _NotReadError
        return fold(called.text), relation


def _after(every: Sequence[Token], word: str) -> int:
    for place, token in enumerate(every):
        if token.depth == 0 and token.word == word:
            return place + 1
    raise _NotReadError


def _until(every: Sequence[Token], words: frozenset[str]) -> tuple[list[Token], list[Token]]:
    for place, token in enumerate(every):
        if token.depth == 0 and token.word in words:
            # IS DISTINCT FROM does not end a list of columns.
            if token.word == "from" and place and every[place - 1].word == "distinct":
                continue
            return list(every[:place]), list(every[place:])
    return list(every), []


def _split(every: Sequence[Token]) -> Iterator[list[Token]]:
    """What is between commas."""
    part: list[Token] = []
    for token in every:
        if token.depth == 0 and token.word == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _tables(clause: Sequence[Token]) -> Iterator[list[Token]]:
    """What is between commas and joins."""
    for part in _split(clause):
        table: list[Token] = []
        for token, before in zip(part, [None, *part], strict=False):
            if token.depth == 0 and token.word in _JOINS:
                if before is None or before.word not in _JOINS:
                    yield table
                table = []
            else:
                table.append(token)
        yield table


def _without_condition(table: Sequence[Token]) -> list[Token]:
    return _until(table, frozenset({"on", "using"}))[0]


def _without_hint(table: Sequence[Token]) -> list[Token]:
    """A table without its schema, of which there is one, and without INDEXED BY."""
    found = _until(table, frozenset({"indexed", "not"}))[0]
    if len(found) > 2 and fold(found[0].text) == "main" and found[1].word == ".":
        return found[2:]
    return found


def _without_alias(item: Sequence[Token]) -> list[Token]:
    found = list(item)
    if len(found) > 2 and found[-2].word == "as":
        return found[:-2]
    if len(found) > 1 and found[-1].name and found[-2].name:
        return found[:-1]
    return found


def _find(relation: Relation, column: str) -> Iterator[tuple[Relation, str]]:
    folded = fold(column)
    return ((relation, name) for name in relation.columns if fold(name) == folded)
