"""Columns, JSON paths, lists of names, and the names of parameters: what a parameter is about and to which embed."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache

from service.rest.asked.decode import decode
from service.rest.asked.limits import CACHED_TEXT, Limits, check
from service.rest.asked.scanner import Scanner
from service.rest.terms import EmbedPath, Field, Step

_INDEX = re.compile(r"-?[0-9]+(?=->|::|\.|[ \t]*(?:[,)]|\Z))")
_KEY = re.compile(r'(?!")[^(\-:.,>)]+(?:-(?!>)[^(\-:.,>)]+)*')
_INT4 = 2**31


def read_field(scanner: Scanner, limits: Limits) -> Field:
    """`name->key->>0`"""
    return Field(scanner.name("a column"), read_steps(scanner, limits))


def read_steps(scanner: Scanner, limits: Limits) -> tuple[Step, ...]:
    """`->key->>0`, or nothing."""
    if not scanner.peek("->"):
        return ()
    steps: list[Step] = []
    while scanner.accept("->"):
        check(len(steps) + 1, limits.steps, "steps in a JSON path")
        as_text = scanner.accept(">")
        steps.append(Step(_operand(scanner), as_text))
    return tuple(steps)


def _operand(scanner: Scanner) -> str | int:
    start = scanner.at
    if index := scanner.take(_INDEX):
        # Sixteen digits are past every bound already, and the interpreter refuses to read thousands.
        if len(index[0]) < 16 and -_INT4 <= int(index[0]) < _INT4:
            return int(index[0])
        scanner.at = start
        raise scanner.unexpected("an index of 32 bits")
    if scanner.peek('""'):
        scanner.at += 2
        return ""
    if scanner.peek('"'):
        return scanner.name("a key")
    key = scanner.take(_KEY)
    if key is None or not key[0].strip(" "):
        scanner.at = start
        raise scanner.unexpected("a key or an index")
    return key[0].strip(" ")


def read_names(text: str, what: str, limits: Limits) -> tuple[str, ...]:
    """The names of `columns=` and `on_conflict=`, each once, in their order."""
    scanner = Scanner(text, what)
    names = [scanner.name("a column")]
    while scanner.accept(","):
        check(len(names) + 1, limits.columns, f"names in {what}", "MAX_COLUMNS")
        names.append(scanner.name("a column"))
        scanner.skip()
    scanner.finish('"," or the end')
    return tuple(dict.fromkeys(names))


class Kind(enum.Enum):
    """What a parameter is; the values are the reserved names."""

    FILTER = ""
    SELECT = "select"
    COLUMNS = "columns"
    ON_CONFLICT = "on_conflict"
    ORDER = "order"
    LIMIT = "limit"
    OFFSET = "offset"
    AND = "and"
    OR = "or"


_ROOT_ONLY = {kind.value: kind for kind in (Kind.SELECT, Kind.COLUMNS, Kind.ON_CONFLICT)}
_EMBEDDABLE = {kind.value: kind for kind in (Kind.ORDER, Kind.LIMIT, Kind.OFFSET, Kind.AND, Kind.OR)}


@dataclass(frozen=True, slots=True)
class Parameter:
    """The name of a parameter, read: `a.b.not.or`, `a.b.order`, `a.column->key`."""

    kind: Kind
    path: EmbedPath
    field: Field
    negated: bool = False
    quoted: bool = False


def read_parameter(raw: str, limits: Limits) -> Parameter:
    """Read a parameter's name, still percent-encoded.

    Raises:
        QueryError: it is no name, or an embed path nested too deeply.
    """
    return _cached(raw, limits) if len(raw) <= CACHED_TEXT else _read(raw, limits)


def _read(raw: str, limits: Limits) -> Parameter:
    scanner = Scanner(decode(raw), "parameter name")
    names = [(scanner.name("a column"), scanner.quoted)]
    while scanner.accept("."):
        # Behind the embeds a "not" and a column or keyword.
        check(len(names) - 1, limits.embed_depth, "names in an embed path", "MAX_EMBED_DEPTH")
        names.append((scanner.name(), scanner.quoted))
    steps = read_steps(scanner, limits)
    scanner.finish('".", "->" or "="')
    (name, quoted), above = names[-1], names[:-1]
    kind = Kind.FILTER if quoted or steps else _kind(name, root=not above)
    negated = kind in (Kind.AND, Kind.OR) and ("not", False) in above
    path = tuple(embed for embed, quoted in above if not negated or quoted or embed != "not")
    return Parameter(kind, path, Field(name, steps), negated, quoted)


def _kind(name: str, *, root: bool) -> Kind:
    return _EMBEDDABLE.get(name) or (_ROOT_ONLY.get(name, Kind.FILTER) if root else Kind.FILTER)


_cached = lru_cache(maxsize=1024)(_read)
