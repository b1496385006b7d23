"""Writes on PostgreSQL: one statement that changes rows and reads back what is wanted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnClause,
    FromClause,
    Function,
    Label,
    Select,
    TableValuedAlias,
    Text,
    case,
    cast,
    column,
    delete,
    func,
    literal_column,
    quoted_name,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from service.catalog.model import Column, Kind
from service.rest.plan.terms import Form
from service.rest.plan.write import Action, Returns, Write, WritePlan
from service.rest.sql.builder import Rows
from service.rest.sql.postgresql import PostgresqlBuilder, in_utf8
from service.rest.sql.postgresql_conditions import Named
from service.rest.sql.postgresql_conditions import quoted as text_constant
from service.rest.sql.source import WRITTEN, Expression, Scope, Source, Written, relation_table
from service.rest.sql.statement import Statement

_SO_FAR = "coalesce(nullif(current_setting('poolgate.updated', true), ''), '0')::int8"
_COUNTED: Expression = literal_column(_SO_FAR)
_COUNT: Expression = literal_column(f"set_config('poolgate.updated', ({_SO_FAR} + 1)::text, true) <> ''")
"""True, and counted: what tells rows that were there already from new ones, of tables and of views."""
_FORGOTTEN: Expression = literal_column("set_config('poolgate.updated', '', true)")
"""For the transaction's next upsert; it stands behind the number, and so is asked for after it."""


class _Defaults(Insert):
    """Inserts a row of nothing but defaults for each of `rows`, which SQLAlchemy has no words for."""

    inherit_cache = False
    rows: Function[Any]


@compiles(_Defaults)
def _insert_defaults(change: _Defaults, compiler: SQLCompiler, **more: Any) -> str:
    inserted: str = compiler.visit_insert(change, **more)  # type: ignore[no-untyped-call]  # SQLAlchemy's has no types
    head, _, tail = inserted.partition(" DEFAULT VALUES")
    return f"{head} SELECT FROM {compiler.process(change.rows)}{tail}"


class PostgresqlWriter(PostgresqlBuilder):
    """Builds a write; made anew for each."""

    origin: Written

    def write(self, plan: WritePlan) -> Statement:
        """A statement of one row: `body`, `page_total`, `affected`, and `updated` or `key` where they are wanted."""
        self.plan = plan.read
        self.origin = written = Written.of(plan.write.relation)
        answer, keys = self._answer(plan)
        returned = [name for name in written.relation.columns if name in written.used]
        change = self._change(plan.write, returned)
        found = self.binds.compile(answer.add_cte(change.cte(WRITTEN)), self.dialect)
        return replace(found, keys=keys, binary=self.in_bytes)

    def _answer(self, plan: WritePlan) -> tuple[Select[Any], tuple[str, ...]]:
        """What is read of the rows that were written; built first, for it notes what has to be returned of them."""
        affected = select(func.count()).select_from(self.origin.table).scalar_subquery().label("affected")
        keys: tuple[str, ...] = ()
        if plan.returns is Returns.ROWS:
            rows, cells = self.rows(plan.read.node)
            keys = tuple(cell.key for cell in cells)
            if plan.read.form in (Form.LINES, Form.CSV):
                line = self.lines(rows, cells).subquery("_line")
                text = func.string_agg(literal_column("_line.line"), literal_column("E'\\n'"))
                answer = select(in_utf8(text).label("body"), func.count().label("page_total")).select_from(line)
            else:
                answer = self.body(rows, cells)
        else:
            answer = select(literal_column("NULL").label("body"), literal_column("0").label("page_total"))
        answer = answer.add_columns(affected)
        if plan.write.conflict and plan.write.merge:
            answer = answer.add_columns(_COUNTED.label("updated"), _FORGOTTEN.label("forgotten"))
        if plan.returns is Returns.KEY and plan.write.relation.primary_key:
            answer = answer.add_columns(self._key(plan.write))
        return self.bounded(answer) if plan.returns is Returns.ROWS else answer, keys

    def _key(self, write: Write) -> Label[Any]:
        names = write.relation.primary_key
        parts = [cast(self.origin.column(name), Text) for name in names]
        key = cast(func.json_build_array(*parts), Text)
        return select(key).select_from(self.origin.table).limit(literal_column("1")).scalar_subquery().label("key")

    def _change(self, write: Write, returned: Sequence[str]) -> Any:
        target = relation_table(write.relation)
        of: FromClause = target if write.action is Action.INSERT else target.alias("t0")
        match write.action:
            case Action.INSERT:
                change = self._insert(write, of)
            case Action.UPDATE:
                change = self._update(write, of)
            case Action.DELETE:
                change = self._delete(write, of)
        columns: list[Any] = [of.c[name] for name in returned]
        return change.returning(*(columns or [literal_column("1").label("one")]))

    def _where(self, write: Write, target: FromClause) -> list[Expression]:
        with self.within(Scope([Source(write.relation, target, "t0")], target)):
            return [self.condition(condition) for condition in write.where]

    def _insert(self, write: Write, target: FromClause) -> Any:
        change: Any = insert(target)  # type: ignore[arg-type]  # SQLAlchemy inserts into any clause
        if write.columns:
            change = change.from_select([target.c[of.name] for of in write.columns], self._rows_of(write))
        else:
            change = _Defaults(target).values({})  # type: ignore[arg-type]  # as above
            change.rows = func.json_array_elements(cast(self.binds.value(write.first_value), Named("json")))
        if not write.conflict:
            return change
        key = [quoted_name(name, quote=True) for name in write.conflict]
        if not (write.merge and write.columns):  # of a row without values there is nothing to merge
            return change.on_conflict_do_nothing(index_elements=key)
        merged: Any = {target.c[of.name]: change.excluded[of.name] for of in write.columns}
        return change.on_conflict_do_update(index_elements=key, set_=merged, where=_COUNT)

    def _rows_of(self, write: Write) -> Rows:
        """The request's body as rows."""
        body = self.binds.value(write.first_value)
        if write.defaults:
            each = func.jsonb_array_elements(cast(body, Named("jsonb"))).table_valued(column("v"))
            one = each.render_derived(name="_each")
            read = _record(func.jsonb_to_record(one.c.v), write)
            rows = select(*(_or_default(read, of, write, one.c.v) for of in write.columns)).select_from(one, read)
        else:
            read = _record(func.json_to_recordset(cast(body, Named("json"))), write)
            rows = select(*(_read(read, of, write) for of in write.columns)).select_from(read)
        for of, value in write.identified:
            rows = rows.where(_read(read, of, write) == cast(self.binds.value(value), Named(of.cast)))
        return rows

    def _delete(self, write: Write, target: FromClause) -> Any:
        return delete(target).where(*self._where(write, target))  # type: ignore[arg-type]  # as of an insert

    def _update(self, write: Write, target: FromClause) -> Any:
        body = cast(self.binds.value(write.first_value), Named("jsonb" if write.defaults else "json"))
        if write.defaults:
            read = _record(func.jsonb_to_record(body), write)
            values = [_or_default(read, of, write, body) for of in write.columns]
        else:
            read = _record(func.json_to_record(body), write)
            values = [_read(read, of, write) for of in write.columns]
        changed: Any = {target.c[of.name]: value for of, value in zip(write.columns, values, strict=True)}
        # SQLAlchemy updates any clause, and declares tables alone.
        return update(target).values(changed).where(*self._where(write, target))  # type: ignore[arg-type]


def _record(function: Function[Any], write: Write) -> TableValuedAlias:
    """A function's JSON read as a row of the columns' types."""
    columns: list[ColumnClause[Any]] = [
        column(quoted_name(of.name, quote=True), Named("text" if _is_parsed(of, write) else of.cast))
        for of in write.columns
    ]
    return function.table_valued(*columns, name="_body").render_derived(name="_body", with_types=True)


def _is_parsed(of: Column, write: Write) -> bool:
    """Whether a document comes as a text in which it has to be found."""
    return write.textual and of.kind is Kind.JSON


def _read(read: FromClause, of: Column, write: Write) -> Expression:
    value: Expression = read.c[of.name]
    return cast(value, Named(of.cast)) if _is_parsed(of, write) else value


def _or_default(read: FromClause, of: Column, write: Write, document: Expression) -> Expression:
    """The value, or where the document has none the column's default."""
    value = _read(read, of, write)
    if of.default is None:
        return value
    return case((func.jsonb_exists(document, text_constant(of.name)), value), else_=literal_column(f"({of.default})"))
