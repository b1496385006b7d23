"""The limits of a pool, validated at birth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a pool keeps to. Sizes count connections, times are seconds.

    Args:
        min_size: connections opened before the pool is ready.
        max_size: connections there may ever be at once, those being opened or closed included.
        max_waiting: callers who may wait while all `max_size` connections are in use; one more is turned away at once.
        acquire_timeout: how long a caller waits for a connection unless it says otherwise.
        connect_timeout: how long opening one connection may take.
        reset_timeout: how long a connection may take to end what a caller left open on it.
        close_timeout: how long a connection may take to close politely before it is cut.

    Raises:
        ValueError: the limits contradict each other.
    """

    min_size: int = 2
    max_size: int = 10
    max_waiting: int = 100
    acquire_timeout: float = 5.0
    connect_timeout: float = 10.0
    reset_timeout: float = 2.0
    close_timeout: float = 2.0

    def __post_init__(self) -> None:
        if not 0 <= self.min_size <= self.max_size or self.max_size < 1:
            raise ValueError(
                f"a pool needs 0 <= min_size <= max_size and 1 <= max_size, not {self.min_size}, {self.max_size}"
            )
        if self.max_waiting < 0:
            raise ValueError(f"max_waiting cannot be negative: {self.max_waiting}")
        for name in ("acquire_timeout", "connect_timeout", "reset_timeout", "close_timeout"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0 seconds: {getattr(self, name)}")
