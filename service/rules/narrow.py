"""A catalog as far as it is there for a role. What a rule names wrongly gives no right, and is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from service.catalog.model import NO_RIGHT, Catalog, Column, ForeignKey, Relation, Right
from service.errors import PoolgateError
from service.rest.plan.allowed import capabilities
from service.rest.plan.conditions import condition_on
from service.rest.plan.names import nearest
from service.rest.plan.narrowed import Conditions, Narrowed
from service.rest.plan.scope import Scope
from service.rest.plan.terms import Combination, Condition, Node, ReadPlan, Test
from service.rest.sql import build_read, can_find_written
from service.rest.terms import Page
from service.rules.condition import Said
from service.rules.file import Columns, Role, TableRule, place

_FIELDS = [each.name for each in fields(Relation)]
_RIGHTS = {"insert": Right.INSERT, "update": Right.UPDATE, "delete": Right.DELETE}


class _FaultError(Exception):
    """An entry names what there is not.

    Args:
        key: where in the entry; empty for the entry itself.
    """

    def __init__(self, key: str, clause: str) -> None:
        super().__init__(clause)
        self.key = key


@dataclass
class Narrowing:
    """A catalog being narrowed to what one role may see.

    Args:
        name: the role's.
        database: its name in SQLAlchemy.
        functions: those in Python, which no catalog has.

    Attributes:
        faults: entries that name what there is not.
    """

    name: str
    role: Role
    catalog: Catalog
    database: str
    functions: Collection[str] = ()
    faults: list[str] = field(default_factory=list)

    def narrowed(self) -> Catalog:
        """What there is for the role."""
        seen: dict[tuple[str, str], Relation] = {}
        for table, rule in self.role.tables.items():
            try:
                found = self._relation(table, rule)
            except _FaultError as fault:
                where = (self.name, "tables", table, *filter(None, [fault.key]))
                self.faults.append(f"{place(*where)}: {fault}")
            else:
                if found.rights:
                    seen[found.schema, found.name] = found
        schema = self.catalog.schemas[0]
        routines = {at: each for at, each in self.catalog.routines.items() if at[1] in self.role.functions}
        for name in sorted(self.role.functions - {at[1] for at in routines} - set(self.functions)):
            self.faults.append(f"{place(self.name, 'functions')}: there is no function {name!r}")
        return replace(
            self.catalog,
            relations=MappingProxyType({at: _with_keys(each, seen) for at, each in seen.items()}),
            hidden=MappingProxyType({}),
            routines=MappingProxyType(routines),
            callable=frozenset((schema, name) for name in self.role.functions),
            role=self.name,
        )

    def _relation(self, table: str, rule: TableRule) -> Narrowed:
        schema = self.catalog.schemas[0]
        relation = self.catalog.find(schema, table)
        if relation is None:
            names = [each.name for each in self.catalog.by_schema[schema]]
            raise _FaultError("", f"there is no table or view {table!r}{_near(table, names)}")
        read = _columns(relation, rule.read, "read")
        inserts, updates = (_written(relation, getattr(rule, key), key) for key in ("insert", "update"))
        rights = NO_RIGHT
        for right, given in (
            *((Right.READ, read), (Right.INSERT, inserts), (Right.UPDATE, updates)),
            (Right.DELETE, rule.delete),
        ):
            rights |= right if given else NO_RIGHT
        self._check_rights(relation, rule, rights)
        return Narrowed(
            **{**_as_it_is(relation), **_seen(relation, read)},
            whole=relation,
            rights=rights,
            inserts=frozenset(inserts),
            updates=frozenset(updates),
            rows=self._conditions(relation, rule.rows, "rows"),
            check=self._conditions(relation, rule.check, "check"),
        )

    def _check_rights(self, relation: Relation, rule: TableRule, rights: Right) -> None:
        for key, right in _RIGHTS.items():
            if right in rights and right not in capabilities(relation):
                raise _FaultError(key, f"the rows of this {relation.kind.value} are not written so")
        if not rights & (Right.INSERT | Right.UPDATE):
            return
        if rule.check is not None and not can_find_written(relation, self.database):
            raise _FaultError("check", "rows that are written here cannot be found again to be checked")
        if relation.replaces and (rule.rows is not None or not rule.delete):
            clause = "a row may replace others here (ON CONFLICT REPLACE); expected delete = true, and no rows"
            raise _FaultError("", clause)

    def _conditions(self, relation: Relation, said: Said | None, key: str) -> Conditions:
        if said is None:
            return ()
        try:
            conditions = tuple(_resolved(relation, each, said) for each in said.conditions)
            plan = ReadPlan(Node(relation, (), where=conditions))
            build_read(plan, self.database).arguments((), Page())  # what cannot be asked of the columns shows
        except PoolgateError as error:
            raise _FaultError(key, error.message) from None
        return conditions


def _resolved(relation: Relation, asked: Any, said: Said) -> Condition:
    def shown(_found: Any) -> Node:
        raise TypeError("a rule embeds nothing")

    return _with_values(condition_on(Scope(relation), asked, shown), said)


def _with_values(condition: Condition, said: Said) -> Condition:
    match condition:
        case Combination():
            return replace(condition, conditions=tuple(_with_values(each, said) for each in condition.conditions))
        case Test(value=int() as number):
            return replace(condition, value=said.values[number])
        case _:
            return condition


def _columns(relation: Relation, named: Columns, key: str) -> list[str]:
    if isinstance(named, bool):
        return list(relation.columns) if named else []
    for name in named:
        if name not in relation.columns:
            raise _FaultError(key, f"there is no column {name!r}{_near(name, relation.columns)}")
    return [name for name in relation.columns if name in named]


def _written(relation: Relation, named: Columns, key: str) -> list[str]:
    found = _columns(relation, named, key)
    generated = [name for name in found if relation.columns[name].generated]
    if generated and named is not True:
        raise _FaultError(key, f"the column {generated[0]!r} is generated, and so never written")
    return [name for name in found if name not in generated]


def _as_it_is(relation: Relation) -> dict[str, Any]:
    return {name: getattr(relation, name) for name in _FIELDS}


def _seen(relation: Relation, read: Collection[str]) -> dict[str, Any]:
    """What is known of a relation of which only these columns are read."""
    columns: Mapping[str, Column] = MappingProxyType({name: relation.columns[name] for name in read})

    def all_seen(key: tuple[str, ...]) -> bool:
        return all(name in columns for name in key)

    return {
        "columns": columns,
        "primary_key": relation.primary_key if all_seen(relation.primary_key) else (),
        "uniques": tuple(filter(all_seen, relation.uniques)),
        "unique_indexes": tuple(filter(all_seen, relation.unique_indexes)),
        "origins": MappingProxyType({name: of for name, of in relation.origins.items() if name in columns}),
    }


def _with_keys(relation: Relation, seen: Mapping[tuple[str, str], Relation]) -> Relation:
    return replace(relation, foreign_keys=tuple(_keys(relation, seen)))


def _keys(relation: Relation, seen: Mapping[tuple[str, str], Relation]) -> Iterator[ForeignKey]:
    """Its foreign keys both of whose ends are there."""
    for key in relation.foreign_keys:
        target = seen.get((key.to_schema, key.to_relation))
        own = all(name in relation.columns for name in key.columns)
        if own and target is not None and all(name in target.columns for name in key.to_columns):
            yield key


def _near(name: str, names: Collection[str]) -> str:
    near = nearest(name, names)
    return f"; did you mean {near!r}?" if near else ""
