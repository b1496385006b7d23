"""Who stands beside the service: peers, each as its own documentation has it written, and the floors below all of them.

One process on one core each, ten connections, nothing logged for a request where that can be turned off. A peer is one
more entry of this table.
"""

from __future__ import annotations

from benchmarks import postgrest
from benchmarks.cases import PAGE, POOL
from benchmarks.server import GRANIAN, HYPERCORN, PYTHON, Server

_UVICORN = (*PYTHON, "uvicorn", "--loop", "uvloop", "--log-level", "warning", "--no-access-log")
_GUNICORN = (*PYTHON, "gunicorn", "--threads", str(POOL), "--log-level", "warning", "--no-control-socket")
_BIND = ("--bind", "127.0.0.1:{port}")
_PORT = ("--port", "{port}")
_CONSTANT = {"constant": "/live"}
_ROWS = {"row": "/item/{key}", "page": "/items?start={key}"}
_SLEEP = {"sleep": "/sleep"}


def _app(name: str, command: tuple[str, ...], module: str, *needs: str, pooled: bool = True) -> Server:
    """An application of `benchmarks/apps` on PostgreSQL."""
    return Server(
        name,
        (*command, f"benchmarks.apps.{module}"),
        _CONSTANT | _ROWS | (_SLEEP if pooled else {}),
        database="postgresql",
        ready="/live",
        environment={"DATABASE_URL": "{url}"},
        needs=needs,
    )


_POSTGREST = Server(
    "PostgREST",
    ("{program}",),
    {
        "row": "/item?id=eq.{key}",
        "page": f"/item?id=gte.{{key}}&order=id&limit={PAGE}",
        "sleep": "/rpc/slept",
    },
    database="postgresql",
    ready="/item?id=eq.1",
    environment={
        "PGRST_DB_URI": "{url}",
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_ANON_ROLE": "postgres",
        "PGRST_DB_POOL": str(POOL),
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": "{port}",
    },
    program=postgrest.find,
    bound_from_start=True,
)

_DATASETTE = Server(
    "Datasette, SQLite",
    (*PYTHON, "datasette", "serve", "{file}", *_PORT),  # with its three threads, for with ten it answers fewer a second
    {
        "row": "/benchmark/item/{key}.json?_shape=array",
        "page": f"/benchmark/item.json?_shape=array&id__gte={{key}}&_sort=id&_size={PAGE}",
    },
    database="sqlite",
    ready="/-/versions.json",
    needs=("datasette",),
)

_DRIVER = Server(
    "bare asyncpg",
    (*HYPERCORN, *_BIND, "benchmarks.apps.driver:app"),
    {"row alone": "/row/{key}", "page alone": "/page/{key}"},
    database="postgresql",
    environment={"DATABASE_URL": "{url}"},
    is_peer=False,
    loads_itself=True,
)

PEERS = (
    Server("bare Hypercorn", (*HYPERCORN, *_BIND, "benchmarks.apps.constant:app"), {"constant": "/"}, is_peer=False),
    Server("bare granian", (*GRANIAN, *_PORT, "benchmarks.apps.constant:app"), {"constant": "/"},
           needs=("granian",), is_peer=False),
    _DRIVER,
    _POSTGREST,
    _app("FastAPI + SQLAlchemy, Hypercorn", (*HYPERCORN, *_BIND), "fastapi_sqlalchemy:app", "fastapi"),
    _app("FastAPI + SQLAlchemy, uvicorn", (*_UVICORN, *_PORT), "fastapi_sqlalchemy:app", "fastapi", "uvicorn"),
    _app("Quart + SQLAlchemy, Hypercorn", (*HYPERCORN, *_BIND), "quart_sqlalchemy:app", "quart"),
    _app("Flask + WsgiToAsgi, Hypercorn", (*HYPERCORN, *_BIND), "flask_wsgi_to_asgi:asgi_app"),
    _app("Flask + pool, gunicorn", (*_GUNICORN, *_BIND), "flask_pool:app", "gunicorn", "psycopg"),
    _app("Flask, connection per request, gunicorn", (*_GUNICORN, *_BIND), "flask_per_request:app",
         "gunicorn", "psycopg", pooled=False),
    _DATASETTE,
)  # fmt: skip
