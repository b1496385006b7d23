"""What a run found: the table, the goals, the machine; for people and as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.cases import IDEAL
from benchmarks.goals import Verdict
from benchmarks.run import Entry, Measured

_HEAD = ("case", "server", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "database µs/request", "peak MB")
_QUIET = 0.1  # cores
_REACHED = {True: "yes", False: "NO", None: "-"}


def middle(entry: Entry) -> Measured:
    """The median of each figure over the rounds; of memory the most, for what was freed may serve the next round."""
    fields = [field.name for field in dataclasses.fields(Measured)]
    found = {name: [getattr(each, name) for each in entry.rounds] for name in fields}
    return Measured(**{name: max(all_) if name == "memory" else median(all_) for name, all_ in found.items()})


def as_json(
    entries: Sequence[Entry], verdicts: Sequence[Verdict], machine: dict[str, Any], skipped: dict[str, str]
) -> dict[str, Any]:
    """The whole run: medians, every round, goals; times in seconds."""
    return {
        "machine": machine,
        "skipped": skipped,
        "results": [
            {
                "case": entry.case.name,
                "server": entry.running.server.name,
                "database": entry.running.server.database,
                **dataclasses.asdict(middle(entry)),
                "rounds": [dataclasses.asdict(each) for each in entry.rounds],
            }
            for entry in entries
        ],
        "goals": [dataclasses.asdict(verdict) for verdict in verdicts],
    }


def as_text(
    entries: Sequence[Entry], verdicts: Sequence[Verdict], machine: dict[str, Any], skipped: dict[str, str]
) -> str:
    """The run for people; the tables are Markdown."""
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    rounds = len(entries[0].rounds)
    others = median(each.others for entry in entries for each in entry.rounds)
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; Python {machine['python']}, "
        f"PostgreSQL {machine['postgresql']}, SQLite {machine['sqlite']}; {packages}.",
        f"Load: {machine['load']}. Medians of {rounds} interleaved round{'s' if rounds > 1 else ''}. "
        f"Other work on the machine meanwhile: {others:.2f} cores"
        + (", so these are not the figures of a quiet one." if others > _QUIET else "."),
        "",
        *_table(_HEAD, [_line(entry) for entry in entries]),
        "",
        *_table(
            ("goal", "what", "found", "wanted", "reached"),
            [(each.name, each.what, each.found, each.wanted, _REACHED[each.reached]) for each in verdicts],
        ),
        *(f"\nLeft out: {name}: {reason}" for name, reason in skipped.items()),
    ]
    return "\n".join(lines)


def figures(entries: Sequence[Entry]) -> dict[tuple[str, str], Measured]:
    """The medians by the names of the case and the server."""
    return {(entry.case.name, entry.running.server.name): middle(entry) for entry in entries}


def by_round(entries: Sequence[Entry]) -> list[dict[tuple[str, str], Measured]]:
    """The same for each round."""
    names = [(entry.case.name, entry.running.server.name) for entry in entries]
    each_round = zip(*(entry.rounds for entry in entries), strict=True)
    return [dict(zip(names, found, strict=True)) for found in each_round]


def _line(entry: Entry) -> tuple[str, ...]:
    found = middle(entry)
    alone = entry.case.crowd is None  # else what the processes use is the crowd's
    share = f" ({found.rate / IDEAL:.1%} of the ideal)" if entry.case.turn else ""
    return (
        entry.case.title,
        entry.running.server.name,
        f"{found.rate:,.1f}{share}" if share or entry.case.bulk else f"{found.rate:,.0f}",
        f"{found.p50 * 1e3:.2f}",
        f"{found.p99 * 1e3:.2f}",
        f"{found.cpu * 1e6:,.0f}" if alone else "-",
        f"{found.database_cpu * 1e6:,.0f}" if alone and "postgresql" in (entry.running.server.database or "") else "-",
        f"{found.memory / 1e6:.1f}" if entry.case.bulk else "-",
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    written = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, *rows)
    ]
    return [written[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *written[1:]]
