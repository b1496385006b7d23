"""Who is measured. A peer is one more entry of this table: name, command, a URL for each case."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.cases import PAGE

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
        database: the one it reads from.
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


_ROWS = {
    "row": "/rest/v1/item?id=eq.{key}",
    "page": f"/rest/v1/item?id=gte.{{key}}&order=id&limit={PAGE}",
}


def _ours(name: str, database: str, paths: Mapping[str, str], *arguments: str) -> Server:
    command = (*_PYTHON, "service", "serve", "--bind", "127.0.0.1:{port}", "--database", "{url}", *arguments)
    environment = {"POOLGATE_ANONYMOUS": "read", "POOLGATE_LOG_LEVEL": "warning", "POOLGATE_DATABASE_URL": "{url}"}
    return Server(name, command, paths, database, "/-/ready", environment, is_peer=False)


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


_FASTAPI_APP = "benchmarks.apps.fastapi_sqlalchemy:app"

SERVERS = (
    _ours("Poolgate", "postgresql", {"constant": "/-/live", **_ROWS}),
    _ours("Poolgate, SQLite", "sqlite", _ROWS),
    _ours("Poolgate, own view", "postgresql", {"sleep": "/sleep"}, "--app", "benchmarks.apps.ours:app"),
    Server(
        "bare Hypercorn",
        (*_HYPERCORN, "--bind", "127.0.0.1:{port}", "benchmarks.apps.constant:app"),
        {"constant": "/"},
        is_peer=False,
    ),
    _fastapi("Hypercorn", (*_HYPERCORN, "--bind", "127.0.0.1:{port}", _FASTAPI_APP), "hypercorn"),
    _fastapi("uvicorn", (*_UVICORN, "--port", "{port}", _FASTAPI_APP), "uvicorn"),
)
