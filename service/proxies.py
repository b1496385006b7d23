"""The caller behind trusted proxies, of which there is a number: no address of theirs has to be known.

Only who called and by which scheme are taken over. The host and the path's prefix are not: the address at which
callers reach the tables is a setting (OPENAPI_SERVER_PROXY_URI), and what a proxy passes on unseen anybody can send.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FOR, _PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
_SCHEMES = re.compile(r"\s*https?\s*(,\s*https?\s*)*", re.ASCII)


class TrustedProxies:
    """A WSGI application behind so many proxies, each of which adds to `X-Forwarded-For` who called it.

    Args:
        app: is told the caller's address and scheme.
        count: of the proxies, 1 or more. What stands further to the left in the headers anybody may have written.
    """

    def __init__(self, app: WSGIApplication, count: int) -> None:
        self._app = ProxyFix(app, x_for=count, x_proto=count)
        self._nobody = ProxyFix(lambda _environ, _start_response: (), x_for=count, x_proto=count)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        _mend(environ)
        return self._app(environ, start_response)

    def tell(self, environ: WSGIEnvironment) -> None:
        """Puts the caller's address and scheme into the environ, and calls nobody."""
        _mend(environ)
        self._nobody(environ, cast("StartResponse", None))


def _mend(environ: WSGIEnvironment) -> None:
    called = environ.get(_FOR)
    if called is not None and '"' in called:
        # Werkzeug reads quoted texts: by one that has no end a caller would pass for the proxy itself.
        environ[_FOR] = called.replace('"', "")
    schemes = environ.get(_PROTO)
    if schemes is not None and not _SCHEMES.fullmatch(schemes):
        del environ[_PROTO]
