"""Requests written by hand on a socket: what no client library would send, and when the connection ends."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import psutil
from poolgate_process import Process

MIB = 1024 * 1024
HEAD = b"POST /rest/v1/item HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LIVE = b"GET /-/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


def in_use(process: Process) -> int:
    return int(process.get("/-/pool").json()["in_use"])


def open_sockets(process: Process) -> int:
    """Its connections to callers."""
    return len(psutil.Process(process.pid).net_connections("tcp")) - 1


def closed_after(connection: socket.socket) -> tuple[bytes, float]:
    """All that comes until the service closes, and the seconds that takes."""
    began = time.monotonic()
    received = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            received += chunk
    return received, time.monotonic() - began


def answer(connection: socket.socket) -> bytes:
    """One whole answer whose body is an object."""
    received = b""
    while not received.endswith(b"}"):
        chunk = connection.recv(65536)
        assert chunk, received
        received += chunk
    return received
