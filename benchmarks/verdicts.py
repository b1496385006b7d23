"""Which goals were reached, and why others were not measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from benchmarks.goals import GOALS, Goal
from benchmarks.run import Measured

Figures = Mapping[tuple[str, str], Measured]
"""Medians by the names of the case and the server."""


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


def judge(figures: Figures, asked: Collection[Goal] = (), skipped: Mapping[str, str] | None = None) -> list[Verdict]:
    """The verdicts on all goals whose figures are there.

    Args:
        asked: goals that are told of even where their figures are not there.
        skipped: by name, why servers were left out.
    """
    return [
        _verdict(goal, figures, skipped or {})
        for goal in GOALS
        if goal in asked or all(need in figures for need in goal.needs)
    ]


def _verdict(goal: Goal, figures: Figures, skipped: Mapping[str, str]) -> Verdict:
    wanted = f"at {'least' if goal.at_least else 'most'} {goal.form.format(goal.bound)}"
    lacking = dict.fromkeys(server for case, server in goal.needs if (case, server) not in figures)
    if lacking:
        why = "; ".join(f"{server}: {skipped.get(server, 'left out of this run')}" for server in lacking)
        return Verdict(goal.name, goal.what, None, f"not measured ({why})", wanted, None)
    value = goal.value(*(figures[need] for need in goal.needs))
    is_reached = value >= goal.bound if goal.at_least else value <= goal.bound
    return Verdict(goal.name, goal.what, value, goal.form.format(value), wanted, is_reached)
