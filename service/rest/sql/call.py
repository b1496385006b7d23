"""What calls a function: the database's own, where it has such, or a saved one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.catalog.saved import SavedRoutine
from service.rest.plan.call import Call
from service.rest.plan.media import Explain
from service.rest.plan.terms import ReadPlan
from service.rest.sql.postgresql_call import PostgresqlCaller
from service.rest.sql.postgresql_saved import PostgresqlSavedCaller
from service.rest.sql.sqlite_saved import SqliteSavedCaller, carry
from service.rest.sql.statement import Statement

CALLERS: Mapping[str, type[PostgresqlCaller]] = {"postgresql": PostgresqlCaller}
"""By the database's name in SQLAlchemy."""
SAVED_CALLERS: Mapping[str, type[PostgresqlSavedCaller | SqliteSavedCaller]] = {
    "postgresql": PostgresqlSavedCaller,
    "sqlite": SqliteSavedCaller,
}


@dataclass(frozen=True, slots=True)
class First:
    """A statement that is run before the main one, which has its rows as the last of the request's values.

    Args:
        carry: makes the value of the rows.
    """

    statement: Statement
    carry: Callable[[Sequence[Any]], str] = carry


@dataclass(frozen=True, slots=True)
class CallStatements:
    """The statements of a call.

    Args:
        main: one row of `body`, `page_total`, what the function wants of the answer (two columns), and `total`; or the
            execution plan.
        estimate: asks the planner how many rows there are, where that was asked for.
        first: where the database cannot do all in one.
    """

    main: Statement
    estimate: Statement | None = None
    first: First | None = None


def build_call(
    call: Call,
    plan: ReadPlan,
    database: str,
    *,
    bare: bool,
    first_value: int,
    explain: Explain | None = None,
    most: int | None = None,
) -> CallStatements:
    """The statements that call a function and read what it gives as `plan` says.

    Args:
        database: the database's name in SQLAlchemy, a key of `CALLERS`.
        bare: values are told as they are, not as objects.
        first_value: the index of the first argument among the request's values.
        explain: what is wanted of the execution plan, instead of the rows.
        most: bytes that the answer may have.
    """

    if isinstance(call.routine, SavedRoutine):
        return _build_saved(call, plan, database, first_value, explain, most)

    def builder() -> PostgresqlCaller:
        return CALLERS[database](call, bare=bare, first_value=first_value, most=None if explain else most)

    if explain is not None:
        return CallStatements(builder().explain(plan, explain))
    return CallStatements(builder().read(plan), builder().estimate(plan))


def _build_saved(
    call: Call, plan: ReadPlan, database: str, first_value: int, explain: Explain | None, most: int | None
) -> CallStatements:
    def builder() -> PostgresqlSavedCaller | SqliteSavedCaller:
        return SAVED_CALLERS[database](call, bare=False, first_value=first_value, most=None if explain else most)

    if explain is not None:
        return CallStatements(builder().explain(plan, explain))
    write = builder().write()
    first = None if write is None else First(write)
    return CallStatements(builder().read(plan), builder().estimate(plan), first)
