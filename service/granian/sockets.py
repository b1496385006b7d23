"""What is done to granian's sockets, which it keeps to itself, by way of the system."""

from __future__ import annotations

import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

_FILES = "/dev/fd"  # the process's own
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 seconds


def set_up(listener: socket.socket, send_timeout: float) -> None:
    """Sets on the listening socket what the connections that come by it shall have.

    Args:
        send_timeout: seconds after which the system breaks a connection whose caller reads nothing at all.
    """
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux's
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(send_timeout * 1000))


def take_away(fd: int) -> None:
    """Puts a socket to which nobody comes in the place of a listening one.

    granian stops listening only with hanging up on everybody; on an error of `accept` it would try again at once.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=1) as nobodys:
        nobodys.setblocking(False)
        os.dup2(nobodys.fileno(), fd, inheritable=False)


def unread(port: int) -> bool:
    """Whether a caller of that port of ours has sent something that granian has not read."""
    return any(_has_unread(each, port) for each in _own())


def break_off(client: Any, server: Any) -> None:
    """Ends a connection so that its caller sees it broken, not at its end.

    Args:
        client, server: its addresses, as ASGI has them.
    """
    sought = [(host, int(port)) for host, port in (client, server)]
    for each in _own():
        with suppress(OSError), each:
            if [each.getpeername()[:2], each.getsockname()[:2]] == sought:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                each.shutdown(socket.SHUT_RD)  # says nothing to the caller, and wakes granian, which closes
                return


def _has_unread(connection: socket.socket, port: int) -> bool:
    with suppress(OSError), connection:
        if connection.getsockname()[1:2] == (port,):
            return bool(connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    return False


def _own() -> Iterator[socket.socket]:
    """Copies of the process's sockets, each to be closed: granian may close its own at any moment."""
    for name in os.listdir(_FILES):
        with suppress(OSError):
            # Sockets alone, looked at twice: to close a copy of a database's file would take SQLite's locks from it.
            if _is_socket(int(name)) and _is_socket(copy := os.dup(int(name))):
                yield socket.socket(fileno=copy)


def _is_socket(fd: int) -> bool:
    return stat.S_ISSOCK(os.fstat(fd).st_mode)
