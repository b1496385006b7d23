"""PostgreSQL's functions as what can be called: their parameters, and what they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from service.catalog.model import Column, Parameter, Relation, RelationKind, Result, Routine, Routines, Volatility
from service.database.hoisted import OF_FUNCTIONS
from service.database.postgresql.types import Types

# A domain may be over another, and over a table's row type. Trigger functions and polymorphic ones, and those that
# take or give what only PostgreSQL's own code can, have pseudo-types: `void` and `record` are the two that are of use.
ROUTINES = """
    select n.nspname::text as schema, p.proname::text as name,
        p.pronargs as taken, p.pronargdefaults as defaulted, p.provariadic <> 0 as variadic,
        p.proretset as is_set, p.provolatile::text as volatility, s.description as comment,
        coalesce(p.proargnames, '{}'::text[]) as names,
        coalesce(p.proconfig, '{}'::text[]) as settings,
        coalesce(p.proargmodes::text[], '{}'::text[]) as modes,
        coalesce(p.proallargtypes, p.proargtypes::oid[])::int8[] as types,
        array(select format_type(a.type, -1)
            from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality a(type, place)
            order by a.place) as printed,
        case when p.pronargdefaults > 0 then
            array(select pg_get_function_arg_default(p.oid, place::int4)
                from generate_series(1, cardinality(coalesce(p.proallargtypes, p.proargtypes::oid[]))) place
                order by place)
        else '{}'::text[] end as defaults,
        p.prorettype::int8 as type, format_type(p.prorettype, -1) as gives,
        b.typname::text = 'void' as is_void, b.typrelid::int8 as relation,
        rn.nspname::text as to_schema, r.relname::text as to_relation
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace and n.nspname = any($1::text[])
    cross join lateral (
        with recursive base as (
            select t.* from pg_type t where t.oid = p.prorettype
            union all
            select t.* from base join pg_type t on t.oid = base.typbasetype where base.typtype = 'd'
        )
        select * from base where typtype <> 'd'
    ) b
    left join pg_class r on r.oid = b.typrelid
    left join pg_namespace rn on rn.oid = r.relnamespace
    left join pg_description s on s.classoid = 'pg_proc'::regclass and s.objoid = p.oid and s.objsubid = 0
    where p.prokind = 'f' and (b.typtype <> 'p' or b.typname in ('void', 'record'))
        and not exists (select from unnest(p.proargtypes) a(type) join pg_type t on t.oid = a.type and t.typtype = 'p')
    order by n.nspname, p.proname, p.oid
"""

# `$1` is some row types' relations.
ATTRIBUTES = """
    select a.attrelid::int8 as relation, a.attname::text as name, a.atttypid::int8 as type, a.atttypmod as modifier,
        format_type(a.atttypid, a.atttypmod) as printed, false as not_null, false as generated,
        null::text as initial, s.description as comment
    from pg_attribute a
    left join pg_description s on s.classoid = 'pg_class'::regclass and s.objoid = a.attrelid and s.objsubid = a.attnum
    where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
    order by a.attrelid, a.attnum
"""

_VOLATILITY = {"i": Volatility.IMMUTABLE, "s": Volatility.STABLE, "v": Volatility.VOLATILE}
_TAKEN = ("i", "b", "v")
_GIVEN = ("o", "b", "t")


def types_of(rows: list[Any]) -> Iterator[int]:
    """The numbers of all types that functions take and give."""
    for row in rows:
        yield row["type"]
        yield from row["types"]


class Callables:
    """Makes routines.

    Args:
        types: with all that functions take and give.
        relations: the exposed ones.
        columns: of the other row types that functions give, by the types' relation.
    """

    def __init__(
        self,
        types: Types,
        relations: Mapping[tuple[str, str], Relation],
        columns: Mapping[int, Mapping[str, Column]],
    ) -> None:
        self._types = types
        self._relations = relations
        self._columns = columns

    def all(self, rows: list[Any]) -> Routines:
        """All of them, by schema and name.

        Args:
            rows: of `ROUTINES`.
        """
        found: dict[tuple[str, str], tuple[Routine, ...]] = {}
        for row in rows:
            place = row["schema"], row["name"]
            found[place] = (*found.get(place, ()), self._routine(row))
        return MappingProxyType(found)

    def _routine(self, row: Any) -> Routine:
        return Routine(
            schema=row["schema"],
            name=row["name"],
            parameters=tuple(self._parameters(row)),
            result=self._result(row),
            returns_set=row["is_set"],
            volatility=_VOLATILITY[row["volatility"]],
            comment=row["comment"],
            settings=tuple(_settings(row)),
        )

    def _parameters(self, row: Any) -> Iterator[Parameter]:
        first_default = row["taken"] - row["defaulted"]
        defaults = row["defaults"]
        taken = [place for place, mode in enumerate(_modes(row)) if mode in _TAKEN]
        for number, place in enumerate(taken):
            optional = number >= first_default
            default = defaults[place] if optional and defaults else None
            column = self._column(_name(row, place), row["types"][place], row["printed"][place], default)
            yield Parameter(column, not optional, row["variadic"] and place == taken[-1])

    def _result(self, row: Any) -> Result:
        if row["is_void"]:
            return None
        given = [place for place, mode in enumerate(_modes(row)) if mode in _GIVEN]
        if row["relation"]:
            return self._rows(row)
        if not given or (len(given) == 1 and not _name(row, given[0])):
            return self._column(row["name"], row["type"], row["gives"], None)
        names = [_name(row, place) or f"column{number}" for number, place in enumerate(given, 1)]
        columns = {
            name: self._column(name, row["types"][place], row["printed"][place], None)
            for name, place in zip(names, given, strict=True)
        }
        return _result_of(row["schema"], row["name"], columns)

    def _rows(self, row: Any) -> Relation:
        known = self._relations.get((row["to_schema"], row["to_relation"]))
        if known is not None:
            return known
        return _result_of(row["to_schema"], row["to_relation"], self._columns.get(row["relation"], {}))

    def _column(self, name: str, type_: int, printed: str, default: str | None) -> Column:
        known = self._types[type_]
        return Column(
            name=name,
            type=printed,
            cast=known.cast,
            kind=known.kind,
            element=known.element,
            nullable=not known.not_null,
            default=default,
            enum=known.labels,
            max_length=known.max_length(-1),
        )


def _result_of(schema: str, name: str, columns: Mapping[str, Column]) -> Relation:
    return Relation(schema, name, RelationKind.RESULT, MappingProxyType(dict(columns)), plain=False)


def _settings(row: Any) -> Iterator[tuple[str, str]]:
    for setting in row["settings"]:
        name, _, value = setting.partition("=")
        if name.lower() in OF_FUNCTIONS:
            yield name.lower(), value


def _modes(row: Any) -> list[str]:
    return row["modes"] or ["i"] * len(row["types"])


def _name(row: Any, place: int) -> str:
    names: list[str] = row["names"]
    return names[place] if place < len(names) else ""
