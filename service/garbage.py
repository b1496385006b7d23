"""Python's garbage collector in a process that must not stand still.

A full collection looks through everything that was made since the start. That is next to nothing, until a thousand
requests wait: what they hold takes it 80 ms, and everybody stands still meanwhile. So the longer a full collection
took, the later the next one comes. Reference counting frees all but cycles at once anyway.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import thread_time

RARELY = 200
"""Collections of the middle generation before a full one, at most; what lies in dead cycles is kept until then."""
_PAUSE = 0.005  # seconds that a full collection may take before the next one is put off


def settle() -> None:
    """Call it once, at the end of the start: what was made so far lives on and is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.callbacks.append(Pace(gc.get_threshold()[2]))


class Pace:
    """Sets how often a full collection is made by how long the last one took.

    Args:
        usual: collections of the middle generation before a full one, where that is quick.
        clock: in seconds of CPU: while other programs have the core a collection takes long and has little to look
            through, and to put the next one off would only have memory grow.
    """

    def __init__(self, usual: int, clock: Callable[[], float] = thread_time) -> None:
        self._usual = usual
        self._clock = clock
        self._began = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] != 2:
            return
        if phase == "start":
            self._began = self._clock()
            return
        times = (self._clock() - self._began) / _PAUSE
        often = gc.get_threshold()[:2]
        gc.set_threshold(*often, max(self._usual, min(RARELY, round(self._usual * times))))
