"""Several workers: the parent keeps the listening socket and the workers alive, and serves nothing itself.

It has neither event loop nor threads, so that a fork copies no lock that somebody holds. Forked rather than spawned:
a worker shares the memory of all that is imported, and takes hundredths of a second to start. The workers share one
socket, so a connection that one of them did not take before it died is taken by another; sockets of their own
(SO_REUSEPORT) would lose it.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Iterator

from service.board import Board
from service.errors import ServeError
from service.post import Place, Post

logger = logging.getLogger("poolgate")

_MOST_FAILURES = 5  # starts that fail one after the other while nobody serves
_TO_STOP = (signal.SIGTERM, signal.SIGINT)
_HEEDED = (*_TO_STOP, signal.SIGUSR1, signal.SIGCHLD)


class Supervisor:
    """The parent.

    Args:
        workers: how many serve.
        listener: what they accept connections from; closed here when the stop begins.
        stop_within: seconds after which a stop ends the workers that still run.
    """

    def __init__(self, workers: int, listener: socket.socket, *, stop_within: float) -> None:
        board = Board(workers)
        self._places = [Place(board, number) for number in range(workers)]
        self._listener = listener
        self._stop_within = stop_within
        self._has_served = False
        self._failures = 0  # starts without one that succeeded

    def run(self) -> Post | int:
        """As with fork, this returns in several processes: in each worker its post, in the parent the exit status.

        The first worker starts alone: what keeps it from starting would keep them all, and is told once.

        Raises:
            ServeError: no worker can be started.
        """
        self._heed_signals()
        while True:
            if (post := self._fill()) is not None:
                return post
            for number in self._wait(self._next_start()):
                if number in _TO_STOP:
                    return self._stop()
                if number == signal.SIGUSR1:
                    self._tell(signal.SIGUSR1)
            for place, status in self._reap():
                if (failed := self._follow(place, status)) is not None:
                    return failed

    # Starting

    def _fill(self) -> Post | None:
        for place in self._places if self._has_served else self._places[:1]:
            if place.pid is None and time.monotonic() >= place.start_at:
                post = self._fork(place)
                if post is not None:
                    return post
        return None

    def _fork(self, place: Place) -> Post | None:
        ours, theirs = socket.socketpair()
        gc.freeze()  # a collection in the worker would touch, and so copy, the memory that it shares
        # A signal that came while the worker still has the parent's handlers would be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEEDED)
        pid = os.fork()
        if pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEEDED)
            theirs.close()
            place.took(pid, ours)
            return None
        ours.close()
        self._leave()
        return Post(theirs, place.board, place.number)

    def _leave(self) -> None:
        """In a worker: lets go of all that is the parent's."""
        signal.set_wakeup_fd(-1)
        self._bell.close()
        self._rope.close()
        for place in self._places:
            place.leave()
        for number in _HEEDED:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent passes it on
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # a worker that starts reads the schema anyway
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEEDED)

    def _next_start(self) -> float | None:
        if not self._has_served:
            return None
        return min((place.start_at for place in self._places if place.pid is None), default=None)

    # Watching

    def _heed_signals(self) -> None:
        # Signals come as bytes with their numbers, to wait for them and for the workers in one place.
        self._bell, self._rope = socket.socketpair()
        for each in (self._bell, self._rope):
            each.setblocking(False)
        signal.set_wakeup_fd(self._rope.fileno(), warn_on_full_buffer=False)
        for number in _HEEDED:
            signal.signal(number, lambda *_: None)

    def _wait(self, until: float | None) -> bytes:
        """The signals that came, in their order; notes who is up. Returns at that time at the latest."""
        lines = {place.line: place for place in self._places if place.line is not None and not place.is_up}
        timeout = None if until is None else max(0.0, until - time.monotonic())
        ready, _, _ = select.select([self._bell, *lines], [], [], timeout)
        for line in ready:
            if line is not self._bell and line.recv(1):
                self._is_up(lines[line])
        with contextlib.suppress(BlockingIOError):
            return self._bell.recv(4096)
        return b""

    def _is_up(self, place: Place) -> None:
        place.is_up = self._has_served = True
        self._failures = 0
        if all(each.is_up for each in self._places):
            logger.info("all %d workers serve", len(self._places))

    def _reap(self) -> Iterator[tuple[Place, int]]:
        """Whoever has ended, with exit status, or the signal's number below 0."""
        with contextlib.suppress(ChildProcessError):
            while True:
                # Any child: as a container's first process this one is also given the orphans of others.
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                for place in self._places:
                    if place.pid == pid:
                        yield place, os.waitstatus_to_exitcode(status)

    def _follow(self, place: Place, status: int) -> int | None:
        """Another one takes the place; or the exit status, if there is no use in trying."""
        pid, was_up = place.pid, place.is_up
        place.ended()
        self._failures += not was_up
        if not self._has_served:
            if status > 0:
                return status  # it has said why
            raise ServeError(f"The first worker {_how(status)} before it served")
        logger.warning("worker %d %s; another one takes its place", pid, _how(status))
        if self._failures >= _MOST_FAILURES and not any(each.is_up for each in self._places):
            self._kill()
            raise ServeError(f"No worker can be started any more; the last one {_how(status)}")
        return None

    # Stopping

    def _stop(self) -> int:
        # First of all: a connection that only the parent could take would never be answered.
        self._listener.close()
        deadline = time.monotonic() + self._stop_within
        self._tell(signal.SIGTERM)
        while any(place.pid for place in self._places):
            told = [number for number in self._wait(deadline) if number in _TO_STOP]
            for place, _ in self._reap():
                place.ended()
            if told or time.monotonic() >= deadline:
                logger.warning("%d workers did not end in time and are killed", self._kill())
                return 128 + told[0] if told else 0
        logger.info("all workers have stopped")
        return 0

    def _tell(self, number: int) -> None:
        for place in self._places:
            if place.pid is not None:
                os.kill(place.pid, number)  # it is our child and not reaped: nobody else has its number

    def _kill(self) -> int:
        self._tell(signal.SIGKILL)
        killed = [place for place in self._places if place.pid is not None]
        for place in killed:
            os.waitpid(place.pid or 0, 0)
            place.ended()
        return len(killed)


def _how(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
