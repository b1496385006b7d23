"""`select=alias:column->key::cast,relation!hint!inner(...),...spread(...),amount.sum()`"""

from __future__ import annotations

import re
from functools import lru_cache

from service.rest.asked.fields import read_steps
from service.rest.asked.limits import CACHED_TEXT, Limits, check
from service.rest.asked.scanner import Scanner
from service.rest.terms import STAR, Field, SelectEmbed, SelectField, SelectItem

_WORD = r"[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*+"
_CAST = re.compile(
    rf"({_WORD}(?: ++{_WORD})*+(?:\.{_WORD}(?!\(\)))?)"  # not followed by "()": that is an aggregate
    r"(\([0-9]{1,4}(?:,[0-9]{1,4})?\))?((?:\[\]){0,6})"
)
# A cast's name is printed into the statement. One word (with its schema) is harmless wherever it lands; of several
# words only these are types, anything else could be read as the next clause.
_TYPES_OF_SEVERAL_WORDS = frozenset(
    {"double precision", "character varying", "bit varying", "national character", "national char"}
    | {f"{time} {zone} time zone" for time in ("time", "timestamp") for zone in ("with", "without")}
)
_COUNT = re.compile(r"count\(\)")
_AGGREGATE = re.compile(r"\.(avg|count|max|min|sum)\(\)")
_AFTER_FIELD = '"->", "::", an aggregate, "," or the end'


def read_select(text: str, limits: Limits) -> tuple[SelectItem, ...]:
    """The items of `select=`; none for an empty text.

    Raises:
        QueryError: it does not parse, has too many items or nests too deeply.
    """
    return _cached(text, limits) if len(text) <= CACHED_TEXT else _read(text, limits)


def _read(text: str, limits: Limits) -> tuple[SelectItem, ...]:
    select = _Select(text, limits)
    items = select.items(1)
    select.scanner.finish('"," or the end')
    return items


class _Select:
    """One reading of a select: the place in the text, and how many items and embeds there were."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.scanner = Scanner(text, "select")
        self.limits = limits
        self.count = 0
        self.embeds = 0

    def items(self, depth: int) -> tuple[SelectItem, ...]:
        check(depth - 1, self.limits.embed_depth, "levels of embedding in select", "MAX_EMBED_DEPTH")
        scanner = self.scanner
        scanner.skip()
        if scanner.at == len(scanner.text) or scanner.peek(")"):
            return ()
        items = [self.item(depth)]
        while scanner.accept(","):
            items.append(self.item(depth))
        return tuple(items)

    def item(self, depth: int) -> SelectItem:
        self.count += 1
        check(self.count, self.limits.columns, "items in select", "MAX_COLUMNS")
        scanner = self.scanner
        scanner.skip()
        if scanner.accept("..."):
            item: SelectItem = self.embed(scanner.name("a relation"), depth, spread=True)
        elif scanner.accept("*"):
            item = STAR
        else:
            item = self.named(depth)
        scanner.skip()
        if scanner.at < len(scanner.text) and scanner.text[scanner.at] not in ",)":
            raise scanner.unexpected(_AFTER_FIELD if isinstance(item, SelectField) and item != STAR else '"," or ")"')
        return item

    def named(self, depth: int) -> SelectItem:
        scanner = self.scanner
        if scanner.take(_COUNT):
            return SelectField(None, None, None, "count", self.cast())
        name = scanner.name('a column, a relation or "*"')
        scanner.skip()
        alias = None
        if scanner.peek(":") and not scanner.peek("::"):
            scanner.at += 1
            scanner.skip()
            alias = name
            if scanner.take(_COUNT):
                return SelectField(None, alias, None, "count", self.cast())
            name = scanner.name("a column or a relation")
            scanner.skip()
        if scanner.peek("(") or scanner.peek("!"):
            return self.embed(name, depth, alias=alias)
        return self.field(name, alias)

    def field(self, name: str, alias: str | None) -> SelectField:
        if name == "*":  # it stood in quotes: the terms have no way to tell such a column from "all of them"
            raise self.scanner.unexpected('a column that is not called "*"')
        field = Field(name, read_steps(self.scanner, self.limits))
        self.scanner.skip()
        cast = self.cast()
        aggregate = self.scanner.take(_AGGREGATE)
        if aggregate is None:
            return SelectField(field, alias, cast)
        return SelectField(field, alias, cast, aggregate[1], self.cast())

    def cast(self) -> str | None:
        scanner = self.scanner
        if not scanner.accept("::"):
            return None
        scanner.skip()
        start = scanner.at
        cast = scanner.take(_CAST)
        words = re.sub(" +", " ", cast[1]) if cast else ""
        if cast is None or (" " in words and words.lower() not in _TYPES_OF_SEVERAL_WORDS):
            scanner.at = start
            raise scanner.unexpected("the name of a type")
        scanner.skip()
        return words + (cast[2] or "") + cast[3]

    def embed(self, relation: str, depth: int, *, alias: str | None = None, spread: bool = False) -> SelectEmbed:
        scanner = self.scanner
        self.embeds += 1
        check(self.embeds, self.limits.embeds, "embeds in select", "MAX_EMBEDS")
        scanner.skip()
        hint = join = None
        while scanner.peek("!"):
            bang = scanner.at
            scanner.at += 1
            word = scanner.name('"inner", "left" or a hint')
            if word in ("inner", "left") and not scanner.quoted and join is None:
                join = word
            elif hint is None:
                hint = word
            else:
                scanner.at = bang
                raise scanner.unexpected('"("')
        scanner.skip()
        scanner.expect("(")
        items = self.items(depth + 1)
        scanner.skip()
        if not scanner.accept(")"):
            raise scanner.unexpected('"," or ")"')
        return SelectEmbed(relation, items, alias, hint, join == "inner", spread)


_cached = lru_cache(maxsize=512)(_read)
