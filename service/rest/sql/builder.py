"""What building a statement has in common on every database; what differs is a method each builder fills in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ColumnElement,
    Dialect,
    FromClause,
    Select,
    and_,
    column,
    func,
    literal_column,
    not_,
    or_,
    quoted_name,
    select,
    table,
)

from service.catalog.model import Relation
from service.rest.plan.terms import Combination, Condition, Count, IsTest, Ordering, ReadPlan, Target, Test
from service.rest.sql.statement import Binds, Statement
from service.rest.terms import Group

Expression = ColumnElement[Any]
Rows = Select[*tuple[Any, ...]]


class Builder(ABC):
    """Builds one statement; made anew for each.

    Attributes:
        dialect: SQLAlchemy's, for quoting and placeholders.
        unlimited: what the database takes as a LIMIT for none.
    """

    dialect: ClassVar[Dialect]
    unlimited: ClassVar[Any]

    def __init__(self) -> None:
        self.binds = Binds()
        self.relation: Relation
        self.source: FromClause

    def read(self, plan: ReadPlan) -> Statement:
        """One row: `body` (the page's rows as one JSON array), `page_total`, and `total` where it was asked for."""
        self.relation = plan.relation
        self.source = self._table(plan.relation)
        where = [self.condition(condition) for condition in plan.where]
        result = self.rows(self._page(plan, where), plan)
        total = self._total(plan, where)
        if total is not None:
            result = result.add_columns(total.label("total"))
        return self.binds.compile(result, self.dialect)

    @abstractmethod
    def estimate(self, plan: ReadPlan) -> Statement | None:
        """The statement that asks the planner for its idea of the total; None where there is none to be asked."""

    @abstractmethod
    def rows(self, page: Rows, plan: ReadPlan) -> Rows:
        """The page's rows as one JSON text `body`, and their number `page_total`."""

    @abstractmethod
    def outputs(self, plan: ReadPlan) -> list[Expression]:
        """The columns of the page, as `rows` wants them."""

    @abstractmethod
    def target(self, target: Target) -> Expression:
        """A column or a path into it, as a value that can be compared and ordered."""

    @abstractmethod
    def tests(self) -> dict[Group, Callable[[Test], Expression]]:
        """How each group of operators is rendered."""

    @abstractmethod
    def is_test(self, test: IsTest) -> Expression:
        """`is.null` and its like."""

    def ordering(self, ordering: Ordering) -> list[Expression]:
        """The terms of ORDER BY that one term of the dialect becomes."""
        return [directed(self.target(ordering.target), ordering)]

    def condition(self, condition: Condition) -> Expression:
        """A condition, with all below it."""
        match condition:
            case Test():
                expression = self.tests()[condition.operator.group](condition)
            case IsTest():
                expression = self.is_test(condition)
            case Combination():
                join = and_ if condition.operator == "and" else or_
                expression = join(*(self.condition(each) for each in condition.conditions))
        return not_(expression) if condition.negated else expression

    def column(self, name: str) -> Expression:
        return self.source.c[name]

    def _total(self, plan: ReadPlan, where: list[Expression]) -> Expression | None:
        """The number of rows behind the page, as far as it is counted."""
        match plan.count:
            case Count.EXACT:
                every = select(func.count()).select_from(self.source).where(*where)
            case Count.ESTIMATED:
                some: Rows = select(literal_column("1").label("one")).select_from(self.source).where(*where)
                if plan.count_limit is not None:
                    some = some.limit(self.binds.constant(plan.count_limit + 1, BigInteger()))
                every = select(func.count()).select_from(some.subquery("_some"))
            case _:
                return None
        return every.scalar_subquery()

    def _table(self, relation: Relation) -> FromClause:
        # Always in quotes: SQLAlchemy's lists of reserved words are never quite those of the database at hand.
        columns: list[ColumnClause[Any]] = [column(quoted_name(name, quote=True)) for name in relation.columns]
        return table(quoted_name(relation.name, quote=True), *columns, schema=quoted_name(relation.schema, quote=True))

    def _page(self, plan: ReadPlan, where: list[Expression]) -> Rows:
        outputs = self.outputs(plan) if plan.rows else []
        # A HEAD, or an empty select list, still wants one row a row.
        page = select(*(outputs or [literal_column("1").label("one")])).select_from(self.source).where(*where)
        page = page.order_by(*(term for each in plan.order for term in self.ordering(each)))
        return page.limit(self.binds.limit(self.unlimited)).offset(self.binds.offset())


def directed(expression: Expression, ordering: Ordering) -> Expression:
    """A term of ORDER BY, nulls where PostgreSQL has them: last, and first when descending."""
    term = expression.desc() if ordering.descending else expression.asc()
    nulls_first = ordering.descending if ordering.nulls_first is None else ordering.nulls_first
    return term.nulls_first() if nulls_first else term.nulls_last()
