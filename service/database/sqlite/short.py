"""Which statements are so short that they are run on the event loop itself.

The way to a connection's thread and back costs more than many a read. But what runs on the loop keeps everybody else
waiting, so a statement is to prove there, in the thread, that it is short, and the one that was not is sent back.
"""

from __future__ import annotations

import asyncio
import re

from service.database.sqlite.limited import HastyStatement

SHORT = 0.0015
"""Seconds of work in the thread below which a statement is short. Beside others that want the interpreter's lock it is
up to twice what the same statement works on the loop."""
LONGEST = 0.005
"""Seconds that a statement may work on the loop: as long as any thread may keep the loop waiting for the interpreter's
lock (`sys.getswitchinterval`), and more than a short one takes whose pages have gone from the caches."""
GIVE_WAY = 0.01
"""Seconds of one task's statements on the loop after which that is given a turn: a task may have many in a row."""
FIRST = 8
"""Short runs that are proof enough of a statement that is new."""
_MOST = 1024  # of one that was too long on the loop time and again
_LONG = 4  # short runs that make up for a long one
_RARELY = 50  # one that fails in so many is no reason to trust it less
_WAIT = 10  # so many that do not wait make up for one that does
_MOST_WAITS = 4 * _WAIT
_STALL = 2 * LONGEST
_KEPT = 1024  # statements

_ONLY_READS = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
_UNBOUNDED = re.compile(
    r"\b(?:i?regexp|pg_i?like|like|glob|match|instr|pg_jsonb|pg_strip_nulls|pg_merges?|load_extension|pragma_\w+)\b",
    re.IGNORECASE,
)
"""A single call of these may take long, with one value and not with another, and nothing stops it meanwhile."""


class Runs:
    """How long a statement took.

    Attributes:
        left: short runs in the thread that are missing for its proof.
    """

    __slots__ = ("_price", "_since", "_waits", "left")

    def __init__(self) -> None:
        self.left = self._price = FIRST
        self._since = 0  # runs on the loop
        self._waits = 0  # grows with a run that waited, for a disk or for its turn, and shrinks with one that did not

    def in_the_thread(self, seconds: float) -> None:
        """It was run in the thread, which worked that long on it."""
        self.left = max(0, self.left - 1) if seconds < SHORT else min(self.left + _LONG, self._price)

    def on_the_loop(self, statement: HastyStatement) -> None:
        """It was run on the loop, to its end."""
        self._since += 1
        if not statement.is_late():
            self._waits = max(0, self._waits - 1)
        elif statement.worked() >= LONGEST or self._waits >= _MOST_WAITS:
            self.fails(statement)
        else:
            self._waits += _WAIT

    def fails(self, statement: HastyStatement) -> None:
        """It is not for the loop, at least this time: it proves itself anew, twice as often if it failed lately, and as
        often as can be if one step of it was so long that nothing could stop it."""
        if statement.worked() >= _STALL:
            self._price = _MOST
        else:
            self._price = max(FIRST, self._price // 2) if self._since >= _RARELY else min(2 * self._price, _MOST)
        self.left = self._price
        self._since = self._waits = 0


class Short:
    """The statements of one database, known by their text, in which the values are not."""

    def __init__(self) -> None:
        self._task = 0
        self._spent = 0.0  # seconds of that task's statements on the loop
        self._runs: dict[str, Runs | None] = {}

    def spend(self, seconds: float) -> None:
        """The running task had a statement run on the loop."""
        self._spent += seconds

    def has_had_its_turn(self) -> bool:
        """Whether the running task has had enough of them for now, and is to give way."""
        task = id(asyncio.current_task())
        if task == self._task and self._spent <= GIVE_WAY:
            return False
        is_same, self._task, self._spent = task == self._task, task, 0.0
        return is_same

    def runs(self, sql: str) -> Runs | None:
        """What is known of a statement; None of one that is never for the loop."""
        try:
            return self._runs[sql]
        except KeyError:
            pass
        if len(self._runs) >= _KEPT:  # the oldest; if it is still in use it proves itself again
            del self._runs[next(iter(self._runs))]
        found = self._runs[sql] = Runs() if _ONLY_READS.match(sql) and not _UNBOUNDED.search(sql) else None
        return found
