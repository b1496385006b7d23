"""Memory that a parent shares with the processes it forks: a place for each to write in, which all may read.

It belongs to these processes and has no name: nobody else can open it, and nothing is left of it when they have ended,
however they end. Nobody waits for anybody either: what a process wrote last can be read whatever has become of it.
"""

from __future__ import annotations

import mmap
import struct
import zlib

_HEAD = struct.Struct("<QII")  # the number of the writing, its length, its checksum
_FLAG = 8  # bytes before the first half; the first of them says whether somebody is there
_ATTEMPTS = 3


class Board:
    """What is written stays until its writer, or whoever has the place after it, writes again.

    A place has two halves, written in turn, so that one is whole at any moment, also when a writer is killed while it
    writes. A checksum tells which: no lock, for a process that is stopped would keep it.

    Args:
        places: how many write.
        room: bytes that one may write at a time. What is not used takes no memory.
    """

    def __init__(self, places: int, room: int = 1 << 17) -> None:
        self.places = places
        self._room = room
        self._half = _HEAD.size + room
        self._memory = mmap.mmap(-1, places * self._size)

    @property
    def _size(self) -> int:
        return _FLAG + 2 * self._half

    def write(self, place: int, text: bytes) -> None:
        """Writes, and is there from now on. One process at a time writes in a place.

        Raises:
            ValueError: it is longer than the room there is.
        """
        if len(text) > self._room:
            raise ValueError(f"{len(text)} bytes are more than the {self._room} that there is room for")
        number = max((number for number, _ in self._whole(place)), default=0) + 1
        start = self._start(place, number % 2)
        self._memory[start + _HEAD.size : start + _HEAD.size + len(text)] = text
        _HEAD.pack_into(self._memory, start, number, len(text), _check(number, text))
        self._memory[place * self._size] = 1

    def read(self, place: int, after: int = 0) -> tuple[int, bytes] | None:
        """What was written there last, and the number of that writing, from 1 on.

        Args:
            after: a number; None is returned if nothing has been written since.
        """
        for _ in range(_ATTEMPTS):  # both halves may be written over while they are read
            found = self._whole(place)
            if found:
                last = max(found)
                return last if last[0] > after else None
        return None

    def vacate(self, place: int) -> None:
        """Nobody is there any more; what was written stays."""
        self._memory[place * self._size] = 0

    def is_vacant(self, place: int) -> bool:
        """Whether nobody has written there, or who had has left it."""
        return not self._memory[place * self._size]

    def _start(self, place: int, half: int) -> int:
        return place * self._size + _FLAG + half * self._half

    def _whole(self, place: int) -> list[tuple[int, bytes]]:
        """What the halves hold, but for one that is being written or was left unfinished."""
        found = []
        for half in (0, 1):
            start = self._start(place, half)
            number, length, check = _HEAD.unpack_from(self._memory, start)
            text = self._memory[start + _HEAD.size : start + _HEAD.size + min(length, self._room)]
            if number and check == _check(number, text):
                found.append((number, text))
        return found


def _check(number: int, text: bytes) -> int:
    return zlib.crc32(text, zlib.crc32(number.to_bytes(8, "little")))
