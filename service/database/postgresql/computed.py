"""Functions of a relation's row: read like its columns, or embedded like what it is related to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from typing import Any

from service.catalog.model import Column, ComputedColumn, ComputedRelationship
from service.database.postgresql.types import Types


class Computed:
    """The functions of all relations.

    Args:
        rows: of `queries.FUNCTIONS`; of several functions with one name the first counts, as on a search path.
        types: with those of the functions' results.
    """

    def __init__(self, rows: list[Any], types: Types) -> None:
        self._types = types
        self._rows: dict[int, dict[str, Any]] = defaultdict(dict)
        for row in rows:
            self._rows[row["relation"]].setdefault(row["name"], row)

    def columns(self, relation: int, stored: Container[str]) -> dict[str, ComputedColumn]:
        """Those that give one value, by name; a stored column comes before a function of its name."""
        return {
            name: ComputedColumn(self._column(row), row["schema"])
            for name, row in self._rows.get(relation, {}).items()
            if not row["is_set"] and name not in stored
        }

    def relationships(self, relation: int) -> tuple[ComputedRelationship, ...]:
        """Those that give rows of a relation, or one."""
        return tuple(
            ComputedRelationship(name, row["schema"], row["to_schema"], row["to_relation"], row["to_one"])
            for name, row in self._rows.get(relation, {}).items()
            if row["to_relation"] is not None
        )

    def _column(self, row: Any) -> Column:
        known = self._types[row["type"]]
        return Column(
            name=row["name"],
            type=row["printed"],
            cast=known.cast,
            kind=known.kind,
            element=known.element,
            generated=True,
            enum=known.labels,
            max_length=known.max_length(-1),
            comment=row["comment"],
        )
