"""Over the pool's size: a query that PostgreSQL's cores have to work for."""

from __future__ import annotations

import os
from dataclasses import replace

from benchmarks.scale.curve import CPU, DATABASE_CPU, OTHERS, P50, P99, RATE, Column, Curve
from benchmarks.scale.setting import BY_CASE, FREE, Asked, Setting, measured, ours
from benchmarks.servers import Server

SIZES = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50)
CLIENTS = 64
"""More than any of the pools has connections."""
_SECONDS = 2.0  # a load: several turns of all clients
_SEARCH = "/rest/v1/item?note=match.item%20{key},"
_COLUMNS = (Column("size", "connections"), RATE, P50, P99, CPU, DATABASE_CPU, OTHERS)


def optimum(cores: int | None) -> int:
    """The pool's size by docs/pool.md: twice the cores of the database's machine, and one for its SSD."""
    return (cores or 1) * 2 + 1


def pool(setting: Setting) -> list[Curve]:
    """Requests a second of a regular expression that is held against 10,000 rows, one of which it finds."""
    if "postgresql" not in setting.names:
        return []
    row = BY_CASE["row"]
    noted = [key for key in row.keys if int(key) % 10]  # each tenth row has no note
    case = replace(row, title="a search through 10,000 rows", keys=noted, clients=CLIENTS)
    best = optimum(os.cpu_count())
    asked = [Asked({"size": size}, case, _with(size)) for size in sorted({*SIZES, best})]
    found = measured(replace(setting, seconds=max(_SECONDS, setting.seconds)), asked, cores=FREE)
    title = f"A search that costs PostgreSQL some milliseconds, over the pool's size; {CLIENTS} clients"
    return [Curve("pool", title, _COLUMNS, found.points, {"optimum": best})]


def _with(size: int) -> Server:
    room = {"POOL_MIN_SIZE": size, "POOL_MAX_SIZE": size, "POOL_ACQUIRE_TIMEOUT": "60s"}
    return ours("postgresql", f"pool of {size}", paths={"row": _SEARCH}, settings=room)
