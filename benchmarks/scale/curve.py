"""A curve: what was measured, point by point, for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.goals import Verdict

Point = Mapping[str, Any]
"""What a point is of (`database`, `clients` …) and what was found there; times in seconds, memory in bytes."""
_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


@dataclass(frozen=True)
class Column:
    """One column of a curve's table.

    Args:
        key: of a point.
        form: how a value is written.
        times: what a value is multiplied by, so that it is in the head's unit.
    """

    key: str
    head: str
    form: str = "{}"
    times: float = 1

    def cell(self, point: Point) -> str:
        """The point's value as the table has it; a dash where it has none."""
        value = point.get(self.key)
        if value is None:
            return "-"
        return _NAMES.get(value, value) if isinstance(value, str) else self.form.format(value * self.times)


@dataclass(frozen=True)
class Curve:
    """What one table shows.

    Args:
        facts: of the curve as a whole, as the pool's optimum.
        verdicts: on the goals that it decides.
    """

    name: str
    title: str
    columns: Sequence[Column]
    points: Sequence[Point]
    facts: Mapping[str, Any] = field(default_factory=dict)
    verdicts: Sequence[Verdict] = ()

    def as_json(self) -> dict[str, Any]:
        """All of it, for charts."""
        return {"title": self.title, **self.facts, "points": [dict(point) for point in self.points]}

    def as_text(self) -> str:
        """Its title and its table, as Markdown."""
        cells = [tuple(column.cell(point) for column in self.columns) for point in self.points]
        facts = [f"{name}: {value}" for name, value in self.facts.items()]
        return "\n".join([f"### {self.title}", "", *table([column.head for column in self.columns], cells), *facts])


DATABASE = Column("database", "database")
RATE = Column("rate", "requests/s", "{:,.0f}")
P50 = Column("p50", "p50 ms", "{:,.2f}", 1e3)
P99 = Column("p99", "p99 ms", "{:,.2f}", 1e3)
CPU = Column("cpu", "CPU µs/request", "{:,.0f}", 1e6)
DATABASE_CPU = Column("database_cpu", "database µs/request", "{:,.0f}", 1e6)
OTHERS = Column("others", "other work, cores", "{:.2f}")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table, its columns aligned."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    return [f"| {lines[0]} |", f"|{'|'.join('-' * (width + 2) for width in widths)}|", *(f"| {x} |" for x in lines[1:])]


def verdicts(curves: Sequence[Curve]) -> list[str]:
    """The table of the goals that the curves decide; nothing where they decide none."""
    found = [verdict for curve in curves for verdict in curve.verdicts]
    rows = [
        (each.name, each.what, f"{each.found} ({'yes' if each.reached else 'NO'}; {each.wanted})") for each in found
    ]
    return table(("goal", "what", "reached"), rows) if rows else []


def as_json(curves: Sequence[Curve], machine: Mapping[str, Any]) -> dict[str, Any]:
    """The whole run."""
    return {
        "machine": dict(machine),
        "curves": {curve.name: curve.as_json() for curve in curves},
        "goals": [asdict(verdict) for curve in curves for verdict in curve.verdicts],
    }
