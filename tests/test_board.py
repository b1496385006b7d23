"""The memory that workers share: what is written is read whole, or as it was before."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from service.board import Board
from service.post import Place

DEADLINE = 30.0


def test_the_last_writing_is_read_with_its_number() -> None:
    """Each place has its own; a reader that knows the last writing is told that there is nothing newer."""
    board = Board(3)
    assert [board.read(place) for place in range(3)] == [None] * 3
    for text in (b"one", b"", b"three, which is longer"):
        board.write(1, text)
    board.write(2, b"other")
    assert [board.read(place) for place in range(3)] == [None, (3, b"three, which is longer"), (1, b"other")]
    assert board.read(1, after=2) == (3, b"three, which is longer")
    assert board.read(1, after=3) is None


def test_a_place_is_vacated_and_taken_again() -> None:
    """Somebody is there from the first writing on; what was written outlives whoever wrote it."""
    board = Board(2)
    assert board.is_vacant(0)
    board.write(0, b"before")
    assert not board.is_vacant(0)
    board.vacate(0)
    assert (board.is_vacant(0), board.is_vacant(1), board.read(0)) == (True, True, (1, b"before"))
    board.write(0, b"after")
    assert (board.is_vacant(0), board.read(0)) == (False, (2, b"after"))


def test_what_is_too_long_is_refused() -> None:
    """There is a bound, up to which the text comes back whole; beyond it what was there stays."""
    board = Board(2, room=100)
    board.write(0, b"x" * 100)
    with pytest.raises(ValueError, match="101 bytes are more than the 100"):
        board.write(0, b"y" * 101)
    assert board.read(0) == (1, b"x" * 100)
    assert board.read(1) is None


@pytest.mark.parametrize("byte", range(26))
def test_a_writing_that_is_not_whole_does_not_count(byte: int) -> None:
    """Whichever part of it has not come to be: what was written before is read, and the next one takes its place."""
    board = Board(1, room=50)
    for text in (b"the first", b"the second", b"the third", b"the fourth"):
        board.write(0, text)
    board._memory[board._start(0, 0) + byte] ^= 0xFF  # of the number, the length, the checksum, the text
    assert board.read(0) == (3, b"the third")
    board.write(0, b"again")
    assert board.read(0, after=3) == (4, b"again")


def test_nobody_is_where_a_worker_has_ended() -> None:
    """The parent says so as soon as it knows; the numbers stay for the one that follows."""
    board = Board(2)
    board.write(1, b"numbers")
    ours, theirs = socket.socketpair()
    with theirs:
        place = Place(board, 1)
        place.took(4711, ours)
        assert not board.is_vacant(1)
        place.ended()
        assert theirs.recv(1) == b""
    assert (board.is_vacant(1), board.read(1)) == (True, (1, b"numbers"))


KILLED = """
import os, signal
from service.board import Board

board = Board(1)
texts = [bytes([number]) * (1000 * number + 1) for number in range(8)]
pid = os.fork()
number = 0
while not pid:
    board.write(0, texts[number % 8])
    number += 1

def read(after=0):
    found = board.read(0, after)
    if found is not None:
        assert found[1] == texts[(found[0] - 1) % 8], found[0]
        return found[0]

seen = set()
while len(seen) < 300:
    seen.add(read())
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
assert read() >= max(seen - {None})
print("whole")
"""


@pytest.mark.slow
def test_processes_share_it_and_a_killed_writer_spoils_nothing() -> None:
    """Read while a forked process writes without pause, and after it was killed, a text is always one it wrote."""
    # In a process of its own: where a test's threads run, a fork may copy a lock that is held.
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert (done.stdout, done.stderr) == ("whole\n", "")
