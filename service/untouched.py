"""Whether a Flask application is as it was made, or something of a developer's would see its requests."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import flask
from flask import signals
from flask.sessions import SecureCookieSessionInterface

from service.asgi import AsyncFlask, Response

_SIGNALS = (
    signals.request_started,
    signals.request_finished,
    signals.request_tearing_down,
    signals.appcontext_pushed,
    signals.appcontext_popped,
    signals.appcontext_tearing_down,
)
_RECEIVERS = tuple(signal.receivers for signal in _SIGNALS)
_OWN_G = flask.Flask.app_ctx_globals_class
_HOOKS = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs", "url_value_preprocessors")
_DISPATCH = (
    "wsgi_app", "app_context", "request_context", "create_url_adapter", "full_dispatch_request", "preprocess_request",
    "dispatch_request", "ensure_sync", "make_response", "finalize_request", "process_response", "do_teardown_request",
    "do_teardown_appcontext", "async_to_sync",
)  # fmt: skip
"""The methods that a request goes through."""
_ROOTS = ("service", "flask", "builtins")
"""Where an application's classes come from."""


def is_heard(app: flask.Flask) -> bool:
    """Whether somebody listens to what each request of this application sends; at any time somebody more may."""
    return any(_RECEIVERS) and any(True for signal in _SIGNALS for _ in signal.receivers_for(app))


class Untouched:
    """Notes an application as it is; called, says whether it is so still.

    Args:
        endpoint: of the view whose requests are meant.
    """

    def __init__(self, app: AsyncFlask, endpoint: str) -> None:
        self._app = app
        self._endpoint = endpoint
        self._kind = type(app)
        self._view = app.view_functions[endpoint]
        self._hooks = self._copies()
        self._replaced = self._methods_replaced()
        self._wsgi = self._replaced.get("wsgi_app")

    def is_still(self) -> bool:
        """Whether that is so of what Flask lets be replaced after the first request, for which each one looks."""
        return vars(self._app).get("wsgi_app") is self._wsgi and self._app.view_functions[self._endpoint] is self._view

    def __call__(self) -> bool:
        app = self._app
        return (
            app.view_functions[self._endpoint] is self._view
            and self._copies() == self._hooks
            and not app.teardown_appcontext_funcs
            and type(app) is self._kind
            and self._methods_replaced() == self._replaced
            and all(_is_as_written(kind) for kind in self._kind.__mro__)
            and app.request_class is flask.Request
            and app.response_class is Response
            and app.app_ctx_globals_class is _OWN_G
            and type(app.session_interface) is SecureCookieSessionInterface
            and app.url_map.converters == app.url_map.default_converters  # others may ask for Flask's request
            and not app.url_map.host_matching
            and not app.subdomain_matching
            and not app.config["TRUSTED_HOSTS"]
        )

    def _copies(self) -> list[Any]:
        """All that is called for requests of the endpoint."""
        names = (None, self._endpoint.rpartition(".")[0])
        return [{name: list(getattr(self._app, hooks).get(name, ())) for name in names} for hooks in _HOOKS]

    def _methods_replaced(self) -> dict[str, Any]:
        """What stands in the place of a method or a class of Flask's."""
        return {name: each for name, each in vars(self._app).items() if callable(getattr(flask.Flask, name, None))}


def _is_as_written(kind: type) -> bool:
    """Whether it is no class of a tool's that watches applications, and no method is replaced for all of them."""
    return kind.__module__.partition(".")[0] in _ROOTS and all(
        type(method) is FunctionType and method.__globals__["__name__"] == kind.__module__  # a proxy calls itself one
        for name, method in vars(kind).items()
        if name in _DISPATCH
    )
