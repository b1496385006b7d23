"""What the table API reads of a request's environ; no web framework is needed for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from service.auth import Identity
from service.database.context import Caller
from service.environ_text import as_text
from service.network import network_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class RequestHeaders:
    """A request's headers, by way of its environ: Werkzeug's own raise and catch an error for each that is missing."""

    __slots__ = ("_environ",)

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ

    def get(self, key: str, /) -> str | None:
        return self._environ.get(_KEYS.get(key) or _key(key))


def _key(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"


_READ = ("Accept", "Accept-Profile", "Content-Profile", "Prefer", "Range", "Range-Unit", "Authorization", "apikey")
_KEYS = {header: _key(header) for header in _READ}


def path_of(environ: WSGIEnvironment) -> str:
    """The path as Flask has it: `script_root` and `path`."""
    return as_text(environ.get("SCRIPT_NAME") or "").rstrip("/") + "/" + as_text(environ["PATH_INFO"]).lstrip("/")


def address_of(environ: WSGIEnvironment) -> str | None:
    """Where a request comes from, as far as that tells callers apart."""
    return network_of(environ.get("REMOTE_ADDR"))


def caller_of(environ: WSGIEnvironment, identity: Identity) -> Caller:
    """Who sends the request."""
    who = identity.who(address_of(environ))
    return Caller(who, environ["REQUEST_METHOD"], partial(path_of, environ), partial(_headers, environ))


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    """All of the request's, by their names in lower case; as UTF-8, if they are."""
    found = {}
    for key, value in environ.items():
        if key.startswith("HTTP_") or (value and key in ("CONTENT_TYPE", "CONTENT_LENGTH")):
            found[key.removeprefix("HTTP_").replace("_", "-").lower()] = as_text(value)
    return found


def is_private(environ: WSGIEnvironment) -> bool:
    """Whether the answer may be for this caller alone; to the database's own code a cookie is one more credential."""
    return "HTTP_AUTHORIZATION" in environ or "HTTP_APIKEY" in environ or "HTTP_COOKIE" in environ
