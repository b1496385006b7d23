"""The scale curves are still measured: their figures are not for a test to judge, their answers and arithmetic are."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cases import WrongAnswerError
from benchmarks.data import COLUMNS, ROWS, row
from benchmarks.scale.curve import CPU, DATABASE, Curve, verdicts
from benchmarks.scale.many import watched
from benchmarks.scale.memory import judged
from benchmarks.scale.mixed import MIXED
from benchmarks.scale.pool import optimum
from benchmarks.scale.workers import counts, shared_of

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_curves_are_measured(tmp_path: Path) -> None:
    """The shortest run asks real servers, gets right answers, judges P11 and writes all of it."""
    file = tmp_path / "scale.json"
    command = [sys.executable, "-m", "benchmarks.scale", "workers", "results", "memory", "--databases", "sqlite"]
    tiny = ["--seconds", "0.5", "--budget", "0", "--rows", "12000", "--requests", "60", "--json", str(file)]
    done = subprocess.run([*command, *tiny], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    run = json.loads(file.read_text())
    points = {name: curve["points"] for name, curve in run["curves"].items()}
    assert list(points) == ["workers", "results", "streams", "requests"]
    assert [(each["rows"], each["workers"]) for each in points["workers"]][:2] == [(1, 1), (1, 2)]
    assert all(each["rate"] > 0 and each["whole"] >= each["pss"] > 0 for each in points["workers"])
    sizes = [(each["form"], each["rows"]) for each in points["results"]]
    small = [(form, size) for size in (1, 10, 100, 1000) for form in ("json", "ndjson")]
    assert sizes == [*small, ("ndjson", 10_000)]
    assert [(each["form"], each["rows"]) for each in points["streams"]] == [("ndjson", 12_000), ("csv", 12_000)]
    assert points["requests"][-1]["requests"] >= 60
    assert [(each["name"], each["reached"]) for each in run["goals"]] == [("P11", True)]
    assert done.stdout.count("| P11") == 1


def test_an_unknown_curve_is_refused() -> None:
    """With the names that there are, and before anything is started."""
    command = [sys.executable, "-m", "benchmarks.scale", "speed"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "'speed' is none of workers, start, clients, pool" in done.stderr


@pytest.mark.parametrize("form", ["ndjson", "csv"])
@pytest.mark.parametrize("part", [7, 1 << 18])
def test_a_right_stream_is_known_however_it_is_cut(form: str, part: int) -> None:
    """Rows beyond the ones that are there once, values with commas and quotes, and a last line without its end."""
    body = stream(form, ROWS + 20)
    seen = watched(form)
    for begin in range(0, len(body), part):
        seen.feed(body[begin : begin + part])
    assert seen.end() == ROWS + 20


@pytest.mark.parametrize("form", ["ndjson", "csv"])
@pytest.mark.parametrize("number", [1, 57, ROWS + 3])
@pytest.mark.parametrize("how", ["missing", "twice", "changed"])
def test_a_wrong_stream_is_found(form: str, number: int, how: str) -> None:
    """A row that is missing, is there twice, or has another value fails the run, wherever it is."""
    lines = stream(form, ROWS + 20).split(b"\n")
    place = number - (form == "ndjson")
    wrong = {
        "missing": [],
        "twice": [lines[place]] * 2,
        "changed": [lines[place].replace(b"Item", b"Itym")],
    }[how]
    lines[place : place + 1] = wrong
    with pytest.raises(WrongAnswerError, match=f"row {number + (how == 'twice')}:"):
        watched(form).feed(b"\n".join(lines))


def test_requests_of_many_shapes_have_one_right_answer() -> None:
    """What is selected and how many rows, by the request itself; anything else is wrong."""
    key = next(str(each) for each in MIXED.keys if "price," in str(each))
    chosen, number = key[len("select=") :].partition("&")[0].split(","), int(key.rpartition(".")[2])
    right = {name: row(number)[name] for name in chosen}
    assert MIXED.is_right([right], key)
    less = {name: right[name] for name in chosen if name != "price"}
    wrong: list[Any] = [[], [right] * 2, [right | {"price": Decimal(-1)}], [right | {"more": None}], [less], None]
    assert [answer for answer in wrong if MIXED.is_right(answer, key)] == []
    assert len(set(MIXED.keys)) > 500


@pytest.mark.parametrize(
    "memory, value, is_reached", [((100, 130, 131, 132), 2 / 130, True), ((100, 100, 101, 103), 0.03, False)]
)
def test_memory_is_held_against_that_after_ten_thousand_requests(
    memory: tuple[int, ...], value: float, is_reached: bool
) -> None:
    """Not against that of the start, and on the database where it grew most."""
    requests = (500, 10_500, 500_000, 1_000_000)
    points = [
        {"database": name, "requests": number, "memory": amount}
        for name, amounts in (("sqlite", memory), ("postgresql", (7, 7, 7, 7)))
        for number, amount in zip(requests, amounts, strict=True)
    ]
    (verdict,) = judged(points)
    assert (verdict.name, verdict.reached) == ("P11", is_reached)
    assert verdict.value == pytest.approx(value)
    assert "after 1,000,000 requests against after 10,000" in verdict.what
    assert judged(points[:5]) == []


def test_sizes_follow_the_cores() -> None:
    """The pool's by docs/pool.md; workers double up to the cores, and are two at least."""
    assert [optimum(cores) for cores in (None, 1, 2, 4)] == [3, 3, 5, 9]
    assert [counts(cores) for cores in (None, 1, 2, 4, 6, 8)] == [*[[1, 2]] * 3, *[[1, 2, 4]] * 2, [1, 2, 4, 8]]


def test_memory_that_is_shared_counts_in_parts() -> None:
    """The share of a process is at most what it has as if alone; of one that is gone there is nothing."""
    assert 0 < shared_of(os.getpid(), "Pss") <= shared_of(os.getpid(), "Rss")
    assert shared_of(2**22 + 1, "Pss") == 0


def test_a_curve_is_a_table() -> None:
    """In the units of its head; what a point has no value for is a dash, and no goal makes no table."""
    curve = Curve("a", "A title", (DATABASE, CPU), [{"database": "sqlite", "cpu": 0.00052}, {"database": "postgresql"}])
    assert [line.split("|")[1:3] for line in curve.as_text().splitlines()[4:]] == [
        [" SQLite     ", " 520            "],
        [" PostgreSQL ", " -              "],
    ]
    assert verdicts([curve]) == []


def stream(form: str, rows: int) -> bytes:
    """The rows of `many` as the service writes them, without the last line's end."""
    values = [row((number - 1) % ROWS + 1) | {"id": number} for number in range(1, rows + 1)]
    if form == "ndjson":
        found = [each | {"price": float(each["price"]), "created": each["created"].isoformat()} for each in values]
        return "\n".join(json.dumps(each, separators=(",", ":"), ensure_ascii=False) for each in found).encode()
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in values:
        writer.writerow(
            (each["id"], each["name"], each["price"], each["created"].isoformat(), str(each["active"]).lower(),
             json.dumps(each["attributes"]), each["note"])
        )  # fmt: skip
    return file.getvalue().rstrip("\n").encode()
