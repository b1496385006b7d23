"""A plan becomes one statement. Pure: a statement's text and what fills its placeholders, no connection in sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from service.rest.plan.media import Explain
from service.rest.plan.terms import FILLED_IN, Paged, ReadPlan, paged_of
from service.rest.plan.write import WritePlan
from service.rest.sql.keyset import key_value
from service.rest.sql.offers import can_find_written
from service.rest.sql.postgresql import PostgresqlBuilder
from service.rest.sql.postgresql_write import PostgresqlWriter
from service.rest.sql.sqlite import SqliteBuilder
from service.rest.sql.sqlite_write import build_procedure
from service.rest.sql.statement import Procedure, Statement
from service.rest.terms import Page

BUILDERS: Mapping[str, type[PostgresqlBuilder | SqliteBuilder]] = {
    "postgresql": PostgresqlBuilder,
    "sqlite": SqliteBuilder,
}
"""The databases that the table API speaks to, by their name in SQLAlchemy."""
WRITERS: Mapping[str, Callable[[WritePlan, int | None], Statement | Procedure]] = {
    "postgresql": lambda plan, most: PostgresqlWriter(most).write(plan),
    "sqlite": lambda plan, _most: build_procedure(plan),
}


def build_read(plan: ReadPlan, database: str, most: int | None = None) -> Statement:
    """The statement that reads what `plan` says: one row of `body`, `page_total`, `total`.

    Args:
        database: the database's name in SQLAlchemy, a key of `BUILDERS`.
        most: bytes that `body` may have, where it is the statement that sees to it.

    Raises:
        PlanError: the database has nothing of the kind.
    """
    return BUILDERS[database](most).read(plan)


def page_in_text(page: Page, most: int | None, database: str) -> Paged:
    """What of a page stands in the text of the statement that reads it.

    Args:
        most: the limit that the service sets itself.
    """
    return paged_of(page, most) if BUILDERS[database].keeps_plans else FILLED_IN


def build_estimate(plan: ReadPlan, database: str) -> Statement | None:
    """The statement that asks the planner how many rows there are, or None where the database has no such idea."""
    return BUILDERS[database]().estimate(plan)


def build_cost(of: Statement, database: str) -> Statement | None:
    """The statement that asks the planner what it expects `of` to cost, or None where the database does not tell."""
    return BUILDERS[database]().cost(of)


def build_total(plan: ReadPlan, database: str) -> Statement | None:
    """The statement that counts the rows by itself, as `total`; None where no count was asked for."""
    return BUILDERS[database]().total(plan)


def build_write(plan: WritePlan, database: str, most: int | None = None) -> Statement | Procedure:
    """What writes what `plan` says: one statement where the database can do all in one.

    Raises:
        PlanError: the database has nothing of the kind.
    """
    return WRITERS[database](plan, most)


def build_explain(plan: ReadPlan, explain: Explain, database: str) -> Statement:
    """The statement that says how the rows would be found.

    Raises:
        PlanError: the database does not tell what is asked for.
    """
    return BUILDERS[database]().explain(plan, explain)


__all__ = [
    "BUILDERS",
    "Procedure",
    "Statement",
    "build_cost",
    "build_estimate",
    "build_explain",
    "build_read",
    "build_total",
    "build_write",
    "can_find_written",
    "key_value",
    "page_in_text",
]
