"""Which charts there are, and which figures of a run each shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.charts.bars import Bar, bars
from benchmarks.charts.lines import Panel, Series, lines

Run = Mapping[str, Any]
Points = Sequence[Mapping[str, Any]]
_DATABASES = {
    "postgresql": "PostgreSQL",
    "sqlite": "SQLite",
    "large postgresql": "PostgreSQL",
    "large sqlite": "SQLite",
}
_OURS = "Poolgate"


def pictures(run: Run) -> Iterator[tuple[str, str]]:
    """Names and SVG of all charts that a run has the figures for.

    Args:
        run: the JSON of `python -m benchmarks` or of `python -m benchmarks.scale`.
    """
    pages = [each for each in run.get("results", ()) if (each["case"], each["database"]) == ("page", "postgresql")]
    if pages:
        yield "rate-100-rows", _rates(pages)
        yield "cpu-100-rows", _cpu(pages)
    for name, curve in run.get("curves", {}).items():
        if name in _CURVES and curve["points"]:
            yield name, _CURVES[name](curve)


def _rates(pages: Points) -> str:
    fastest = sorted(pages, key=lambda each: -each["rate"])
    return bars(
        "100 rows from PostgreSQL, requests per second",
        "More is better. One server process on one core, 32 clients",
        [Bar(each["server"], [each["rate"]], f"{each['rate']:,.0f}", _is_ours(each)) for each in fastest],
    )


def _cpu(pages: Points) -> str:
    return bars(
        "100 rows from PostgreSQL, CPU for one request",
        "Less is better. Microseconds of the server, and of the database working for it",
        [
            Bar(each["server"], _used(each), " + ".join(f"{part:,.0f}" for part in _used(each)), _is_ours(each))
            for each in sorted(pages, key=lambda each: sum(_used(each)))
        ],
        ("server", "PostgreSQL"),
    )


def _used(each: Mapping[str, Any]) -> list[float]:
    return [each["cpu"] * 1e6, each["database_cpu"] * 1e6]


def _is_ours(each: Mapping[str, Any]) -> bool:
    return str(each["server"]).startswith(_OURS)


def _series(points: Points, by: str, x: str, y: str, times: float = 1) -> list[Series]:
    """A curve for each value of `by`, in the order in which they come."""
    values = list(dict.fromkeys(point[by] for point in points))
    return [
        Series(str(_DATABASES.get(value, value)), number, [(p[x], p[y] * times) for p in points if p[by] == value])
        for number, value in enumerate(values)
    ]


def _clients(curve: Run) -> str:
    of = curve["points"]
    return lines(
        "From 1 to 1,000 clients",
        "100 rows a request; every client asks again as soon as it is answered",
        [
            Panel("clients", "requests/s", _series(of, "database", "clients", "rate")),
            Panel("clients", "p99, ms", _series(of, "database", "clients", "p99", 1e3), log_y=True),
        ],
    )


def _workers(curve: Run) -> str:
    of = [point | {"name": "1 row" if point["rows"] == 1 else f"{point['rows']} rows"} for point in curve["points"]]
    memory = [Series("memory", 2, [(point["workers"], point["whole"] / 1e6) for point in of if point["rows"] == 1])]
    counts = sorted({point["workers"] for point in of})
    return lines(
        "Workers",
        f"{_DATABASES[of[0]['database']]}, 32 clients; the load shares the cores with the workers",
        [
            Panel("workers", "requests/s", _series(of, "name", "workers", "rate"), log_x=False, named_x=counts),
            Panel("workers", "memory of all processes (PSS), MB", memory, log_x=False, named_x=counts),
        ],
    )


def _pool(curve: Run) -> str:
    of, best = [point | {"name": "pool"} for point in curve["points"]], curve["optimum"]
    named = [size for size in (1, 2, 3, 5, 10, 20, 30, 50) if size <= max(point["size"] for point in of)]
    mark = (best, f"cores · 2 + 1 = {best}")
    return lines(
        "The pool's size",
        "A search that costs PostgreSQL some milliseconds, 64 clients",
        [
            Panel("connections", "requests/s", _series(of, "name", "size", "rate"), named_x=named, mark=mark),
            Panel("connections", "p99, ms", _series(of, "name", "size", "p99", 1e3), named_x=named, mark=mark),
        ],
    )


def _results(curve: Run) -> str:
    of = [point | {"name": f"{_DATABASES[point['database']]}, {_form(point)}"} for point in curve["points"]]
    return lines(
        "From 1 to 100,000 rows",
        "One request at a time: JSON in one piece, NDJSON streamed",
        [
            Panel("rows of the answer", "ms", _series(of, "name", "rows", "seconds", 1e3), log_y=True),
            Panel("rows of the answer", "memory above rest, MB", _series(of, "name", "rows", "memory", 1e-6)),
        ],
    )


def _form(point: Mapping[str, Any]) -> str:
    return str(point["form"]).upper()


def _tables(curve: Run) -> str:
    return lines(
        "A page of a small table and of a large one",
        "100 rows behind a cursor, 32 clients",
        [Panel("rows of the table", "requests/s", _series(curve["points"], "database", "rows", "rate"))],
    )


def _requests(curve: Run) -> str:
    return lines(
        "A worker's memory",
        "After so many requests of many shapes",
        [Panel("requests", "RSS, MB", _series(curve["points"], "database", "requests", "memory", 1e-6))],
    )


_CURVES: Mapping[str, Callable[[Run], str]] = {
    "clients": _clients,
    "workers": _workers,
    "pool": _pool,
    "results": _results,
    "tables": _tables,
    "requests": _requests,
}
