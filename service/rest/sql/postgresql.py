"""Statements for PostgreSQL, which writes JSON itself. Conditions are in `postgresql_conditions`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnClause,
    FromClause,
    Function,
    Integer,
    Text,
    case,
    cast,
    column,
    func,
    literal_column,
    quoted_name,
    select,
)
from sqlalchemy.dialects.postgresql import asyncpg

from service.catalog.model import Kind
from service.catalog.relationships import Relationship
from service.errors import AnswerTooLargeError, DatabaseError
from service.rest.plan.media import Explain
from service.rest.plan.terms import (
    Aggregate,
    Count,
    Embed,
    Form,
    Ordering,
    Output,
    ReadPlan,
    Spread,
)
from service.rest.sql.after import limited
from service.rest.sql.builder import Rows, directed
from service.rest.sql.keyset import Branch, Key, as_text
from service.rest.sql.postgresql_conditions import Named, PostgresqlConditions, quoted
from service.rest.sql.source import Expression, Source
from service.rest.sql.statement import Statement
from service.rest.sql.writer import Cell

_UNKNOWN = ("unknown", "pg_catalog.unknown")  # the only pseudo-type that passes as a type, to fail inside PostgreSQL
_LONGEST_NAME = 63  # bytes; NAMEDATALEN is 64 as it comes


class PostgresqlBuilder(PostgresqlConditions):
    dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialect constructors carry no types
    unlimited = None
    keeps_plans = True
    in_bytes = True

    def estimate(self, plan: ReadPlan) -> Statement | None:
        """The statement that asks the planner for its idea of the total."""
        if plan.count not in (Count.PLANNED, Count.ESTIMATED):
            return None
        counted = self.binds.compile(self.every(plan), self.dialect)
        return Statement(f"EXPLAIN (FORMAT JSON) {counted.text}", counted.fills)

    def explain(self, plan: ReadPlan, explain: Explain) -> Statement:
        """The statement that says how the rows would be found, or are."""
        of = self.read(plan)
        options = ["FORMAT JSON" if explain.as_json else "FORMAT TEXT", *map(str.upper, explain.options)]
        return Statement(f"EXPLAIN ({', '.join(options)}) {of.text}", of.fills)

    def cost(self, of: Statement) -> Statement | None:
        """The statement that asks the planner what it expects another one to cost."""
        return Statement(f"EXPLAIN (FORMAT JSON) {of.text}", of.fills)

    def body(self, rows: Rows, cells: Sequence[Cell]) -> Rows:
        row = rows.subquery("_row")
        total = func.count().label("page_total")
        if not self.plan.rows:
            return select(literal_column("NULL").label("body"), total).select_from(row)
        return select(self._body(row, cells).label("body"), total).select_from(row)

    def bounded(self, answer: Rows) -> Rows:
        if self.most is None:
            return answer
        made = answer.subquery("_answer")
        size = func.octet_length(made.c.body)
        # No number, which the database says with an error: what was written is undone, and the text stays where it is.
        refusal: Expression = cast(cast(func.concat(quoted(AnswerTooLargeError.marker), size), Integer), Text)
        body = case((size > literal_column(str(self.most)), in_utf8(refusal)), else_=made.c.body)
        return select(body.label("body"), *(each for each in made.c if each.name != "body"))

    def _body(self, row: FromClause, cells: Sequence[Cell]) -> Expression:
        match self.plan.form:
            case Form.FEATURES:
                feature = cast(
                    _function(self.plan.geojson or "", "st_asgeojson", literal_column("_row.*")), Named("json")
                )
                parts: Iterator[Expression] = map(literal_column, ("'type'", "'FeatureCollection'", "'features'"))
                features = func.coalesce(func.json_agg(feature), literal_column("'[]'"))
                return func.json_send(func.json_build_object(*parts, features))
            case Form.TEXT:
                lines = func.string_agg(func.concat(row.c[cells[0].label]), literal_column("E'\\n'"))
                return in_utf8(func.coalesce(lines, literal_column("''")))
            case Form.BYTES:
                value = cast(row.c[cells[0].label], Named("bytea"))
                return func.coalesce(func.string_agg(value, literal_column("''::bytea")), literal_column("''::bytea"))
            case _:
                return self.array(_item(cells))

    def array(self, item: Expression) -> Expression:
        """The items as one JSON array, in UTF-8. By `json_send`, for a cast to text copies a document three times."""
        return func.json_send(func.coalesce(self._written(func.json_agg(item)), literal_column("'[]'")))

    def sort_keys(self, ordering: Ordering) -> list[Key]:
        value = self.target(ordering.target)
        term = directed(value, ordering)
        # Not IS NULL, which a row of nulls is as well; indexes know the two for the same.
        absent = value.op("IS NOT DISTINCT FROM", is_comparison=True)(literal_column("NULL"))
        return [Key(ordering, value, term, term, absent)]

    def sort_again(self, key: Key, value: Expression) -> Expression:
        return directed(value, key.ordering)

    def key_out(self, value: Expression) -> Expression:
        return cast(value, Text)

    def key_in(self, key: Key, slot: int) -> Expression:
        return cast(self.binds.value(slot, as_text), Named(self._type(key.ordering.target)))

    def left_over(self, part: Rows, branch: Branch, keys: Sequence[Key], most: Expression, left: Expression) -> Rows:
        # Within a limit that is known: by one that is not, a tenth of all rows would be planned for.
        within = limited(part, most).subquery(self.alias("b"))
        rows: Rows = select(literal_column("*")).select_from(within)
        return limited(rows.order_by(*self.again(keys, within.name, branch.equal)), left)

    def lines(self, rows: Rows, cells: Sequence[Cell]) -> Rows:
        row = rows.subquery("_row")
        if self.plan.form is Form.CSV:
            line: Expression = literal_column("''")  # not concat_ws: a function takes a hundred arguments
            for number, cell in enumerate(cells):
                field = _csv(row.c[cell.label], cell)
                line = line.concat(literal_column("','")).concat(field) if number else field
        else:
            # A document's own line breaks are white space: those in its strings are escaped.
            line = func.replace(cast(_object(cells), Text), literal_column("E'\\n'"), literal_column("' '"))
        return select(line.label("line")).select_from(row)

    def _written(self, value: Expression) -> Expression:
        return func.json_strip_nulls(value) if self.plan.form is Form.STRIPPED else value

    def label(self, key: str, number: int) -> Any:
        return _name(key)

    def value(self, output: Output) -> Expression:
        expression = self._path(output.target)
        return expression if output.cast is None else _cast(expression, output.cast)

    def aggregate(self, aggregate: Aggregate, argument: Expression | None) -> Expression:
        function = getattr(func, aggregate.function)
        found: Expression = function() if argument is None else function(argument)
        return found

    def cast_result(self, aggregate: Aggregate, value: Expression) -> Expression:
        return value if aggregate.result_cast is None else _cast(value, aggregate.result_cast)

    def as_array(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        array = func.coalesce(func.json_agg(_item(cells)), literal_column("'[]'"))
        return select(array).select_from(rows.subquery("_row")).scalar_subquery()

    def as_object(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        return select(_object(cells)).select_from(rows.subquery("_row")).scalar_subquery()

    def as_columns(self, rows: Rows, cells: Sequence[Cell]) -> Expression:
        row = rows.subquery("_row")
        columns = [func.coalesce(func.json_agg(row.c[cell.label]), literal_column("'[]'")) for cell in cells]
        return select(func.json_build_array(*columns)).select_from(row).scalar_subquery()

    def made(self, rows: Rows, name: str) -> FromClause:
        return rows.offset(literal_column("0")).subquery(name)

    def element(self, array: Expression, index: int) -> Expression:
        return array.op("->")(literal_column(str(index)))

    def groupable(self, value: Expression, output: Output | Embed | Spread) -> Expression:
        # The type json knows no equality; its text does, and keeps the order of the keys.
        return cast(value, Text) if _is_json_text(output) else value

    def group_keys(self, value: Expression, output: Output | Embed | Spread) -> list[Expression]:
        return [value]

    def ungrouped(self, value: Expression, output: Output | Embed | Spread) -> Expression:
        return cast(value, Named("json")) if _is_json_text(output) else value

    def computed(self, schema: str, name: str, row: Expression) -> Expression:
        return _function(schema, name, row)

    def whole_row(self, source: Source) -> Expression:
        source.whole()
        quote = self.dialect.identifier_preparer.quote_identifier
        relation = f"{quote(source.relation.schema)}.{quote(source.relation.name)}"
        # With ".*", for the bare name would be a column of that name if there is one; the cast keeps it in one piece.
        return literal_column(f"({source.alias or relation}.*)::{relation}")

    def is_row(self, source: Source) -> Expression:
        return literal_column(f"NOT ({source.alias}.*) IS NULL")

    def related_by_function(self, relationship: Relationship, row: Expression) -> Source:
        alias, relation = self.alias(), relationship.target
        columns: list[ColumnClause[Any]] = [column(quoted_name(name, quote=True)) for name in relation.columns]
        given = _function(relationship.function or "", relationship.constraint, row).table_valued(*columns, name=alias)
        return Source(relation, given, alias)


def in_utf8(text: Expression) -> Function[Any]:
    """A text as the bytes that are sent: a text would be decoded by the driver, only to be encoded again."""
    return func.pg_catalog.convert_to(text, literal_column("'UTF8'"))  # one of theirs may take two texts


def _item(cells: Sequence[Cell]) -> Expression:
    """A row as what becomes an object; with ".*", for a bare "_row" would be a column of that name if there is one."""
    return literal_column("_row.*") if cells else literal_column("'{}'::json")


def _object(cells: Sequence[Cell]) -> Expression:
    return func.row_to_json(_item(cells)) if cells else _item(cells)


# What is written of these has nothing in it that a field of CSV must quote.
_BARE = (Kind.INTEGER, Kind.REAL, Kind.NUMERIC, Kind.BOOLEAN, Kind.BLOB, Kind.UUID, Kind.DATE)
_CSV_QUOTED = """'[",\\r\\n]|^$'"""


def _csv(value: Expression, cell: Cell) -> Expression:
    """A field of CSV (RFC 4180): NULL is empty, and an empty text is in quotes, to tell them apart."""
    # concat, for a cast to text changes values: it takes blanks from a char(5), and makes `true` of `t`.
    written = func.concat(value)
    if cell.cast is None and cell.kind in _BARE:
        return written
    quote: Expression = literal_column("""'"'""")
    doubled = func.replace(written, quote, literal_column("""'""'"""))
    return case(
        (cast(value, Text).is_(None), literal_column("''")),  # a composite of nulls is no null
        (written.op("~", is_comparison=True)(literal_column(_CSV_QUOTED)), quote.concat(doubled).concat(quote)),
        else_=written,
    )


def _cast(expression: Expression, type_name: str) -> Expression:
    if type_name.lower() in _UNKNOWN:
        raise DatabaseError("42846", "nothing can be cast to the pseudo-type unknown")
    return cast(expression, Named(type_name))


def _function(schema: str, name: str, row: Expression) -> Function[Any]:
    quote = PostgresqlBuilder.dialect.identifier_preparer.quote_identifier
    # Quoted here: SQLAlchemy leaves some schemas as they are, takes a percent sign for its own, and knows some names.
    return Function(quoted_name(f"{quote(schema)}.{quote(name)}".replace("%", "%%"), quote=False), row)


def _is_json_text(output: Output | Embed | Spread) -> bool:
    if not isinstance(output, Output):
        return True
    if output.cast is not None:
        return output.cast.lower() == "json"
    return output.target.kind is Kind.JSON and output.target.column.cast == "json"


def _name(key: str) -> quoted_name:
    """A key as the name of a column, which is how PostgreSQL gets at it.

    Raises:
        DatabaseError: 42622, it would be cut off, and two keys might become one.
    """
    if len(key.encode()) > _LONGEST_NAME:
        raise DatabaseError(
            "42622",
            f"identifier {key[:_LONGEST_NAME]!r} is too long",
            details=f"A name has at most {_LONGEST_NAME} bytes.",
            hint="Give it a shorter one: select=short:column",
        )
    return quoted_name(key, quote=True)
