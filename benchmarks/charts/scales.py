"""From values to places in a picture: linear and logarithmic, and which values an axis names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

_STEPS = (1, 2, 5, 10)
_CLOSE = 1e-9  # what rounding may make of a whole number


class Scale(Protocol):
    """Where a value is drawn."""

    def at(self, value: float) -> float:
        """Its place, in units of the picture."""
        ...

    def ticks(self) -> list[float]:
        """Values that the axis names, ascending."""
        ...


@dataclass(frozen=True)
class Linear:
    """Equal differences are equally long.

    Args:
        low: the value at `start`.
        high: the value at `end`, which is made round: the last tick.
        most: ticks, at most.
    """

    low: float
    high: float
    start: float
    end: float
    most: int = 6

    @classmethod
    def up_to(cls, value: float, start: float, end: float, most: int = 6) -> Linear:
        """From 0 to a round number that is not less than this one."""
        step = step_for(value, most)
        return cls(0, max(1, math.ceil(value / step - _CLOSE)) * step, start, end, most)

    def at(self, value: float) -> float:
        """Its place."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round numbers, evenly spaced."""
        step = step_for(self.high - self.low, self.most)
        first, last = math.ceil(self.low / step - _CLOSE), math.floor(self.high / step + _CLOSE)
        return [number * step for number in range(first, last + 1)]


@dataclass(frozen=True)
class Log:
    """Equal ratios are equally long; values are above 0.

    Args:
        low: the value at `start`.
        high: the value at `end`.
    """

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def around(cls, low: float, high: float, start: float, end: float) -> Log:
        """Over whole decades, one at least."""
        first, last = math.floor(math.log10(low) + _CLOSE), math.ceil(math.log10(high) - _CLOSE)
        return cls(10.0**first, 10.0 ** max(last, first + 1), start, end)

    def at(self, value: float) -> float:
        """Its place."""
        return self.start + math.log(value / self.low) / math.log(self.high / self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Powers of ten; between few of them 2 and 5 times these too."""
        first, last = math.floor(math.log10(self.low) + _CLOSE), math.ceil(math.log10(self.high) - _CLOSE)
        times = (1, 2, 5) if last - first <= 2 else (1,)
        all_ = (each * 10.0**power for power in range(first, last + 1) for each in times)
        return [tick for tick in all_ if self.low * (1 - _CLOSE) <= tick <= self.high * (1 + _CLOSE)]


def step_for(span: float, most: int) -> float:
    """The least of 1, 2, 5, 10, 20 … that cuts a span into so many intervals at most; 1 for an empty span."""
    if span <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(step * power for step in _STEPS if span / (step * power) <= most + _CLOSE)


def named(value: float) -> str:
    """A value as an axis names it."""
    if value >= 1e6:
        return f"{value / 1e6:,.10g}M"
    if value >= 1e4:
        return f"{value / 1e3:,.10g}k"
    return f"{value:,.10g}"
