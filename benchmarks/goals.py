"""What is to be reached. A goal is one entry of this table; it is told where the run measured what it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

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
        by_round: it compares servers, and so it is taken within each round, and the median of these counts: a slow
            minute of the machine falls on both, where the medians of the two may be of different minutes.
        elsewhere: the command that measures it, where that takes too long for a run of all others.
    """

    name: str
    what: str
    needs: tuple[tuple[str, str], ...]
    value: Callable[..., float]
    bound: float
    at_least: bool = True
    form: str = "{:.2f} x"
    by_round: bool = False
    elsewhere: str = ""


@dataclass(frozen=True)
class Verdict:
    """A goal and what was found.

    Args:
        value: None if it was not measured.
        found: the value as it is written, or why there is none.
    """

    name: str
    what: str
    value: float | None
    found: str
    wanted: str
    reached: bool | None


def _rates(ours: Measured, theirs: Measured) -> float:
    return ours.rate / theirs.rate


def _above_floor(ours: Measured, server: Measured, driver: Measured) -> float:
    return ours.cpu / (server.cpu + driver.cpu)


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
         (("page", "Poolgate"), ("page", "FastAPI + SQLAlchemy, Hypercorn")), _rates, 2.5, by_round=True),
    Goal("P2", "100 rows, PostgreSQL: requests/s against FastAPI + SQLAlchemy on uvicorn",
         (("page", "Poolgate"), ("page", "FastAPI + SQLAlchemy, uvicorn")), _rates, 2.0, by_round=True),
    Goal("P3", "1 row, PostgreSQL: requests/s, ours on granian, against PostgREST",
         (("row", "Poolgate, granian"), ("row", "PostgREST")), _rates, 1.1, by_round=True),
    Goal("P3", "100 rows, PostgreSQL: requests/s, ours on granian, against PostgREST",
         (("page", "Poolgate, granian"), ("page", "PostgREST")), _rates, 1.3, by_round=True),
    Goal("P4", "100 rows, PostgreSQL: requests/s, ours on Hypercorn, against PostgREST",
         (("page", "Poolgate"), ("page", "PostgREST")), _rates, 1.0, by_round=True),
    Goal("P5", "100 rows, PostgreSQL: CPU for one request, Hypercorn, against bare Hypercorn and bare driver together",
         (("page", "Poolgate"), ("constant", "bare Hypercorn"), ("page alone", "bare asyncpg")), _above_floor, 2.0,
         at_least=False, by_round=True),
    Goal("P5", "100 rows, PostgreSQL: CPU for one request, granian, against bare granian and bare driver together",
         (("page", "Poolgate, granian"), ("constant", "bare granian"), ("page alone", "bare asyncpg")), _above_floor,
         4.0, at_least=False, by_round=True),
    Goal("P6", "50 ms queries, pool of 10, 64 clients: share of the ideal 200/s",
         (("sleep", "Poolgate, own view"),), lambda ours: ours.rate / IDEAL, 0.97, form="{:.1%}"),
    Goal("P7", "1 row, PostgreSQL over TCP with SCRAM: requests/s against a connection per request",
         (("row", "Poolgate, TCP"), ("row", "Poolgate, TCP, per request")), _rates, 5.0, by_round=True),
    Goal("P8", "1 row, SQLite: requests/s against a connection per request",
         (("row", "Poolgate, SQLite"), ("row", "Poolgate, SQLite, per request")), _rates, 1.3, by_round=True),
    Goal("P9", "100 rows, SQLite: requests/s against Datasette",
         (("page", "Poolgate, SQLite"), ("page", "Datasette, SQLite")), _rates, 4.0, by_round=True),
    Goal("P10", "100 rows behind a cursor, out of 10^3, 10^5, 10^7: fastest against slowest",
         _DEEP, _slowest, 1.3, at_least=False),
    Goal("P11", "a worker's memory after a million requests, above that after 10,000",
         (), _memory, 0.02, at_least=False, form="{:.0%}", elsewhere="make scale ARGS=requests"),
    Goal("P11", "memory while a million rows are streamed, above rest",
         (), _memory, 20, at_least=False, form="{:.0f} MB", elsewhere="make scale ARGS=streams"),
    Goal("P12", f"live probe while {WAITING:,} wait at the gate: p99",
         (("probe", "Poolgate, own view"),), lambda ours: ours.p99 * 1e3, 50, at_least=False, form="{:.1f} ms"),
    Goal("CPU", "100 rows, PostgreSQL, Hypercorn: CPU for one request",
         (("page", "Poolgate"),), lambda ours: ours.cpu * 1e6, 600, at_least=False, form="{:.0f} µs"),
    Goal("M1", "100,000 rows of 2 columns in one insert, PostgREST's own body: memory above rest, either database",
         _bulk("bulk narrow", 2), _memory, 25, at_least=False, form="{:.1f} MB"),
    Goal("M2", "100,000 rows of 5 columns in one insert: memory above rest, either database",
         _bulk("bulk wide", 5), _memory, 25, at_least=False, form="{:.1f} MB"),
)  # fmt: skip


def reached(
    figures: Figures,
    asked: Collection[Goal] = (),
    skipped: Mapping[str, str] | None = None,
    rounds: Sequence[Figures] = (),
) -> list[Verdict]:
    """The verdicts on all goals whose figures are there.

    Args:
        asked: goals that are told of even where their figures are not there.
        skipped: by name, why servers were left out.
        rounds: the figures of each.
    """
    return [
        _verdict(goal, figures, skipped or {}, rounds)
        for goal in GOALS
        if goal in asked or (goal.needs and all(need in figures for need in goal.needs))
    ]


def _verdict(goal: Goal, figures: Figures, skipped: Mapping[str, str], rounds: Sequence[Figures]) -> Verdict:
    wanted = f"at {'least' if goal.at_least else 'most'} {goal.form.format(goal.bound)}"
    if why := _why_not(goal, figures, skipped):
        return Verdict(goal.name, goal.what, None, f"not measured ({why})", wanted, None)
    every = rounds if goal.by_round and rounds else (figures,)
    value = median(goal.value(*(each[need] for need in goal.needs)) for each in every)
    is_reached = value >= goal.bound if goal.at_least else value <= goal.bound
    return Verdict(goal.name, goal.what, value, goal.form.format(value), wanted, is_reached)


def _why_not(goal: Goal, figures: Figures, skipped: Mapping[str, str]) -> str:
    """Why a goal was not measured; empty if it was."""
    if goal.elsewhere:
        return f"{goal.elsewhere} does"
    lacking = dict.fromkeys(server for case, server in goal.needs if (case, server) not in figures)
    return "; ".join(f"{server}: {skipped.get(server, 'left out of this run')}" for server in lacking)
