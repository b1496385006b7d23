"""What a document says in words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from service.catalog.model import Kind
from service.rest.terms import AGGREGATES, OPERATORS, Group, Operator

MEANINGS = {
    "eq": "equals",
    "neq": "does not equal",
    "gt": "is greater",
    "gte": "is greater or equal",
    "lt": "is less",
    "lte": "is less or equal",
    "isdistinct": "differs, NULL being a value like others",
    "like": "matches a pattern, in which `*` stands for any text",
    "ilike": "the same in any letter case",
    "match": "matches a regular expression",
    "imatch": "the same in any letter case",
    "in": "is one of a list: `in.(1,2,3)`",
    "is": "is `null`, `not_null`, `true`, `false` or `unknown`",
    "fts": "has the words of a search expression; `fts(english)` names the language",
    "plfts": "has all the words",
    "phfts": "has the words in this order",
    "wfts": "has the words, written as for a search engine",
    "cs": "contains",
    "cd": "is contained in",
    "ov": "has something in common with",
    "sl": "lies before the range",
    "sr": "lies after the range",
    "nxr": "does not reach beyond the range",
    "nxl": "does not begin before the range",
    "adj": "borders on the range",
}
"""Of each operator, what is true of a value that it finds."""

_ANY = {Group.COMPARISON, Group.SET, Group.IS}
_GROUPS: dict[Kind, set[Group]] = {
    Kind.TEXT: _ANY | {Group.PATTERN, Group.REGEX, Group.FULL_TEXT},
    Kind.JSON: {Group.COMPARISON, Group.IS, Group.CONTAINMENT},
    Kind.ARRAY: {Group.COMPARISON, Group.IS, Group.CONTAINMENT},
    Kind.RANGE: {Group.COMPARISON, Group.IS, Group.CONTAINMENT, Group.RANGE},
    Kind.TSVECTOR: {Group.FULL_TEXT, Group.IS},
}
"""What suits a column's values, where it is not `_ANY`; the others are not refused here, but by the database."""

_ANYTHING = r"[\s\S]*"  # a dot would not take the end of a line


def operators(groups: Iterable[Group]) -> list[Operator]:
    """The operators of these groups, in their order."""
    wanted = frozenset(groups)
    return [each for each in OPERATORS.values() if each.group in wanted]


@cache
def suiting(kind: Kind, offered: frozenset[Group]) -> str:
    """The names of the operators that suit a column's values, as a list in words."""
    return ", ".join(each.name for each in operators(offered & _GROUPS.get(kind, _ANY)))


def filter_pattern(offered: frozenset[Group]) -> str:
    """What a filter looks like, as a regular expression: the operator, and the form of its value where it has one."""
    every = operators(offered)
    quantified = "|".join(each.name for each in every if each.quantifiable)
    searching = "|".join(each.name for each in every if each.group is Group.FULL_TEXT)
    plain = "|".join(each.name for each in every if each.group not in (Group.FULL_TEXT, Group.SET, Group.IS))
    forms = [
        rf"({plain})\.",
        rf"({quantified})\((any|all)\)\.\{{{_ANYTHING}\}}$",
        rf"in\.\({_ANYTHING}\)$",
        r"is\.[A-Za-z_]+$",
    ]
    if searching:
        forms.append(rf"({searching})(\([^()]+\))?\.")
    return rf"^(not\.)?({'|'.join(forms)})"


def guide(offered: frozenset[Group], *, max_rows: int | None, aggregates: bool, writes: bool) -> str:
    """How tables are read and written, for whoever reads the document first."""
    rows = "\n".join(f"| `{each.name}` | {MEANINGS[each.name]} |" for each in operators(offered))
    quantifiable = ", ".join(f"`{each.name}`" for each in operators(offered) if each.quantifiable)
    most = f" An answer has {max_rows} rows at most." if max_rows else ""
    return f"""Each table and view is a path, in the URL dialect of PostgREST.

A column's name is a parameter, an operator and a value are what it takes: `?price=gte.10&name=like.A*`. All conditions
must hold; `or=(price.lt.5,stock.is.null)` asks for one of several. `not.` negates: `name=not.eq.nut`.
`select` chooses columns, and related rows in brackets: `select=name,parent:nodes(name)`. `order=price.desc,name` sorts,
`limit` and `offset` choose a page.{most}{_about_aggregates() if aggregates else ""}

| operator | finds a value that |
|---|---|
{rows}

{quantifiable} take several values at once: `eq(any).{{1,2}}`, `like(all).{{a*,*z}}`.{_WRITING if writes else ""}"""


_WRITING = """

`POST` adds rows, `PATCH` changes and `DELETE` deletes those that the filters find, `PUT` adds or changes the one that
the primary key names. The body is JSON, CSV or a form. `Prefer: return=representation` has the rows sent back, in the
columns of `select` and the order of `order`."""


def _about_aggregates() -> str:
    names = ", ".join(f"`{name}()`" for name in sorted(AGGREGATES))
    return f" {names} in `select` sum rows up: `select=kind,price.avg()`."
