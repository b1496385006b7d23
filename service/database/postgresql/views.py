"""Which column of which table a view's columns show, from the trees that PostgreSQL keeps views' queries as.

A tree is text: nodes in braces, names escaped by backslashes. PostgreSQL notes at each column of a query which column
of which relation it is, if it is one unchanged, through subqueries and WITH; that is all that is read here. The nodes'
other fields differ from version to version, these have been there in all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from service.catalog.model import Origin


class Place(NamedTuple):
    """A column by the numbers that PostgreSQL has for it."""

    relation: int
    column: int


_ESCAPED = re.compile(r"\\.", re.DOTALL)
_LIST = re.compile(r" :targetList ")
_ENTRY = re.compile(r" :resno (\d+) :resname \S* :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (\d+) ")


def shown_columns(tree: str) -> dict[int, Place]:
    """The columns of a query that are columns of relations, by their numbers.

    Args:
        tree: of a view's rule, as text. One that is not understood has none.
    """
    text = _ESCAPED.sub("", tree) if "\\" in tree else tree
    found: dict[int, Place] = {}
    # The query's own fields are one level of braces deep, its columns' two; what is deeper is a subquery's.
    start, depth = 0, 0
    for fields in _LIST.finditer(text):
        depth += _opened(text, start, fields.start())
        start = fields.start()
        if depth == 1:
            break
    for entry in _ENTRY.finditer(text, start):
        depth += _opened(text, start, entry.start())
        start = entry.start()
        number, relation, column = map(int, entry.groups())
        if depth == 2 and relation and column > 0:
            found[number] = Place(relation, column)
    return found


def _opened(text: str, start: int, end: int) -> int:
    return text.count("{", start, end) - text.count("}", start, end)


class Origins:
    """The origins of views' columns; chains of views are followed to the tables.

    Args:
        shown: by view and column number, the columns that the views show.
        names: the schemas and names of tables.
        columns: the names of columns.
    """

    def __init__(
        self,
        shown: Mapping[int, Mapping[int, Place]],
        names: Mapping[int, tuple[str, str]],
        columns: Mapping[Place, str],
    ) -> None:
        self._shown = shown
        self._names = names
        self._columns = columns

    def of(self, view: int) -> dict[str, Origin]:
        """By the names of the view's columns."""
        found = {}
        for number, place in self._shown.get(view, {}).items():
            name, origin = self._columns.get(Place(view, number)), self._origin(place)
            if name is not None and origin is not None:
                found[name] = origin
        return found

    def _origin(self, place: Place) -> Origin | None:
        passed: set[Place] = set()
        while place.relation in self._shown:
            # Views can be made to go round in a circle, which fails only when they are read.
            next_place = self._shown[place.relation].get(place.column)
            if next_place is None or place in passed:
                return None
            passed.add(place)
            place = next_place
        table, column = self._names.get(place.relation), self._columns.get(place)
        return None if table is None or column is None else Origin(*table, column)
