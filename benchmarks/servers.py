"""Who is measured: ours, and who stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from benchmarks.cases import PAGE, WAITING
from benchmarks.deep import DEPTHS
from benchmarks.peers import PEERS
from benchmarks.server import PYTHON, Server

__all__ = ["SERVERS", "Server"]

_ROW = {"row": "/rest/v1/item?id=eq.{key}"}
_ROWS = {
    **_ROW,
    "page": f"/rest/v1/item?id=gte.{{key}}&order=id&limit={PAGE}",
}
_READING = {"constant": "/-/live", **_ROWS}
_SERVE = (*PYTHON, "service", "serve", "--bind", "127.0.0.1:{port}")
_SERVE_ON_GRANIAN = (*_SERVE, "--server", "granian")


def _ours(
    name: str, database: str, paths: Mapping[str, str], *arguments: str, settings: Mapping[str, object] | None = None
) -> Server:
    environment = {"POOLGATE_ANONYMOUS": "read", "POOLGATE_LOG_LEVEL": "warning", "POOLGATE_DATABASE_URL": "{url}"}
    environment |= {f"POOLGATE_{key}": str(value) for key, value in (settings or {}).items()}
    return Server(name, (*_SERVE, *arguments), paths, database, "/-/ready", environment, is_peer=False)


def _on_granian(name: str, database: str, paths: Mapping[str, str]) -> Server:
    return replace(_ours(name, database, paths), command=_SERVE_ON_GRANIAN, needs=("granian",))


def _deep(name: str, database: str, schema: str) -> Server:
    path = f"/rest/v1/deep_{{rows}}?order=score&limit={PAGE}&cursor={{{{key}}}}"
    paths = {f"deep {rows} {schema}": path.format(rows=rows) for rows in DEPTHS}
    return replace(_ours(name, database, paths), is_peer=True)  # filling its tables takes too long for a quick run


def _views_on_sqlite(name: str, view: str) -> Server:
    ours = _ours(name, "sqlite", {"row": f"/{view}/{{key}}"}, "--app", "benchmarks.apps.sqlite:app")
    return replace(ours, is_peer=True)


_WRITING = {"ANONYMOUS": "write", "MAX_BODY": "64MiB"}


def _bulk(name: str, database: str, form: str) -> Server:
    """A process for each body: what one has freed may serve the next."""
    ours = _ours(name, database, {f"bulk {form}": f"/rest/v1/bulk_{form}"}, settings=_WRITING)
    return replace(ours, is_peer=True)  # a request takes too long for a quick run


_PER_REQUEST = {"POOL_MODE": "per-request"}  # up to 10 at once, as the pool has; with 64 it answers fewer a second
_CROWDED = {"MAX_CONNECTIONS": 2 * WAITING, "POOL_MAX_WAITING": 2 * WAITING, "POOL_ACQUIRE_TIMEOUT": "60s"}

SERVERS = (
    _ours("Poolgate", "postgresql", _READING),
    _on_granian("Poolgate, granian", "postgresql", _READING),
    _ours("Poolgate, SQLite", "sqlite", _ROWS),
    _ours("Poolgate, SQLite, per request", "sqlite", _ROW, settings=_PER_REQUEST),
    _ours("Poolgate, TCP", "postgresql over tcp", _ROW),
    _ours("Poolgate, TCP, per request", "postgresql over tcp", _ROW, settings=_PER_REQUEST),
    _ours(
        "Poolgate, own view",
        "postgresql",
        {"sleep": "/sleep", "probe": "/-/live"},
        *("--app", "benchmarks.apps.ours:app"),
        settings=_CROWDED,
    ),
    _deep("Poolgate, large tables", "large postgresql", "public"),
    _deep("Poolgate, large tables, SQLite", "large sqlite", "main"),
    _ours("Poolgate, writing", "postgresql", {"insert": "/rest/v1/event"}, settings=_WRITING),
    _ours("Poolgate, writing, SQLite", "sqlite", {"insert": "/rest/v1/event"}, settings=_WRITING),
    _bulk("Poolgate, 2 columns", "postgresql", "narrow"),
    _bulk("Poolgate, 2 columns, SQLite", "sqlite", "narrow"),
    _bulk("Poolgate, 5 columns", "postgresql", "wide"),
    _bulk("Poolgate, 5 columns, SQLite", "sqlite", "wide"),
    _views_on_sqlite("own view, SQLite", "pooled"),
    _views_on_sqlite("own view, SQLite opened by sqlite3", "opened"),
    *PEERS,
)
