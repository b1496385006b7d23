"""What is to be reached. A goal is one entry of this table; it is told where the run measured what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.cases import IDEAL, WAITING
from benchmarks.deep import DEPTHS
from benchmarks.run import Measured

Figures = Mapping[tuple[str, str], Measured]
"""Medians by the names of the case and the server."""


@dataclass(frozen=True)
class Goal:
    """One goal.

    Args:
        needs: what has to be measured for it: names of cases and servers.
        value: from the figures of these, in this order.
        bound: the value to reach.
        at_least: else at most.
        form: how a value is written.
    """

    name: str
    what: str
    needs: tuple[tuple[str, str], ...]
    value: Callable[..., float]
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


def _rates(ours: Measured, theirs: Measured) -> float:
    return ours.rate / theirs.rate


def _slowest(*found: Measured) -> float:
    """On the database where they are furthest apart: those of one come first."""
    each = len(found) // 2
    rates = [[measured.rate for measured in part] for part in (found[:each], found[each:])]
    return max(max(part) / min(part) for part in rates)


def _memory(*found: Measured) -> float:
    """Of the database where it is most."""
    return max(measured.memory for measured in found) / 1e6


def _bulk(case: str, columns: int) -> tuple[tuple[str, str], ...]:
    return (case, f"Poolgate, {columns} columns"), (case, f"Poolgate, {columns} columns, SQLite")


_DEEP = tuple(
    (f"deep {rows} {schema}", server)
    for schema, server in (("public", "Poolgate, large tables"), ("main", "Poolgate, large tables, SQLite"))
    for rows in DEPTHS
)

GOALS = (
    Goal("P1", "100 rows, PostgreSQL: requests/s against FastAPI + SQLAlchemy on Hypercorn",
         (("page", "Poolgate"), ("page", "FastAPI + SQLAlchemy, Hypercorn")), _rates, 2.5),
    Goal("P2", "100 rows, PostgreSQL: requests/s against FastAPI + SQLAlchemy on uvicorn",
         (("page", "Poolgate"), ("page", "FastAPI + SQLAlchemy, uvicorn")), _rates, 2.0),
    Goal("P6", "50 ms queries, pool of 10, 64 clients: share of the ideal 200/s",
         (("sleep", "Poolgate, own view"),), lambda ours: ours.rate / IDEAL, 0.97, form="{:.1%}"),
    Goal("P7", "1 row, PostgreSQL over TCP with SCRAM: requests/s against a connection per request",
         (("row", "Poolgate, TCP"), ("row", "Poolgate, TCP, per request")), _rates, 5.0),
    Goal("P8", "1 row, SQLite: requests/s against a connection per request",
         (("row", "Poolgate, SQLite"), ("row", "Poolgate, SQLite, per request")), _rates, 1.3),
    Goal("P10", "100 rows behind a cursor, out of 10^3, 10^5, 10^7: fastest against slowest",
         _DEEP, _slowest, 1.3, at_least=False),
    Goal("P12", f"live probe while {WAITING:,} wait at the gate: p99",
         (("probe", "Poolgate, own view"),), lambda ours: ours.p99 * 1e3, 50, at_least=False, form="{:.1f} ms"),
    Goal("CPU", "100 rows, PostgreSQL, Hypercorn: CPU for one request",
         (("page", "Poolgate"),), lambda ours: ours.cpu * 1e6, 600, at_least=False, form="{:.0f} µs"),
    Goal("M1", "100,000 rows of 2 columns in one insert, PostgREST's own body: memory above rest, either database",
         _bulk("bulk narrow", 2), _memory, 25, at_least=False, form="{:.1f} MB"),
    Goal("M2", "100,000 rows of 5 columns in one insert: memory above rest, either database",
         _bulk("bulk wide", 5), _memory, 25, at_least=False, form="{:.1f} MB"),
)  # fmt: skip


def reached(figures: Figures) -> list[Verdict]:
    """The verdicts on all goals whose figures are there."""
    return [_judge(goal, figures) for goal in GOALS if all(need in figures for need in goal.needs)]


def _judge(goal: Goal, figures: Figures) -> Verdict:
    value = goal.value(*(figures[need] for need in goal.needs))
    return Verdict(
        goal.name,
        goal.what,
        value,
        goal.form.format(value),
        f"at {'least' if goal.at_least else 'most'} {goal.form.format(goal.bound)}",
        value >= goal.bound if goal.at_least else value <= goal.bound,
    )
