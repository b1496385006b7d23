"""An ASGI scope as a WSGI environ, and what is wrong with it."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.wsgi import FileWrapper

from service.asgi.limits import Limits
from service.environ_text import as_wsgi
from service.errors import AskedError, TooLargeError

Environ = dict[str, Any]

# In an environ X_Forwarded_For is X-Forwarded-For, which a proxy may have checked and this one not.
_UNDERSCORE = (
    "A header's name has an underscore in it.",
    "Write it with a hyphen: with an underscore it could pass for another header.",
)
# Who stands before us may have gone by the other one, and have taken what follows for a second request (RFC 9112, 6.3).
_TWO_LENGTHS = ("The request has both a Content-Length and a Transfer-Encoding.", "Send one of them.")
_PROTOCOLS = {"1": "HTTP/1.0"}  # granian's word for it; that a caller speaks it tells of a proxy
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_FILE_BLOCK = 64 * 1024  # bytes; each block is one trip to a thread, and Werkzeug's own 8 KiB makes eight of it


def _file_wrapper(file: Any, _size: int = 0) -> FileWrapper:
    return FileWrapper(file, _FILE_BLOCK)


_ALWAYS: Environ = {
    "wsgi.version": (1, 0),
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.file_wrapper": _file_wrapper,
}


def build_environ(scope: Any, limits: Limits) -> tuple[Environ, AskedError | None]:
    """The environ, without `wsgi.input`, and why the request must be refused, if it must."""
    query: bytes = scope.get("query_string", b"")
    path, script, refused = _path(scope, len(query), limits)
    server = scope.get("server") or ("localhost", 80)
    environ = _ALWAYS.copy()
    environ["REQUEST_METHOD"] = scope["method"]
    environ["SCRIPT_NAME"] = script
    environ["PATH_INFO"] = path
    environ["QUERY_STRING"] = query.decode("latin-1")
    environ["SERVER_NAME"] = server[0]
    environ["SERVER_PORT"] = str(server[1] or 80)
    environ["SERVER_PROTOCOL"] = _PROTOCOLS.get(scope["http_version"]) or "HTTP/" + scope["http_version"]
    environ["wsgi.url_scheme"] = scope.get("scheme", "http")
    environ["wsgi.errors"] = sys.stderr
    environ["asgi.scope"] = scope
    if client := scope.get("client"):
        environ["REMOTE_ADDR"] = client[0]
        environ["REMOTE_PORT"] = str(client[1])
    return environ, _add_headers(environ, scope["headers"], limits) or refused


def _add_headers(environ: Environ, headers: Any, limits: Limits) -> AskedError | None:
    most, room = limits.max_headers, limits.max_header_bytes
    for count, (name, value) in enumerate(headers, 1):
        room -= len(name) + len(value)
        if room < 0 or count > most:
            return TooLargeError("The request has too many headers, or too long ones.", code="PGATE431", status=431)
        key = _header_key(name)
        if key is None:
            if b"_" in name:
                return _refused(*_UNDERSCORE)
            continue
        text = value.decode("latin-1")
        if key in environ:
            text = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + text
        environ[key] = text
    if "HTTP_TRANSFER_ENCODING" in environ and "CONTENT_LENGTH" in environ:
        return _refused(*_TWO_LENGTHS)
    return None


def _refused(message: str, hint: str) -> AskedError:
    return AskedError(message, code="PGATE400", hint=hint)


@lru_cache(maxsize=512)
def _header_key(name: bytes) -> str | None:
    if b"_" in name or name.startswith(b":"):
        return None
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key


def _path(scope: Any, query: int, limits: Limits) -> tuple[str, str, AskedError | None]:
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    if max(len(path), len(raw)) + query > limits.max_url:
        refused = TooLargeError(
            f"The URL is longer than {limits.max_url} bytes.",
            code="PGATE414",
            status=414,
            hint="The setting MAX_URL says how long it may be.",
        )
        return "/", "", refused
    if "\0" in path or (b"%" in raw and not _is_text(raw)):
        hint = (
            "Write each byte of a UTF-8 character as % and two hexadecimal digits; a NUL byte cannot stand in a path."
        )
        return "/", "", _refused("The URL's path is not readable text.", hint)
    script: str = scope.get("root_path", "")
    if not script:
        return as_wsgi(path), "", None
    script = script.rstrip("/")
    if script and path.startswith(script) and path[len(script) : len(script) + 1] in ("", "/"):
        path = path[len(script) :]
    return as_wsgi(path), as_wsgi(script), None


def _is_text(raw: bytes) -> bool:
    try:
        unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return False
    return _BROKEN_ESCAPE.search(raw) is None
