"""Over the size of tables: one page costs the same wherever it is."""

from __future__ import annotations

from benchmarks.deep import DEPTHS
from benchmarks.goals import reached
from benchmarks.scale.curve import CPU, DATABASE, DATABASE_CPU, OTHERS, P99, RATE, Column, Curve
from benchmarks.scale.setting import BY_CASE, Asked, Setting, measured
from benchmarks.servers import SERVERS

_SERVERS = {
    "postgresql": ("public", "Poolgate, large tables"),
    "sqlite": ("main", "Poolgate, large tables, SQLite"),
}
_COLUMNS = (DATABASE, Column("rows", "rows in the table", "{:,}"), RATE, P99, CPU, DATABASE_CPU, OTHERS)


def tables(setting: Setting) -> list[Curve]:
    """100 rows behind a cursor, out of tables of 10^3, 10^5 and 10^7 rows: the cases of P10."""
    by_name = {server.name: server for server in SERVERS}
    asked = [
        Asked({"database": name, "rows": rows}, BY_CASE[f"deep {rows} {schema}"], by_name[server])
        for name, (schema, server) in _SERVERS.items()
        if name in setting.names
        for rows in DEPTHS
    ]
    found = measured(setting, asked)
    title = "100 rows behind a cursor, over the table's size"
    return [Curve("tables", title, _COLUMNS, found.points, verdicts=reached(found.figures))]
