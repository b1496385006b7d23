"""Writes on SQLite, which gives back the rows that a statement has changed, but lets nothing be made of them.

So a write gives back the rows' numbers, and what is wanted of the rows is read by these in the same transaction. Of
rows that are to be deleted it is read before. Values are put in one row at a time, each converted by its column's type:
SQLite would store anything anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from sqlalchemy import (
    FromClause,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    literal_column,
    quoted_name,
    select,
    types,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from service.catalog.model import Column, Kind, Relation, RelationKind
from service.errors import NotImplementedHereError
from service.rest.plan.narrowed import check_of, may_change, rows_of, whole
from service.rest.plan.terms import Form, Node
from service.rest.plan.write import Action, Returns, WritePlan
from service.rest.sql.source import Expression, Scope, Source, relation_table
from service.rest.sql.sqlite import SqliteBuilder
from service.rest.sql.sqlite_stored import stored
from service.rest.sql.sqlite_values import converter
from service.rest.sql.statement import Procedure, Statement

_ONE: Expression = literal_column("1")
_VIRTUAL = (RelationKind.FULL_TEXT_TABLE, RelationKind.VIRTUAL_TABLE)
"""They number a row after it was given back, and of what is changed or deleted give nothing back."""
_MERGES: Expression = literal_column("pg_merge()")
"""True, and counted: what tells rows that were there already from new ones."""
_UNSEEN: Expression = literal_column("pg_unseen()")
"""An error: what would be merged with is none of the caller's rows."""
_MERGED = Statement("SELECT pg_merges()", ())
_NEW_KEY = Statement("SELECT last_insert_rowid()", ())
_NO_MERGES = Statement("SELECT 1 WHERE pg_merges() < 0", ())


def build_procedure(plan: WritePlan) -> Procedure:
    """All that a write takes.

    Raises:
        NotImplementedHereError: the rows cannot be told apart, so none can be given back.
    """
    write, relation = plan.write, plan.write.relation
    reads = plan.returns is Returns.ROWS or (plan.returns is Returns.KEY and bool(relation.primary_key))
    rows = _Writer(plan).rows_written() if reads else None
    checks = write.action is not Action.DELETE and bool(check_of(relation))
    check = _Writer(plan).check() if checks else None
    reads = reads or checks
    if write.action is Action.INSERT:
        insert_of = partial(_insert_of, plan, reads)
        names = tuple(column.name for column in write.columns)
        merges = (_NO_MERGES, _MERGED) if write.merge and write.conflict else None
        new_key = _NEW_KEY if reads and relation.kind in _VIRTUAL else None
        each = insert_of if write.defaults else None
        return Procedure(insert_of(names), rows, insert=each, merges=merges, new_key=new_key, check=check)
    # Rows are read before they are deleted.
    is_delete = write.action is Action.DELETE
    finds = (reads and is_delete) or relation.kind in _VIRTUAL
    find = _Writer(plan).find() if finds else None
    change = _Writer(plan).delete(found=finds) if is_delete else _Writer(plan).update(reads, found=finds)
    return Procedure(change, rows, find=find, reads_first=is_delete, check=check)


def _insert_of(plan: WritePlan, reads: bool, names: tuple[str, ...]) -> Statement:
    return _Writer(plan).insert(names, reads)


class _Writer(SqliteBuilder):
    """Builds one of the statements; made anew for each."""

    def __init__(self, plan: WritePlan) -> None:
        super().__init__()
        self.of = plan
        self.plan = plan.read
        self.write_plan = plan.write

    # Changes

    def insert(self, names: Sequence[str], reads: bool) -> Statement:
        """Puts one row in: its values in the order of `names`, and behind them those of the request."""
        write = self.write_plan
        target = relation_table(write.relation)
        known = {column.name: column for column in write.columns}
        columns = [known[name] for name in names]
        values = [self._value(number, column) for number, column in enumerate(columns)]
        change: Any = insert(target)  # type: ignore[arg-type]  # SQLAlchemy inserts into any clause
        if write.identified:
            rows = select(*values)
            for of, slot in write.identified:
                given = self.binds.value(len(names) + slot, converter(of.kind), types.NULLTYPE)
                rows = rows.where(values[columns.index(of)] == given)
            change = change.from_select([target.c[name] for name in names], rows)
        elif not names and write.conflict:  # beside DEFAULT VALUES SQLite takes no ON CONFLICT
            column = next(each for each in whole(write.relation).columns.values() if not each.generated)
            change = change.values({target.c[column.name]: literal_column(f"({column.default or 'NULL'})")})
        else:  # without a name all are defaults
            change = change.values({target.c[name]: value for name, value in zip(names, values, strict=True)})
        change = self._on_conflict(change, target)
        if not (reads and write.relation.kind in _VIRTUAL):
            change = change.returning(self._key(write.relation) if reads else _ONE)
        return self.binds.compile(change, self.dialect)

    def _on_conflict(self, change: Any, target: FromClause) -> Any:
        write = self.write_plan
        if not write.conflict:
            return change
        key = [quoted_name(name, quote=True) for name in write.conflict]
        if not (write.merge and write.columns):  # of a row without values there is nothing to merge
            return change.on_conflict_do_nothing(index_elements=key)
        merged = {  # where not given, the default
            target.c[of.name]: (change.excluded if may_change(write.relation, of.name) else target.c)[of.name]
            for of in write.columns
        }
        return change.on_conflict_do_update(index_elements=key, set_=merged, where=self._merges(target))

    def _merges(self, target: FromClause) -> Expression:
        """True, and counted; of a row that is not there for who asks it ends the statement."""
        relation = self.write_plan.relation
        if not rows_of(relation):
            return _MERGES
        return case((and_(*self.visible(Source(relation, target))), _MERGES), else_=_UNSEEN)

    def update(self, reads: bool, *, found: bool) -> Statement:
        write = self.write_plan
        target = self._changed_table.table
        values: Any = {target.c[of.name]: self._changed(number, of) for number, of in enumerate(write.columns)}
        change: Any = update(target).values(values)  # type: ignore[arg-type]  # as above
        if found:
            change = change.where(self._is_found(target, write.first_value + 2 * len(write.columns)))
        else:
            change = change.where(*self._where()).returning(self._key(write.relation) if reads else _ONE)
        return self.binds.compile(change, self.dialect)

    def delete(self, *, found: bool) -> Statement:
        target = self._changed_table.table
        change: Any = delete(target)  # type: ignore[arg-type]  # as above
        if found:
            change = change.where(self._is_found(target, self.write_plan.first_value))
        else:
            change = change.where(*self._where()).returning(_ONE)
        return self.binds.compile(change, self.dialect)

    def find(self) -> Statement:
        """The keys of the rows that are to be changed."""
        target = self._changed_table.table
        rows = select(self._key(self.write_plan.relation)).select_from(target).where(*self._where())
        return self.binds.compile(rows, self.dialect)

    def _changed(self, number: int, column: Column) -> Expression:
        """What a column is changed to: behind the values of all columns it stands for each whether there is one."""
        write = self.write_plan
        value = self._value(write.first_value + number, column)
        if not write.defaults or column.default is None:
            return value
        is_given = self.binds.value(write.first_value + len(write.columns) + number, type_=types.NULLTYPE)
        return case((is_given, value), else_=literal_column(f"({column.default})"))

    def _value(self, slot: int, column: Column) -> Expression:
        return self.binds.value(slot, stored(column, textual=self.write_plan.textual), types.NULLTYPE)

    @cached_property
    def _changed_table(self) -> Source:
        """The relation under another name; a view under its own, for SQLite knows no other where it changes one."""
        relation = self.write_plan.relation
        table = relation_table(relation)
        if relation.kind is RelationKind.VIEW:
            return Source(relation, table, self._quoted(relation.name))
        return Source(relation, table.alias("t0"), "t0")

    def _where(self) -> list[Expression]:
        with self.within(Scope([self._changed_table], self._changed_table.table)):
            conditions = [self.condition(condition) for condition in self.write_plan.where]
        return [*self.visible(self._changed_table), *conditions]

    # What is read of the rows

    def rows_written(self) -> Statement:
        """The rows whose keys are one JSON array, the first value behind the request's own."""
        if self.of.returns is Returns.KEY:
            return self._key_written()
        rows, cells = self.rows(self.plan.node)
        if self.plan.form in (Form.LINES, Form.CSV):
            line = self.lines(rows, cells).subquery("_line")
            text = cast(func.group_concat(literal_column("_line.line"), literal_column("char(10)")), types.BLOB())
            answer = select(text.label("body"), func.count().label("page_total")).select_from(line)
        else:
            answer = self.body(rows, cells)
        found = self.binds.compile(answer, self.dialect)
        return replace(found, keys=tuple(cell.key for cell in cells), binary=self.plan.form is Form.BYTES)

    def _key_written(self) -> Statement:
        scope = self._root(self.plan.node)
        parts = [cast(scope.sources[0].column(name), Text) for name in self.write_plan.relation.primary_key]
        key = func.json_array(*parts).label("key")
        nothing: list[Expression] = [literal_column("NULL").label("body"), literal_column("0").label("page_total")]
        rows = select(*nothing, key).select_from(scope.clause).where(*scope.where)
        return self.binds.compile(rows, self.dialect)

    def check(self) -> Statement:
        """How many of the rows whose keys are one JSON array, as above, are not seen to be as they must be: also those
        that are not found again, since a trigger has changed their keys or JSON has not all of a REAL's digits."""
        relation = self.write_plan.relation
        source = Source(relation, relation_table(relation).alias("t0"), "t0")
        fulfilled = self.restricted(source, check_of(relation))
        good = exists(select(_ONE).select_from(source.table).where(_is_key(relation), *fulfilled))
        rows = select(func.count()).select_from(self._keys(self.write_plan.first_value)).where(~good)
        return self.binds.compile(rows, self.dialect)

    def _root(self, node: Node) -> Scope:
        relation = self.write_plan.relation
        source = Source(relation, relation_table(relation).alias("t0"), "t0")
        keys = self._keys(self.write_plan.first_value)
        return Scope([source], keys.join(source.table, _is_key(relation)), self.visible(source))

    def _order(self, node: Node) -> Iterator[Expression]:
        yield from super()._order(node)
        if node is self.plan.node:  # as they were written
            yield literal_column("_key.key")

    def _is_found(self, target: FromClause, slot: int) -> Expression:
        relation, keys = self.write_plan.relation, self._keys(slot)
        if relation.row_id is not None:
            row_id: Expression = literal_column(f"t0.{relation.row_id}")
            return row_id.in_(select(literal_column("_key.value")).select_from(keys))
        return exists(select(_ONE).select_from(keys).where(_is_key(relation)))

    def _keys(self, slot: int) -> FromClause:
        return func.json_each(self.binds.value(slot)).table_valued("key", "value", name="_key")

    def _key(self, relation: Relation) -> Expression:
        """What tells a row from all others: a number, or a JSON array."""
        if relation.row_id is not None:
            return literal_column(relation.row_id)
        columns = key_of(relation)
        if not columns:
            raise NotImplementedHereError(
                f"The rows written to {relation.name!r} have no key by which they could be read back",
                hint="Leave out 'Prefer: return=representation'.",
            )
        return func.json_array(*(literal_column(self._quoted(column.name)) for column in columns))

    def _quoted(self, name: str) -> str:
        return self.dialect.identifier_preparer.quote_identifier(name)


def key_of(relation: Relation) -> list[Column]:
    """The columns that tell a row from all others, where its number does not; none where nothing does."""
    of = whole(relation)
    columns = [of.columns[name] for name in of.primary_key]
    return [] if any(column.kind is Kind.BLOB or column.nullable for column in columns) else columns


def _is_key(relation: Relation) -> Expression:
    """Whether a row is the one that a key belongs to."""
    if relation.row_id is not None:
        return literal_column(f"t0.{relation.row_id} = _key.value")
    quote = SqliteBuilder.dialect.identifier_preparer.quote_identifier
    return and_(
        *(
            literal_column(f"t0.{quote(name)} = json_extract(_key.value, '$[{number}]')")
            for number, name in enumerate(whole(relation).primary_key)
        )
    )
