"""What building a statement has in common on every database: conditions and order. What differs is a method each
builder fills in; how rows are nested in rows is in `nodes`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import Dialect, Select, and_, case, literal_column, not_, null, or_

from service.catalog.relationships import Relationship
from service.rest.plan.narrowed import Conditions, rows_of
from service.rest.plan.terms import Combination, Condition, Exists, IsTest, Ordering, Target, Test
from service.rest.sql.source import Expression, Row, Scope, Source, relation_table
from service.rest.sql.statement import Binds
from service.rest.terms import Group

Rows = Select[*tuple[Any, ...]]


class Builder(ABC):
    """Builds one statement; made anew for each.

    Attributes:
        dialect: SQLAlchemy's, for quoting and placeholders.
        unlimited: what the database takes as a LIMIT for none.
        keeps_plans: it may plan a statement once, if it knows enough of it.
        in_bytes: every body is bytes in UTF-8; else it is a text.
        scope: the sources of the SELECT that is being built.
        most: bytes that an answer in one piece may have, where it is the statement that sees to it.
    """

    dialect: ClassVar[Dialect]
    unlimited: ClassVar[Any]
    keeps_plans: ClassVar[bool] = False
    in_bytes: ClassVar[bool] = False

    def __init__(self, most: int | None = None) -> None:
        self.binds = Binds()
        self.most = most
        self.scope: Scope
        self._aliases = 0

    @abstractmethod
    def target(self, target: Target) -> Expression:
        """A column or a path into it, as a value that can be compared and ordered."""

    @abstractmethod
    def comparable(self, value: Expression, target: Target) -> Expression:
        """A target's value in a form that can be compared and ordered."""

    @abstractmethod
    def computed(self, schema: str, name: str, row: Expression) -> Expression:
        """A function of a row."""

    @abstractmethod
    def whole_row(self, source: Source) -> Expression:
        """All of a source's row, as a function takes it."""

    @abstractmethod
    def is_row(self, source: Source) -> Expression:
        """That a function gave a row: one that gives no set gives NULL for none, which a FROM makes a row of NULLs."""

    @abstractmethod
    def tests(self) -> dict[Group, Callable[[Test], Expression]]:
        """How each group of operators is rendered."""

    @abstractmethod
    def is_test(self, test: IsTest) -> Expression:
        """`is.null` and its like."""

    @abstractmethod
    def related_by_function(self, relationship: Relationship, row: Expression) -> Source:
        """The rows that a function gives for a row."""

    @abstractmethod
    def exists(self, condition: Exists) -> Expression:
        """Whether there is a related row."""

    def bounded(self, answer: Rows) -> Rows:
        """An answer whose `body` is no larger than it may be, or an error of the database's."""
        return answer

    def ordering(self, ordering: Ordering, expression: Expression | None = None) -> list[Expression]:
        """The terms of ORDER BY that one term of the dialect becomes.

        Args:
            expression: what is ordered by, where it is not the target itself.
        """
        return [directed(self.target(ordering.target) if expression is None else expression, ordering)]

    def condition(self, condition: Condition) -> Expression:
        """A condition, with all below it."""
        match condition:
            case Test():
                expression = self.tests()[condition.operator.group](condition)
            case IsTest():
                expression = self.is_test(condition)
            case Exists():
                expression = self.exists(condition)
            case Combination():
                join = and_ if condition.operator == "and" else or_
                expression = join(*(self.condition(each) for each in condition.conditions))
        return not_(expression) if condition.negated else expression

    def visible(self, source: Source) -> list[Expression]:
        """What a source's row must fulfil to be there for who asks."""
        return self.restricted(source, rows_of(source.relation))

    def restricted(self, source: Source, by: Conditions) -> list[Expression]:
        """What a source's row must fulfil by a rule: that the claims in it are told, and it."""
        if not by:
            return []
        before = len(self.binds.claimed)
        with self.within(Scope([source], source.table)):
            conditions = [self.condition(condition) for condition in by]
        claimed = self.binds.claimed[before:]
        return [self.binds.are_told(claimed) == literal_column("1"), *conditions] if claimed else conditions

    def column(self, target: Target) -> Expression:
        source = self.scope.sources[target.source]
        if target.computed_in is None:
            return source.column(target.column.name)
        row = self.whole_row(source)
        value = self.computed(target.computed_in, target.column.name, row)
        # Where there is no joined row there is nothing to compute: the function is not asked about NULL.
        return value if target.source == 0 else case((row.is_distinct_from(null()), value))

    def alias(self, prefix: str = "t") -> str:
        """A name that the statement has not used."""
        self._aliases += 1
        return f"{prefix}{self._aliases}"

    @contextmanager
    def within(self, scope: Scope) -> Iterator[Scope]:
        """While a SELECT over `scope` is built."""
        above = getattr(self, "scope", None)
        self.scope = scope
        try:
            yield scope
        finally:
            if above is not None:
                self.scope = above

    def related(self, relationship: Relationship, row: Row, source: int) -> Scope:
        """The rows that are related to one row.

        Args:
            row: that row.
            source: the source of it that the relationship starts at.
        """
        if relationship.function is not None:
            given = self.related_by_function(relationship, row(source, None))
            return Scope([given], given.table, [self.is_row(given)] if relationship.to_one else [])
        target = self.aliased(relationship)
        if relationship.junction is None:
            equal = [target.column(other) == row(source, own) for own, other in relationship.pairs]
            return Scope([target], target.table, [*equal, *self.visible(target)])
        passage = relationship.junction
        columns = (*(near for _, near in relationship.pairs), *(far for far, _ in passage.pairs))
        alias = self.alias()
        shown = None if rows_of(passage.relation) else dict.fromkeys(columns)
        between = Source(passage.relation, relation_table(passage.relation, shown).alias(alias), alias)
        joined = and_(*(target.column(to) == between.column(far) for far, to in passage.pairs))
        equal = [between.column(near) == row(source, own) for own, near in relationship.pairs]
        where = [*equal, *self.visible(target), *self.visible(between)]
        return Scope([target], target.table.join(between.table, joined), where)

    def aliased(self, relationship: Relationship) -> Source:
        """The relationship's target under a name of its own."""
        relation, alias = relationship.target, self.alias()
        return Source(relation, relation_table(relation).alias(alias), alias)

    def own_row(self, scope: Scope) -> Row:
        """The row of a SELECT as its subqueries speak of it."""
        quote = self.dialect.identifier_preparer.quote_identifier

        def row(number: int, name: str | None) -> Expression:
            source = scope.sources[number]
            # As text, for SQLAlchemy would put the table into the subquery's own FROM.
            return self.whole_row(source) if name is None else literal_column(f"{source.alias}.{quote(name)}")

        return row


def directed(expression: Expression, ordering: Ordering) -> Expression:
    """A term of ORDER BY, nulls where PostgreSQL has them: last, and first when descending."""
    term = expression.desc() if ordering.descending else expression.asc()
    return term.nulls_first() if ordering.has_nulls_first else term.nulls_last()
