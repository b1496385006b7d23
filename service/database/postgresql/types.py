"""What a PostgreSQL type means for reading, binding and writing its values as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from service.catalog.model import Kind

_BY_NAME: Mapping[str, Kind] = MappingProxyType(
    {
        **dict.fromkeys(("int2", "int4", "int8", "oid"), Kind.INTEGER),
        **dict.fromkeys(("float4", "float8"), Kind.REAL),
        "numeric": Kind.NUMERIC,
        "bool": Kind.BOOLEAN,
        **dict.fromkeys(("text", "varchar", "bpchar", "char", "name", "citext"), Kind.TEXT),
        **dict.fromkeys(("json", "jsonb"), Kind.JSON),
        "bytea": Kind.BLOB,
        "uuid": Kind.UUID,
        "date": Kind.DATE,
        **dict.fromkeys(("time", "timetz"), Kind.TIME),
        "timestamp": Kind.TIMESTAMP,
        "timestamptz": Kind.TIMESTAMP_TZ,
        "tsvector": Kind.TSVECTOR,
    }
)
_BY_TYPTYPE: Mapping[str, Kind] = MappingProxyType(
    {"r": Kind.RANGE, "m": Kind.RANGE, "c": Kind.COMPOSITE, "e": Kind.OTHER, "p": Kind.OTHER}
)

TYPES = """
    with recursive used(oid) as (
        (select a.atttypid from pg_attribute a
        join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v', 'm', 'f')
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = any($1::text[])
        where a.attnum > 0 and not a.attisdropped
        union
        select unnest($2::oid[]))
        union
        select other from used join pg_type t using (oid),
            lateral (values (t.typbasetype), (case when t.typcategory = 'A' then t.typelem else 0 end)) o(other)
        where other <> 0
    )
    select t.oid::int8 as oid, t.typname::text as name, t.typtype::text as typtype,
        (case when t.typcategory = 'A' and t.typlen = -1 then t.typelem else 0 end)::int8 as element,
        t.typbasetype::int8 as base, t.typtypmod as modifier, t.typnotnull as not_null, t.typdefault as initial,
        format_type(t.oid, -1) as cast,
        (select array_agg(e.enumlabel::text order by e.enumsortorder)
            from pg_enum e where e.enumtypid = t.oid) as labels
    from used join pg_type t using (oid)
"""
"""Every type that the schemas' columns have, and those of `$2`, with what domains and arrays are made of."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type with its domains resolved.

    Args:
        modifier: a domain's length or precision, as PostgreSQL encodes it; -1 for none.
        default: a domain's.
    """

    cast: str
    kind: Kind
    name: str
    element: Kind | None
    modifier: int
    not_null: bool
    default: str | None
    labels: tuple[str, ...]

    def max_length(self, modifier: int) -> int | None:
        """The longest text in characters, for a column's own modifier."""
        bound = modifier if modifier > 0 else self.modifier
        return bound - 4 if self.name in ("varchar", "bpchar") and bound > 0 else None


class Types:
    """The types by their number.

    Args:
        rows: of `TYPES`.
    """

    def __init__(self, rows: list[Mapping[str, object]]) -> None:
        self._rows = {row["oid"]: row for row in rows}
        self._types: dict[object, Type] = {}

    def __getitem__(self, oid: int) -> Type:
        found = self._types.get(oid)
        if found is None:
            found = self._types[oid] = self._resolve(self._rows[oid])
        return found

    def _resolve(self, row: Mapping[str, object]) -> Type:
        not_null, modifier, default = bool(row["not_null"]), -1, row["initial"]
        while row["typtype"] == "d":
            modifier = modifier if modifier > 0 else int(str(row["modifier"]))
            row = self._rows[row["base"]]
            not_null = not_null or bool(row["not_null"])
            default = row["initial"] if default is None else default
        element = self._element(row)
        name = str(row["name"])
        by_name = _BY_NAME.get(name, Kind.OTHER)
        kind = Kind.ARRAY if element else _BY_TYPTYPE.get(str(row["typtype"]), by_name)
        labels = row["labels"]
        return Type(
            cast=str(row["cast"]),
            kind=kind,
            name=name,
            element=element,
            modifier=modifier,
            not_null=not_null,
            default=None if default is None else str(default),
            labels=tuple(labels) if isinstance(labels, list) else (),
        )

    def _element(self, row: Mapping[str, object]) -> Kind | None:
        inner = self._rows.get(row["element"])
        if inner is None or row["name"] in ("int2vector", "oidvector"):  # no arrays to JSON, in spite of their category
            return None
        return self._resolve(inner).kind
