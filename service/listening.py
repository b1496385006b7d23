"""The socket that the service listens on."""

from __future__ import annotations

import contextlib
import errno
import resource
import socket

from service.errors import ServeError

BACKLOG = 1024
"""Connections the system keeps until they are accepted; what comes beyond it waits a second and more to try again."""
_OTHER_FILES = 512  # beside callers' connections: those to the database, callers being turned away, files


def listen(bind: str) -> socket.socket:
    """A listening socket.

    Args:
        bind: HOST:PORT, an IPv6 host in brackets; port 0 lets the system choose one.

    Raises:
        ServeError: the port is taken or may not be used, or there is no such address here.
    """
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ServeError(f"{host!r} is no address of this machine: {error.strerror}", hint=_NAME_ANOTHER) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise ServeError(_why_not(bind, error), hint=_NAME_ANOTHER) from error
    return listener


def allow_files(connections: int) -> None:
    """Raises the process's limit on open files for that many connections, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def url_of(listener: socket.socket) -> str:
    """Where it listens, for people."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


_NAME_ANOTHER = "Name another address with --bind HOST:PORT."


def _why_not(bind: str, error: OSError) -> str:
    host, _, port = bind.rpartition(":")
    if error.errno == errno.EADDRINUSE:
        return f"The port {port} of {host} is in use already"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host!r} is no address of this machine"
    if error.errno == errno.EACCES:
        return f"The port {port} may not be used without special rights"
    return f"Cannot listen on {bind}: {error.strerror}"
