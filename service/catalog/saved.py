"""Saved functions: statements kept in files, held against the database. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from service.catalog.holes import Query
from service.catalog.model import Column, Parameter, Relation, RelationKind, Routine, Volatility
from service.catalog.saved_file import SavedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRoutine(Routine):
    """A statement kept in a file, which is called like a function.

    Args:
        query: the statement, its holes called like the parameters.
        defaults: what stands in where no argument is given, as text; None is NULL.
        role: who alone may call it; None for everybody.
    """

    query: Query
    defaults: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    role: str | None = None


def routine_of(
    file: SavedFile, schema: str, parameters: Mapping[str, Column], columns: tuple[Column, ...] | None
) -> SavedRoutine:
    """The routine that a file is.

    Args:
        parameters: their types as the database has them.
        columns: of the rows that it gives; None where it gives none.
    """
    result = None
    if columns is not None:
        shown = MappingProxyType({column.name: column for column in columns})
        result = Relation(schema, file.name, RelationKind.RESULT, shown, comment=file.description, plain=False)
    return SavedRoutine(
        schema=schema,
        name=file.name,
        parameters=tuple(
            Parameter(parameters[name], required=not declared.optional) for name, declared in file.parameters.items()
        ),
        result=result,
        returns_set=columns is not None,
        volatility=Volatility.STABLE if file.readonly else Volatility.VOLATILE,
        comment=file.description,
        query=file.query,
        defaults=MappingProxyType(
            {name: declared.default for name, declared in file.parameters.items() if declared.optional}
        ),
        role=file.role,
    )


def twice(names: Sequence[str]) -> str | None:
    """A name that there is more than once; None if there is none."""
    return next((name for number, name in enumerate(names) if name in names[:number]), None)
