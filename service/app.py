"""Puts the rooms together; nothing else constructs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response
from flask.ctx import AppContext
from flask.sansio.scaffold import setupmethod

from service.asgi import AsyncFlask
from service.asgi.lifespan import serve_lifespan
from service.asgi.limits import Limits
from service.auth import LEVELS, Authenticator, KeyRing, anonymous
from service.auth.opening import open_tokens
from service.catalog.holder import CatalogHolder
from service.compress import add_compression
from service.cors import Cors, add_cors
from service.database import Database, open_database
from service.docs.routes import DocsPages
from service.eventlog import EventLog
from service.events import Observe, tell_all
from service.failures import add_error_answers
from service.fast_path import FastPath
from service.key_watch import KeyWatch
from service.lifecycle import Lifecycle
from service.logs import configure
from service.operator.access import warn_of
from service.operator.crew import Crew
from service.operator.history import History
from service.operator.meters import Meters
from service.operator.news import News
from service.operator.routes import OperatorPages
from service.operator.state import PoolState
from service.proxies import TrustedProxies
from service.request_hooks import Finish, add_request_hooks, begin_in_flask
from service.rest.batch import BatchApi
from service.rest.calls import RpcApi
from service.rest.describe import Documents
from service.rest.execute.idempotency import Memory
from service.rest.once import Repeats
from service.rest.openapi_routes import RootApi
from service.rest.parts import Parts
from service.rest.prepare import Statements
from service.rest.reads import Reads
from service.rest.registered import Registry
from service.rest.routes import TableApi
from service.rest.writes import Writes
from service.rules import Rules, open_rules
from service.security_checks import SecurityChecks
from service.settings import Settings, load_settings

if TYPE_CHECKING:
    from service.rate import Rate

F = TypeVar("F", bound=Callable[..., Awaitable[object]])


class PoolgateFlask(AsyncFlask):
    """The application: `AsyncFlask`, to which functions can be added that are called below `/rpc/`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.functions = Registry()

    def full_dispatch_request(self, *ctx: AppContext) -> Response:  # Flask 3.2 hands in its context, 3.1 nothing
        begin_in_flask()  # earlier than any hook: what is refused has an id too
        return super().full_dispatch_request(*ctx)

    @setupmethod
    def rpc(self, name: str | None = None, *, readonly: bool = False, role: str | None = None) -> Callable[[F], F]:
        """Register an async function, which is then called at `/rpc/<name>` in a transaction of its own.

        Args:
            name: the function's own if None.
            readonly: it changes nothing; then it may be called with GET, and its transaction is READ ONLY.
            role: who alone may call it; None for everybody who may read or, if it is not `readonly`, write.

        Raises (the decorator):
            TypeError: it is not async, or an argument's type cannot be read from JSON.
            ValueError: the name is none, or taken.
        """

        def register(function: F) -> F:
            self.functions.add(name or function.__name__, function, readonly=readonly, role=role)
            return function

        return register


@dataclass(frozen=True)
class Poolgate:
    """The rooms of one application; `app.extensions["poolgate"]`."""

    settings: Settings
    database: Database
    catalog: CatalogHolder
    lifecycle: Lifecycle
    state: PoolState
    authenticator: Authenticator
    key_watch: KeyWatch


def create_app(settings: Settings | None = None, *, observe: Observe | None = None) -> PoolgateFlask:
    """A Flask application that serves a database's tables, to which views of your own can be added.

    Args:
        settings: read from the environment if None.
        observe: is told what happens in the pool and the catalog; None writes it to the log. It may ask
            `flask.request` for whom, so that with one all requests go through Flask's dispatch.

    Raises:
        SettingsError: settings that cannot be used, all faults at once.
    """
    settings = settings or load_settings()
    meters, news = Meters(), News()
    log = EventLog()
    tell = tell_all(meters.observe, news.observe, observe or log, seldom=(meters.observe, news.observe, log))
    database = open_database(settings, tell)
    registry = Registry()
    rules = open_rules(settings, database, tell, lambda: [each.name for each in registry])
    ring = KeyRing()
    watch = KeyWatch(database, ring)
    authenticator = _authenticator(settings, database, ring, rules)
    catalog = CatalogHolder(
        *(database, settings.db_schemas, tell),
        functions=settings.functions,
        loaded=None if rules is None else rules.hold,
        then=watch.look,
    )
    crew = Crew(database.pool, meters, news)
    checks = SecurityChecks(database, settings, speaks=lambda: crew.is_first)
    lifecycle = Lifecycle(database, catalog, drain_timeout=settings.drain_timeout, checks=checks)
    state = PoolState(crew, History(crew.tick))
    statements = Statements(
        database.name,
        max_rows=settings.db_max_rows,
        aggregates=settings.db_aggregates_enabled,
        max_answer=settings.max_answer,
        max_cost=settings.db_max_cost,
    )
    meters.plans = lambda: {"found": statements.found, "made": statements.made}

    app = _flask(settings, registry)
    app.extensions["poolgate"] = Poolgate(settings, database, catalog, lifecycle, state, authenticator, watch)
    app.lifespan(lambda _app: crew.present())
    app.lifespan(lambda _app: lifecycle.running())
    app.lifespan(lambda _app: watch.running())
    app.lifespan(lambda _app: state.history.running(lifecycle.until_draining))
    repeats = Repeats(Memory(database), settings.idempotency_lifetime)
    parts = Parts(settings, database, catalog, statements, repeats, authenticator, rules, _rate(settings))
    reads = Reads(parts)
    _add_views(app, parts, reads, lifecycle, state)
    add_error_answers(app, database)
    _add_shell(app, reads, Finish(lifecycle, meters), fast_path=settings.fast_path and observe is None)
    warn_of(settings.admin_token)
    return app


def _flask(settings: Settings, registry: Registry) -> PoolgateFlask:
    limits = Limits(max_url=settings.max_url, body_timeout=settings.body_timeout, send_timeout=settings.send_timeout)
    app = PoolgateFlask("service", static_folder=None, limits=limits)
    app.functions = registry
    app.minimal_errors = settings.client_error_verbosity == "minimal"
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.url_map.merge_slashes = False  # a redirect would hide a mistyped path from a program
    app.url_map.strict_slashes = False
    return app


def _add_views(app: PoolgateFlask, parts: Parts, reads: Reads, lifecycle: Lifecycle, state: PoolState) -> None:
    settings, prefix = parts.settings, parts.settings.rest_prefix.rstrip("/") or None
    described = RootApi(parts, Documents(settings, parts.database, app.functions, parts.authenticator))
    at_root = described.root if prefix is None else None
    app.register_blueprint(OperatorPages(parts, lifecycle, state, at_root).blueprint())
    if settings.openapi_mode != "disabled":  # else /docs is free for a view of the developer's
        app.register_blueprint(DocsPages(parts).blueprint())
    if prefix is not None:
        app.register_blueprint(described.blueprint(), url_prefix=prefix)
    writes = Writes(parts)
    calls = RpcApi(parts, app.functions)
    for api in (calls, TableApi(parts, reads, writes), BatchApi(parts, writes, calls)):
        app.register_blueprint(api.blueprint(), url_prefix=prefix)


def _add_shell(app: PoolgateFlask, reads: Reads, finish: Finish, *, fast_path: bool) -> None:
    """What is around every view; the later it is added, the nearer to the view."""
    settings = reads.parts.settings
    add_request_hooks(app, finish)
    if settings.compression:
        add_compression(app)
    origins = settings.server_cors_allowed_origins
    cors = Cors(origins, settings.rest_prefix.rstrip("/")) if origins else None
    if cors is not None:
        add_cors(app, cors)
    if settings.trusted_proxies:
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]  # as Flask has it
    if fast_path:
        app.fast_path = FastPath(app, reads, finish, cors, compression=settings.compression)


def _authenticator(settings: Settings, database: Database, keys: KeyRing, rules: Rules | None) -> Authenticator:
    roles = rules.roles if rules is not None else None if database.has_roles else LEVELS
    nobody = anonymous(settings.anonymous, settings.db_anon_role, roles)
    return Authenticator(nobody, open_tokens(settings), keys, roles, settings.jwt_roles)


def _rate(settings: Settings) -> Rate | None:
    if settings.rate_limit is None:
        return None
    from service.rate import Rate  # imports the library that counts

    return Rate(settings.rate_limit)


@cache
def _from_environment() -> AsyncFlask:
    settings = load_settings()
    if not logging.getLogger().hasHandlers():  # nobody else's lines are changed
        configure(settings.log_level, settings.log_format)
    return create_app(settings)


@asynccontextmanager
async def _started() -> AsyncIterator[None]:
    async with _from_environment().started():
        yield


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    """`service.app:asgi`, for any ASGI server's command line; made on first use, with the environment's settings."""
    if scope["type"] == "lifespan":
        await serve_lifespan(_started(), receive, send, logging.getLogger("poolgate"))
    else:
        await _from_environment().asgi(scope, receive, send)
