"""A worker's place, from both sides: what the parent knows of who is there, and what a worker has of its parent."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from dataclasses import dataclass

from service.board import Board

_YOUNG = 5.0  # seconds; a worker that ends before is followed with a pause, so that a crash at once is no busy loop
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0  # seconds, doubled with each worker that ends young


class Post:
    """A worker's side of its line to the parent, which both of them read: its end tells that the other has died.

    Args:
        board: where the workers tell each other their numbers.
        place: this worker's there.
    """

    def __init__(self, line: socket.socket, board: Board, place: int) -> None:
        self.board = board
        self.place = place
        self._line = line
        threading.Thread(target=self._watch, name="parent-watch", daemon=True).start()

    def up(self) -> None:
        """The worker serves."""
        with contextlib.suppress(OSError):  # the parent has died; the watch knows
            self._line.send(b"u")

    def _watch(self) -> None:
        # In a thread, for a view may block the loop; by a signal, for an application may not be loaded yet.
        with contextlib.suppress(OSError):
            self._line.recv(1)
        os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Place:
    """The parent's side: one of the workers, and whoever follows it."""

    board: Board
    number: int
    pid: int | None = None
    line: socket.socket | None = None
    is_up: bool = False
    began: float = 0.0
    start_at: float = 0.0
    ended_young: int = 0

    def took(self, pid: int, line: socket.socket) -> None:
        """A worker begins."""
        self.pid, self.line, self.is_up, self.began = pid, line, False, time.monotonic()

    def ended(self) -> None:
        """Nobody is there; says when the next one starts."""
        now = time.monotonic()
        self.ended_young = self.ended_young + 1 if now - self.began < _YOUNG else 0
        pause = min(_FIRST_PAUSE * 2 ** (self.ended_young - 1), _LONGEST_PAUSE) if self.ended_young else 0.0
        self.start_at = now + pause
        self.leave()
        self.pid, self.is_up = None, False
        self.board.vacate(self.number)

    def leave(self) -> None:
        """Lets go of the line."""
        if self.line is not None:
            self.line.close()
            self.line = None
