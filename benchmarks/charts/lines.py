"""Curves over a value, in one panel or in several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.charts.drawing import LARGE, SMALL, Drawing, width_of
from benchmarks.charts.scales import Linear, Log, Scale, named

_PANEL, _ALONE = 330.0, 600.0  # widths of the area that is drawn in
_HIGH = 230.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 26.0, 100.0, 58.0
_EDGE = 24.0
_LEGEND = 82.0  # its base line
_LEGEND_HIGH = 28.0


@dataclass(frozen=True)
class Series:
    """A curve.

    Args:
        number: its style, the same in all panels.
        points: values of both axes, the first ascending.
    """

    label: str
    number: int
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """Curves over one pair of axes; a linear y begins at 0.

    Args:
        over: what is on the x axis.
        of: what is on the y axis, with its unit.
        named_x: what the x axis names; None: round values.
        mark: a value of x that stands out, and what is said of it.
    """

    over: str
    of: str
    series: Sequence[Series]
    log_x: bool = True
    log_y: bool = False
    named_x: Sequence[float] | None = None
    mark: tuple[float, str] | None = None


def lines(title: str, subtitle: str, panels: Sequence[Panel]) -> str:
    """The chart."""
    wide = _ALONE if len(panels) == 1 else _PANEL
    legend = panels[0].series if len(panels[0].series) > 1 else ()
    top = _TOP + (_LEGEND_HIGH if legend else 0)
    drawing = Drawing(
        len(panels) * (_LEFT + wide + _RIGHT), top + _HIGH + _BOTTOM, title, f"{subtitle}. {_told(panels)}"
    )
    drawing.text(_EDGE, 34, title, "strong", size=LARGE)
    drawing.text(_EDGE, 56, subtitle, "soft")
    _legend(drawing, legend)
    for number, panel in enumerate(panels):
        _draw(drawing, panel, number * (_LEFT + wide + _RIGHT) + _LEFT, wide, top)
    return drawing.as_svg()


def _told(panels: Sequence[Panel]) -> str:
    """In words, for whoever cannot see it."""
    return " ".join(
        f"{panel.of} over {panel.over}, {each.label}: "
        + ", ".join(f"{named(x)}: {y:,.4g}" for x, y in each.points)
        + "."
        for panel in panels
        for each in panel.series
    )


def _legend(drawing: Drawing, all_: Sequence[Series]) -> None:
    """Each curve as it is drawn, and its name."""
    x = _EDGE
    for each in all_:
        drawing.curve([(x + 5, _LEGEND - 4), (x + 29, _LEGEND - 4)], each.number)
        drawing.text(x + 40, _LEGEND, each.label)
        x += 40 + width_of(each.label) + 12


def _draw(drawing: Drawing, panel: Panel, left: float, wide: float, top: float) -> None:
    bottom, right = top + _HIGH, left + wide
    xs, ys = ([point[axis] for each in panel.series for point in each.points] for axis in (0, 1))
    x = _across(panel, xs, left + 12, right - 12)
    y: Scale = Log.around(min(ys), max(ys), bottom, top) if panel.log_y else Linear.up_to(max(ys), bottom, top)
    drawing.text(left - 40, top - 16, panel.of, "strong")
    drawing.text(left + wide / 2, bottom + 44, panel.over, "soft", to="middle")
    for tick in y.ticks():
        drawing.line(left, y.at(tick), right, y.at(tick), "grid")
        drawing.text(left - 8, y.at(tick) + 4, named(tick), "soft", size=SMALL, to="end")
    for tick in panel.named_x or x.ticks():
        drawing.line(x.at(tick), bottom, x.at(tick), bottom + 5, "axis")
        drawing.text(x.at(tick), bottom + 20, named(tick), "soft", size=SMALL, to="middle")
    drawing.line(left, bottom, right, bottom, "axis")
    if panel.mark:
        _mark(drawing, x.at(panel.mark[0]), panel.mark[1], top, bottom)
    for each in panel.series:
        drawing.curve([(x.at(one), y.at(other)) for one, other in each.points], each.number)


def _across(panel: Panel, xs: Sequence[float], left: float, right: float) -> Scale:
    if panel.log_x:
        return Log(min(xs), max(xs), left, right) if min(xs) < max(xs) else Log.around(min(xs), max(xs), left, right)
    return Linear(min(xs), max(xs), left, right) if min(xs) < max(xs) else Linear(0, 2 * max(xs), left, right)


def _mark(drawing: Drawing, x: float, told: str, top: float, bottom: float) -> None:
    drawing.line(x, top, x, bottom, "mark")
    drawing.text(x + 8, bottom - 10, told, "soft", size=SMALL)
