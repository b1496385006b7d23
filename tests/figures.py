"""What the faults' tests measure: docs/reliability.md has these figures, and `make faults` shows yours."""

from __future__ import annotations

import sys

FIGURES: list[tuple[int, str]] = []
"""Faults' numbers, and what was measured."""


def measured(fault: int, figure: str) -> None:
    """Notes a figure for the table at the end of a run at full length, and shows it where its test fails."""
    FIGURES.append((fault, figure))
    sys.stdout.write(f"fault {fault}: {figure}\n")
