"""How much of everything one request may have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one request, and of the threads that plain views share.

    Args:
        max_body: bytes of a request's body; `app.config["MAX_CONTENT_LENGTH"]` goes before it. Beyond: 413.
        max_url: bytes of path and query string together. Beyond: 414.
        max_headers: number of header fields. Beyond: 431.
        max_header_bytes: bytes of all header names and values together. Beyond: 431.
        body_timeout: seconds in which a request's body must have come whole. Beyond: 408.
        send_timeout: seconds one write may wait for a client that does not read. Beyond: the response is cut off.
        patience: seconds a request may last before somebody looks whether its client is still there.
        threads: how many plain (`def`) views and steps of plain generators may run at once.
    """

    max_body: int = 1024 * 1024
    max_url: int = 8 * 1024
    max_headers: int = 100
    max_header_bytes: int = 32 * 1024
    body_timeout: float = 30.0
    send_timeout: float = 30.0
    patience: float = 0.05
    threads: int = 16
