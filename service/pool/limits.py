"""The limits of a pool, validated at birth."""

from __future__ import annotations

from dataclasses import dataclass

_TIMES = (
    *("acquire_timeout", "connect_timeout", "reset_timeout", "close_timeout"),
    *("max_lifetime", "max_idle", "keepalive", "leak_threshold", "reclaim_after"),
)


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
        max_lifetime: the age at which a connection is replaced, up to 2.5 % sooner by chance; None for never.
        max_idle: how long a connection beyond `min_size` may lie unused before it is closed; None for ever.
        keepalive: how long a connection may lie idle before it is asked whether it is there; None for ever.
        validate_after: how long one may lie idle and still be handed out unasked, where the network could have taken it
            without a sign.
        leak_threshold: how long one may be held before that is reported; None for ever.
        reclaim_after: how long one may be held before it is taken away from its holder; None for ever.
        share: the part of the connections, and of the queue, that one identity may have while others wait; None: all.
        renew: whether what a caller's own SQL may have left for the whole session is undone; a transaction always is.
        keep: whether connections are kept; else each is opened for one caller and closed after it.

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
    max_lifetime: float | None = 1800.0
    max_idle: float | None = 300.0
    keepalive: float | None = 30.0
    validate_after: float = 0.5
    leak_threshold: float | None = 30.0
    reclaim_after: float | None = None
    share: float | None = None
    renew: bool = True
    keep: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.min_size <= self.max_size or self.max_size < 1:
            raise ValueError(
                f"a pool needs 0 <= min_size <= max_size and 1 <= max_size, not {self.min_size}, {self.max_size}"
            )
        if self.max_waiting < 0:
            raise ValueError(f"max_waiting cannot be negative: {self.max_waiting}")
        for name in _TIMES:
            seconds = getattr(self, name)
            if seconds is not None and not seconds > 0:
                raise ValueError(f"{name} must be more than 0 seconds: {seconds}")
        if self.share is not None and not 0 < self.share <= 1:
            raise ValueError(f"share is a part of the pool, above 0 and at most 1: {self.share}")
