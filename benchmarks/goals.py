"""What is to be reached. A goal is one entry of this table; it is told where the run measured what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.cases import IDEAL
from benchmarks.run import Measured

Figures = Mapping[tuple[str, str], Measured]
"""Medians by the names of the case and the server."""


@dataclass(frozen=True)
class Goal:
    """One goal.

    Args:
        value: from the figures; a KeyError says that something it needs was not measured.
        bound: the value to reach.
        at_least: else at most.
        form: how a value is written.
    """

    name: str
    what: str
    value: Callable[[Figures], float]
    bound: float
    at_least: bool = True
    form: str = "{:.2f} x"


@dataclass(frozen=True)
class Verdict:
    """A goal and what was found."""

    name: str
    what: str
    value: float
    found: str
    wanted: str
    reached: bool


def _rates(case: str, ours: str, theirs: str) -> Callable[[Figures], float]:
    return lambda figures: figures[case, ours].rate / figures[case, theirs].rate


GOALS = (
    Goal("P1", "100 rows, PostgreSQL: requests/s against FastAPI + SQLAlchemy on Hypercorn",
         _rates("page", "Poolgate", "FastAPI + SQLAlchemy, Hypercorn"), 2.5),
    Goal("P2", "100 rows, PostgreSQL: requests/s against FastAPI + SQLAlchemy on uvicorn",
         _rates("page", "Poolgate", "FastAPI + SQLAlchemy, uvicorn"), 2.0),
    Goal("P6", "50 ms queries, pool of 10, 64 clients: share of the ideal 200/s",
         lambda figures: figures["sleep", "Poolgate, own view"].rate / IDEAL, 0.97, form="{:.1%}"),
    Goal("CPU", "100 rows, PostgreSQL, Hypercorn: CPU for one request",
         lambda figures: figures["page", "Poolgate"].cpu * 1e6, 600, at_least=False, form="{:.0f} µs"),
)  # fmt: skip


def reached(figures: Figures) -> list[Verdict]:
    """The verdicts on all goals whose figures are there."""
    verdicts = []
    for goal in GOALS:
        try:
            value = goal.value(figures)
        except KeyError:
            continue
        verdicts.append(
            Verdict(
                goal.name,
                goal.what,
                value,
                goal.form.format(value),
                f"at {'least' if goal.at_least else 'most'} {goal.form.format(goal.bound)}",
                value >= goal.bound if goal.at_least else value <= goal.bound,
            )
        )
    return verdicts
