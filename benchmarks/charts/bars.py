"""Horizontal bars, one under the other, each with its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.charts.drawing import LARGE, SMALL, USUAL, Drawing, width_of
from benchmarks.charts.scales import Linear

WIDTH = 760
_MARGIN = 24
_ROW, _THICK = 30, 20
_TOP = 74


@dataclass(frozen=True)
class Bar:
    """One bar.

    Args:
        values: lengths of its parts, from the left.
        told: what stands at its end.
        ours: it stands out.
    """

    label: str
    values: Sequence[float]
    told: str
    ours: bool


def bars(title: str, unit: str, all_: Sequence[Bar], parts: Sequence[str] = ()) -> str:
    """The chart.

    Args:
        unit: what a value is, told below the title.
        parts: names of a bar's parts, where it has several.
    """
    height = _TOP + _ROW * len(all_) + (34 if parts else 14)
    told = "; ".join(f"{bar.label}: {bar.told}" for bar in all_)
    drawing = Drawing(WIDTH, height, title, f"{unit}. {told}.")
    drawing.text(_MARGIN, 34, title, "strong", size=LARGE)
    drawing.text(_MARGIN, 56, unit, "soft")
    left = _MARGIN + max(width_of(bar.label) for bar in all_) + 12
    right = WIDTH - _MARGIN - max(width_of(bar.told) for bar in all_) - 8
    scale = Linear(0, max(sum(bar.values) for bar in all_), left, right)
    for number, bar in enumerate(all_):
        _draw(drawing, bar, scale, _TOP + _ROW * number)
    drawing.line(left, _TOP - 2, left, _TOP + _ROW * len(all_) - 4, "axis")
    if parts:
        _legend(drawing, parts, left, height - 16)
    return drawing.as_svg()


def _draw(drawing: Drawing, bar: Bar, scale: Linear, top: float) -> None:
    base = top + _THICK / 2 + USUAL * 0.36
    kind, strong = ("ours", "strong") if bar.ours else ("other", "")
    drawing.text(scale.start - 10, base, bar.label, strong, to="end")
    begin = 0.0
    for number, value in enumerate(bar.values):
        x, end = scale.at(begin), scale.at(begin + value)
        drawing.rect(x, top, end - x, _THICK, kind if number == 0 else f"{kind}-pale")
        begin += value
    drawing.text(scale.at(begin) + 8, base, bar.told, strong)


def _legend(drawing: Drawing, parts: Sequence[str], x: float, base: float) -> None:
    """A swatch of ours and one of the others for each part."""
    for number, name in enumerate(parts):
        suffix = "-pale" if number else ""
        drawing.rect(x, base - 10, 12, 12, f"ours{suffix}")
        drawing.rect(x + 14, base - 10, 12, 12, f"other{suffix}")
        drawing.text(x + 34, base, name, "soft", size=SMALL)
        x += 34 + width_of(name, SMALL) + 24
