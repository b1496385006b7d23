"""Who is measured. A peer is one more entry of this table: name, command, a URL for each case."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from benchmarks.cases import PAGE, WAITING
from benchmarks.deep import DEPTHS

_PYTHON = (sys.executable, "-m")
_HYPERCORN = (*_PYTHON, "hypercorn", "--workers", "0", "--worker-class", "uvloop", "--log-level", "warning")
_UVICORN = (*_PYTHON, "uvicorn", "--loop", "uvloop", "--log-level", "warning", "--no-access-log")


@dataclass(frozen=True)
class Server:
    """A server that can be started.

    Args:
        name: as the table shows it.
        command: with `{port}` and `{url}` for where to listen and the database's URL.
        paths: by the name of the case, with `{key}`.
        database: the one it reads from, by the name that `databases` has for it.
        ready: a path that answers 200 as soon as it serves.
        environment: more of it; `{url}` as above.
        needs: modules; where one is not installed the server is left out and the report says so.
        is_peer: left out of a quick run.
    """

    name: str
    command: tuple[str, ...]
    paths: Mapping[str, str]
    database: str | None = None
    ready: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    is_peer: bool = True

    def missing(self) -> list[str]:
        """The modules that it needs and that are not installed."""
        return [module for module in self.needs if importlib.util.find_spec(module) is None]


_ROW = {"row": "/rest/v1/item?id=eq.{key}"}
_ROWS = {
    **_ROW,
    "page": f"/rest/v1/item?id=gte.{{key}}&order=id&limit={PAGE}",
}


def _ours(
    name: str, database: str, paths: Mapping[str, str], *arguments: str, settings: Mapping[str, object] | None = None
) -> Server:
    command = (*_PYTHON, "service", "serve", "--bind", "127.0.0.1:{port}", *arguments)
    environment = {"POOLGATE_ANONYMOUS": "read", "POOLGATE_LOG_LEVEL": "warning", "POOLGATE_DATABASE_URL": "{url}"}
    environment |= {f"POOLGATE_{key}": str(value) for key, value in (settings or {}).items()}
    return Server(name, command, paths, database, "/-/ready", environment, is_peer=False)


def _deep(name: str, database: str, schema: str) -> Server:
    path = f"/rest/v1/deep_{{rows}}?order=score&limit={PAGE}&cursor={{{{key}}}}"
    paths = {f"deep {rows} {schema}": path.format(rows=rows) for rows in DEPTHS}
    return replace(_ours(name, database, paths), is_peer=True)  # filling its tables takes too long for a quick run


def _views_on_sqlite(name: str, view: str) -> Server:
    ours = _ours(name, "sqlite", {"row": f"/{view}/{{key}}"}, "--app", "benchmarks.apps.sqlite:app")
    return replace(ours, is_peer=True)


def _fastapi(name: str, command: tuple[str, ...], module: str) -> Server:
    return Server(
        f"FastAPI + SQLAlchemy, {name}",
        command,
        {"constant": "/live", "row": "/item/{key}", "page": "/items?start={key}", "sleep": "/sleep"},
        database="postgresql",
        ready="/live",
        environment={"DATABASE_URL": "{url}"},
        needs=("fastapi", module),
    )


_WRITING = {"ANONYMOUS": "write", "MAX_BODY": "64MiB"}


def _bulk(name: str, database: str, form: str) -> Server:
    """A process for each body: what one has freed may serve the next."""
    ours = _ours(name, database, {f"bulk {form}": f"/rest/v1/bulk_{form}"}, settings=_WRITING)
    return replace(ours, is_peer=True)  # a request takes too long for a quick run


_PER_REQUEST = {"POOL_MODE": "per-request"}  # up to 10 at once, as the pool has; with 64 it answers fewer a second
_CROWDED = {"MAX_CONNECTIONS": 2 * WAITING, "POOL_MAX_WAITING": 2 * WAITING, "POOL_ACQUIRE_TIMEOUT": "60s"}
_FASTAPI_APP = "benchmarks.apps.fastapi_sqlalchemy:app"

SERVERS = (
    _ours("Poolgate", "postgresql", {"constant": "/-/live", **_ROWS}),
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
    Server(
        "bare Hypercorn",
        (*_HYPERCORN, "--bind", "127.0.0.1:{port}", "benchmarks.apps.constant:app"),
        {"constant": "/"},
        is_peer=False,
    ),
    _fastapi("Hypercorn", (*_HYPERCORN, "--bind", "127.0.0.1:{port}", _FASTAPI_APP), "hypercorn"),
    _fastapi("uvicorn", (*_UVICORN, "--port", "{port}", _FASTAPI_APP), "uvicorn"),
)
