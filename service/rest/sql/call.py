"""What calls a function, on the databases that have functions of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.rest.plan.call import Call
from service.rest.plan.media import Explain
from service.rest.plan.terms import ReadPlan
from service.rest.sql.postgresql_call import PostgresqlCaller
from service.rest.sql.statement import Statement

CALLERS: Mapping[str, type[PostgresqlCaller]] = {"postgresql": PostgresqlCaller}
"""By the database's name in SQLAlchemy."""


@dataclass(frozen=True, slots=True)
class CallStatements:
    """The statements of a call.

    Args:
        main: one row of `body`, `page_total`, what the function wants of the answer (two columns), and `total`; or the
            execution plan.
        estimate: asks the planner how many rows there are, where that was asked for.
    """

    main: Statement
    estimate: Statement | None = None


def build_call(
    call: Call, plan: ReadPlan, database: str, *, bare: bool, first_value: int, explain: Explain | None = None
) -> CallStatements:
    """The statements that call a function and read what it gives as `plan` says.

    Args:
        database: the database's name in SQLAlchemy, a key of `CALLERS`.
        bare: values are told as they are, not as objects.
        first_value: the index of the first argument among the request's values.
        explain: what is wanted of the execution plan, instead of the rows.
    """

    def builder() -> PostgresqlCaller:
        return CALLERS[database](call, bare=bare, first_value=first_value)

    if explain is not None:
        return CallStatements(builder().explain(plan, explain))
    return CallStatements(builder().read(plan), builder().estimate(plan))
