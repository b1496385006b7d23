"""Bytes as they are, to a service that runs, and what comes back."""

from __future__ import annotations

import json
import socket
from typing import Any, NamedTuple

from poolgate_process import DEADLINE, Process


class Raw(NamedTuple):
    """An answer.

    Args:
        head: as it came, in small letters.
        rest: all that came after the first answer.
    """

    status: int
    head: str
    body: Any
    rest: bytes = b""


def ask(process: Process, data: bytes) -> Raw:
    """What the service answers until it closes the connection, or keeps it and has sent an answer whole."""
    with socket.create_connection(("127.0.0.1", process.port), timeout=DEADLINE) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return _read(received)


def _read(received: bytes) -> Raw:
    head, _, body = received.partition(b"\r\n\r\n")
    text = head.decode("latin-1").lower()
    length = next(int(line.split(":")[1]) for line in text.split("\r\n") if line.startswith("content-length:"))
    return Raw(int(text.split()[1]), text, json.loads(body[:length] or b"null"), body[length:])
