"""Over clients: one to a thousand connections, each asking again as soon as it is answered."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.scale.curve import CPU, DATABASE, OTHERS, P50, P99, RATE, Column, Curve
from benchmarks.scale.setting import BY_CASE, Asked, Setting, measured, ours

CLIENTS = (1, 3, 10, 32, 100, 300, 1000)
_ROOM = {"MAX_CONNECTIONS": 2000, "POOL_MAX_WAITING": 2000, "POOL_ACQUIRE_TIMEOUT": "60s"}
_COME = 300  # clients that come in a second, and have their first answer
_SECONDS = 2.0  # a load: several turns of a thousand clients
_COLUMNS = (DATABASE, Column("clients", "clients", "{:,}"), RATE, P50, P99, CPU, OTHERS)


def clients(setting: Setting) -> list[Curve]:
    """Requests a second and latencies of 100 rows."""
    asked = [_asked(name, many) for name in setting.names for many in CLIENTS]
    found = measured(replace(setting, seconds=max(_SECONDS, setting.seconds)), asked)
    return [Curve("clients", "100 rows, over clients", _COLUMNS, found.points)]


def _asked(database: str, many: int) -> Asked:
    # What is answered while a thousand still come is not counted; only the built-in generator can do that.
    case = replace(
        BY_CASE["page"], title=f"100 rows, {many:,} clients", clients=many, ramp=max(1.0, many / _COME), turn=1
    )
    return Asked({"database": database, "clients": many}, case, ours(database, "clients", settings=_ROOM))
