"""Which view a request is for, by Flask's and Werkzeug's own rules, found out once for what is asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Request
from werkzeug.routing import Map, MapAdapter, Rule

from service.environ_text import as_text

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_MOST_HOSTS = 64  # that are remembered
Bind = Callable[[Request], MapAdapter | None]


class Adapters:
    """Makes the URL adapter of each request.

    Flask's own way reads, checks and encodes the host of each request, which costs more than to find the view, and is
    of no use for it unless hosts have views of their own.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._known: dict[tuple[str | None, ...], MapAdapter] = {}
        self._plain: dict[tuple[str, str], Rule] = {}

    def adapter(self, request: Request, bind: Bind) -> MapAdapter | None:
        """The request's adapter.

        Args:
            bind: Flask's own way.

        Raises:
            HTTPException: what `bind` says of the host.
        """
        environ = request.environ
        if not self._binds_alike(environ):
            return bind(request)
        key = (
            *(environ.get("HTTP_HOST"), environ["wsgi.url_scheme"], environ.get("SCRIPT_NAME")),
            *(environ["SERVER_NAME"], environ["SERVER_PORT"]),
        )
        known = self._known.get(key)
        if known is None:
            return self._remember(key, bind(request))
        return _Adapter(
            self._plain,
            *(self._app.url_map, known.server_name, known.script_name, known.subdomain, known.url_scheme),
            *(as_text(environ["PATH_INFO"]), environ["REQUEST_METHOD"], as_text(environ["QUERY_STRING"])),
        )

    def _binds_alike(self, environ: WSGIEnvironment) -> bool:
        """Whether the host says nothing of which view is asked for."""
        config, urls = self._app.config, self._app.url_map
        return (
            config["SERVER_NAME"] is None
            and config["TRUSTED_HOSTS"] is None
            and not urls.host_matching
            and not self._app.subdomain_matching
            and "HTTP_UPGRADE" not in environ  # or it is a websocket's
        )

    def _remember(self, key: tuple[str | None, ...], adapter: MapAdapter | None) -> MapAdapter | None:
        if adapter is not None:
            if len(self._known) == _MOST_HOSTS:
                self._known.clear()
            self._known[key] = adapter
        return adapter


class _Adapter(MapAdapter):
    """Knows again what is found by a path without variables: nothing can come before that.

    Args:
        plain: such rules by method and path.
    """

    def __init__(self, plain: dict[tuple[str, str], Rule], urls: Map, *args: Any) -> None:
        super().__init__(urls, *args)
        self._plain = plain

    def match(self, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs != {"return_rule": True}:  # Flask asks for more than which view it is
            return super().match(*args, **kwargs)
        key = self.default_method, self.path_info
        rule = self._plain.get(key)
        if rule is not None and rule.map is self.map:
            return rule, {}
        found = super().match(*args, **kwargs)
        if found[0].rule == self.path_info and not found[1]:
            self._plain[key] = found[0]
        return found
