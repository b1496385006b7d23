"""The charts: arithmetic of their axes, and pictures that are whole, hold what was measured and stay in their frame."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks.charts.drawing import width_of
from benchmarks.charts.pictures import pictures
from benchmarks.charts.scales import Linear, Log, named, step_for

ROOT = Path(__file__).parent.parent
RATES = {"Poolgate": 2170.4, "Poolgate, granian": 3380.0, "PostgREST 12 & <native>": 2250.0, "bare driver": 12.5}
MAIN: dict[str, Any] = {
    "results": [
        {"case": case, "database": database, "server": name, "rate": rate, "cpu": 1 / rate, "database_cpu": 0.0003}
        for case, database in (("page", "postgresql"), ("page", "sqlite"), ("row", "postgresql"))
        for name, rate in RATES.items()
    ]
}
DATABASES = ("postgresql", "sqlite")


def over(key: str, values: tuple[int, ...], **others: Any) -> dict[str, Any]:
    """A curve of both databases."""
    return {"points": [{"database": name, key: value, **others} for name in DATABASES for value in values]}


SCALE: dict[str, Any] = {
    "curves": {
        "clients": over("clients", (1, 32, 1000), rate=1999.0, p99=0.0021),
        "workers": over("workers", (1, 2), rows=100, rate=2000.0, whole=1.6e8),
        "pool": {"optimum": 5, "points": [{"size": size, "rate": 250.0, "p99": 0.3} for size in (1, 5, 50)]},
        "results": {
            "points": [
                {"database": name, "form": form, "rows": rows, "seconds": rows / 1e5, "memory": 0}
                for name in DATABASES
                for form in ("json", "ndjson")
                for rows in (1, 1000, 100_000)
            ]
        },
        "tables": over("rows", (1000, 10_000_000), rate=1031.0),
        "requests": over("requests", tuple(range(300, 9000, 300)), memory=1.2e8),
    }
}
SCALE["curves"]["workers"]["points"].append({"database": "sqlite", "workers": 1, "rows": 1, "rate": 9.0, "whole": 1})
ONE: dict[str, Any] = {"curves": {"tables": {"points": [{"database": "sqlite", "rows": 1000, "rate": 1.0}]}}}
DRAWN = {
    f"{name}{suffix}": picture
    for suffix, run in (("", MAIN), ("", SCALE), (" of one point", ONE))
    for name, picture in pictures(run)
}


@pytest.mark.parametrize(
    "span, most, step",
    [(10, 5, 2), (10, 10, 1), (3000, 6, 500), (0.35, 6, 0.1), (7, 7, 1), (0, 6, 1), (99, 1, 100)],
)
def test_a_step_is_round(span: float, most: int, step: float) -> None:
    """1, 2 or 5 times a power of ten: the least that leaves no more intervals than there is room for."""
    assert step_for(span, most) == pytest.approx(step)


def test_a_linear_axis_ends_with_a_round_number() -> None:
    """The largest value is inside, the ends are where they were asked for, and ticks are evenly spaced."""
    scale = Linear.up_to(2170, 100, 0)
    assert (scale.high, scale.ticks()) == (2500, [0, 500, 1000, 1500, 2000, 2500])
    assert (scale.at(0), scale.at(2500), scale.at(1250)) == (100, 0, 50)
    assert Linear.up_to(2500, 0, 1).high == 2500
    assert Linear.up_to(0, 0, 1).ticks()[-1] > 0


def test_a_logarithmic_axis_has_equal_ratios_equally_long() -> None:
    """Whole decades around the values, a tick at each; few decades have more ticks."""
    scale = Log.around(3, 40_000, 0, 50)
    assert (scale.low, scale.high, scale.ticks()) == (1, 1e5, [1, 10, 100, 1000, 1e4, 1e5])
    assert (scale.at(1), scale.at(1e5)) == (0, 50)
    assert scale.at(100) - scale.at(10) == pytest.approx(10)
    assert Log(1, 50, 0, 1).ticks() == [1, 2, 5, 10, 20, 50]
    assert Log.around(1, 1, 0, 1).high == 10
    assert Log.around(0.02, 0.3, 0, 1).ticks() == pytest.approx([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1])


@pytest.mark.parametrize(
    "value, name", [(0, "0"), (0.1, "0.1"), (2500, "2,500"), (10_000, "10k"), (100_000, "100k"), (1e7, "10M")]
)
def test_an_axis_names_values_in_short(value: float, name: str) -> None:
    """Thousands and millions by their letters, from ten thousand on."""
    assert named(value) == name


def test_each_measurement_has_its_chart() -> None:
    """The main run gives two, the curves one each; what was not measured gives none."""
    assert {name for name, _ in pictures(MAIN)} == {"rate-100-rows", "cpu-100-rows"}
    assert {name for name, _ in pictures(SCALE)} == set(SCALE["curves"])
    assert list(pictures({"results": [], "curves": {"clients": {"points": []}}})) == []


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_whole(name: str) -> None:
    """Well-formed, with a title and a description for who cannot see it, and nothing that a browser would fetch."""
    root = parsed(name)
    assert root.get("role") == "img"
    assert [child.tag.rpartition("}")[2] for child in root[:3]] == ["title", "desc", "style"]
    assert all(root[place].text for place in range(3))
    assert "prefers-color-scheme: dark" in str(root[2].text)
    assert "url(" not in DRAWN[name]
    assert "href" not in DRAWN[name]


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_outside_of_the_frame(name: str) -> None:
    """Every shape, and every text as wide as it may come out."""
    root = parsed(name)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    boxes = [box(element) for element in root[3:]]
    assert all(0 <= x1 <= x2 <= width and 0 <= y1 <= y2 <= height for x1, y1, x2, y2 in boxes)


@pytest.mark.parametrize("name", DRAWN)
def test_no_text_is_upon_another(name: str) -> None:
    """In whatever font the reader's system has."""
    texts = [each for each in parsed(name) if each.tag.endswith("text")]
    for one, other in combinations(texts, 2):
        (left, top, right, bottom), (x1, y1, x2, y2) = box(one), box(other)
        assert left >= x2 or x1 >= right or top >= y2 or y1 >= bottom, (one.text, other.text)


def test_every_bar_has_its_value_and_its_length() -> None:
    """The figures are there, the fastest comes first, bars are as long as their values, and ours stand out."""
    drawn = parsed("rate-100-rows")
    told = [each.text for each in drawn if each.tag.endswith("text")][2:]
    fastest = sorted(RATES.items(), key=lambda each: -each[1])
    assert told == [text for name, rate in fastest for text in (name, f"{rate:,.0f}")]
    rects = [each for each in drawn if each.tag.endswith("rect")][1:]
    assert [each.get("class") for each in rects] == ["ours", "other", "ours", "other"]
    lengths = [float(str(each.get("width"))) for each in rects]
    assert [length / lengths[0] for length in lengths] == pytest.approx([rate / 3380 for _, rate in fastest], abs=1e-3)
    assert all(f"{1e6 / rate:,.0f} + 300" in DRAWN["cpu-100-rows"] for rate in RATES.values())


def test_the_optimum_of_the_pool_is_marked() -> None:
    """At the place of the size that the formula gives."""
    drawn = parsed("pool")
    marks = [each for each in drawn if each.get("class") == "mark"]
    dots = [float(str(each.get("cx"))) for each in drawn if each.tag.endswith("circle")]
    assert [float(str(each.get("x1"))) for each in marks] == [dots[1], dots[4]]
    assert "cores · 2 + 1 = 5" in DRAWN["pool"]


def test_the_command_writes_files(tmp_path: Path) -> None:
    """Several runs at once, into a folder that it makes; with nothing to draw it says so by its status."""
    files = []
    for name, run in (("main", MAIN), ("scale", SCALE), ("empty", {"results": []})):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(run))
    out = tmp_path / "new" / "charts"
    command = [sys.executable, "-m", "benchmarks.charts", "--out", str(out)]
    done = subprocess.run(
        [*command, *map(str, files)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == [str(out / f"{name}.svg") for run in (MAIN, SCALE) for name, _ in pictures(run)]
    assert (out / "clients.svg").read_text() == DRAWN["clients"]
    assert subprocess.run([*command, str(files[-1])], cwd=ROOT, check=False, timeout=60).returncode == 1


def parsed(name: str) -> ET.Element:
    """A picture's elements."""
    return ET.fromstring(DRAWN[name])  # noqa: S314  # we made it


def box(element: ET.Element) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""

    def of(*names: str) -> list[float]:
        return [float(str(element.get(name))) for name in names]

    kind = element.tag.rpartition("}")[2]
    if kind == "text":
        x, y, size = of("x", "y", "font-size")
        wide = width_of(str(element.text), size)
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[str(element.get("text-anchor"))]
        return left, y - size * 0.75, left + wide, y + size * 0.2
    if kind == "rect":
        x, y, width, height = of("x", "y", "width", "height")
        return x, y, x + width, y + height
    if kind == "circle":
        x, y, r = of("cx", "cy", "r")
        return x - r, y - r, x + r, y + r
    if kind == "line":
        x1, y1, x2, y2 = of("x1", "y1", "x2", "y2")
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
    assert kind in ("polyline", "polygon")
    places = [tuple(map(float, place.split(","))) for place in str(element.get("points")).split()]
    assert all(math.isfinite(value) for place in places for value in place)
    return (
        min(x for x, _ in places),
        min(y for _, y in places),
        max(x for x, _ in places),
        max(y for _, y in places),
    )
