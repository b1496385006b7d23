"""A picture as SVG: shapes and text, in colours that follow the reader's light or dark mode."""

from __future__ import annotations

import math
from collections.abc import Iterable
from xml.sax.saxutils import escape

from benchmarks.charts.style import STYLE

SMALL, USUAL, LARGE = 12.0, 13.0, 17.0
_APART = 12.0  # from one mark to the next, at least
_WIDE = 0.6  # of its size, that a letter of a usual text is at most wide


class Drawing:
    """A picture that grows from the back to the front.

    Args:
        title: what it is, for whoever cannot see it.
        description: what it shows.
    """

    def __init__(self, width: float, height: float, title: str, description: str) -> None:
        self._size = (width, height)
        self._parts = [f"<title>{escape(title)}</title>", f"<desc>{escape(description)}</desc>"]
        self._parts.append(f"<style>{STYLE}</style>")
        self.rect(0.5, 0.5, width - 1, height - 1, "back", round_by=10)

    def rect(self, x: float, y: float, width: float, height: float, kind: str, *, round_by: float = 0) -> None:
        """A rectangle."""
        self._add("rect", kind, x=x, y=y, width=width, height=height, rx=round_by)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        self._add("line", kind, x1=x1, y1=y1, x2=x2, y2=y2)

    def curve(self, places: Iterable[tuple[float, float]], number: int) -> None:
        """A line through places, in the style of the series with that number, and its mark at each that has room."""
        places = list(places)
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        self._parts.append(f'<polyline class="s{number} curve" points="{points}"/>')
        last = -math.inf
        for x, y in places:
            if x - last >= _APART:
                self.dot(x, y, number)
                last = x

    def dot(self, x: float, y: float, number: int) -> None:
        """The mark of a series: circle, square, diamond, triangle."""
        kind = f"s{number} dot"
        if number == 0:
            self._add("circle", kind, cx=x, cy=y, r=4.5)
            return
        r = 4.2 if number == 1 else 6.0
        corners = {
            1: ((-r, -r), (r, -r), (r, r), (-r, r)),
            2: ((0, -r), (r, 0), (0, r), (-r, 0)),
            3: ((0, -r), (r, r * 0.8), (-r, r * 0.8)),
        }[number]
        points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
        self._parts.append(f'<polygon class="{kind}" points="{points}"/>')

    def text(self, x: float, y: float, content: str, kind: str = "", *, size: float = USUAL, to: str = "start") -> None:
        """A line of text.

        Args:
            y: of its base line.
            to: what of it is at `x`: `start`, `middle` or `end`.
        """
        named = f' class="{kind}"' if kind else ""
        place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{to}"'
        self._parts.append(f"<text{named} {place}>{escape(content)}</text>")

    def as_svg(self) -> str:
        """The whole file."""
        width, height = self._size
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        return "\n".join([f'{head}height="{height:g}" role="img">', *self._parts, "</svg>", ""])

    def _add(self, name: str, kind: str, **numbers: float) -> None:
        given = " ".join(f'{key}="{value:.1f}"' for key, value in numbers.items())
        self._parts.append(f'<{name} class="{kind}" {given}/>')


def width_of(content: str, size: float = USUAL) -> float:
    """How wide a text is at most, about."""
    return len(content) * size * _WIDE
