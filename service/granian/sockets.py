"""What is done to granian's sockets, which it keeps to itself, by way of the system."""

from __future__ import annotations

import os
import socket
import struct
from contextlib import suppress
from typing import Any

_FILES = "/dev/fd"  # the process's own
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 seconds


def prepare(listener: socket.socket, send_timeout: float) -> None:
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
        os.dup2(nobodys.fileno(), fd)


def break_off(client: Any, server: Any) -> None:
    """Ends a connection so that its caller sees it broken, not at its end.

    Args:
        client, server: its addresses, as ASGI has them.
    """
    ends = _end(client), _end(server)
    for fd in os.listdir(_FILES):
        with suppress(OSError), socket.socket(fileno=os.dup(int(fd))) as connection:
            if (_end(connection.getpeername()), _end(connection.getsockname())) == ends:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                connection.shutdown(socket.SHUT_RD)  # says nothing to the caller, and wakes granian, which closes
                return


def _end(address: Any) -> tuple[str, str]:
    return address[0], str(address[1])
