"""What not all rows can be made into: a map's features, and the plain values of one column."""

from __future__ import annotations

from service.catalog.model import Catalog, Kind, Relation
from service.rest.plan.names import resolve_relation, resolve_schema
from service.rest.plan.terms import Form
from service.rest.terms import STAR, Asked, SelectField

_OLD_COUNT = "count"  # `select=count` is `count()` where there is no such column


def can_make(form: Form, asked: Asked, catalog: Catalog) -> bool:
    """Whether what is asked for can be made into `form`.

    A column that does not exist can be made into anything: that it does not exist is what the caller is to be told.

    Raises:
        ProfileError, UnknownRelationError: there is no such schema or relation.
    """
    if form is Form.FEATURES:
        return catalog.geojson is not None
    if _only_value(asked) is None:
        return False
    relation = resolve_relation(catalog, resolve_schema(catalog, asked.profile), asked.relation)
    return can_make_value(form, asked, relation)


def can_make_value(form: Form, asked: Asked, relation: Relation) -> bool:
    """Whether what is selected of `relation` is one value that can be made into `form`."""
    value = _only_value(asked)
    return value is not None and (form is not Form.BYTES or _is_bytes(value, relation))


def _only_value(asked: Asked) -> SelectField | None:
    """What is selected, if it is one value and no relation."""
    only = asked.read.select[0] if len(asked.read.select) == 1 else None
    return only if isinstance(only, SelectField) and only != STAR else None


def _is_bytes(value: SelectField, relation: Relation) -> bool:
    if value.field is None or value.field.path or value.aggregate is not None:
        return False
    if value.cast is not None:
        return value.cast.casefold() == "bytea"
    name = value.field.name
    column = relation.columns.get(name)
    if column is None and name in relation.computed:
        column = relation.computed[name].column
    return name != _OLD_COUNT if column is None else column.kind is Kind.BLOB
