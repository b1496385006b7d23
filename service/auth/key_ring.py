"""The API keys that are good, in memory: no request asks the database for one, whatever is sent. Pure."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from service.auth.api_key import MARK, digest_of, prefix_of
from service.auth.authenticator import unknown_key
from service.errors import UnavailableError

MOST_AGE = 30.0
"""Seconds that the keys are good without having been confirmed. One that was revoked meanwhile must not live on."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that was not revoked.

    Args:
        number: in the database.
        prefix: its visible part.
        digest: of the whole key, see `api_key.digest_of`.
        role: None for what anonymous callers may do.
        expires_at: seconds since 1970; None for never.
    """

    number: int
    prefix: str
    digest: bytes = field(repr=False)
    role: str | None = None
    expires_at: float | None = None


_NOBODYS = KnownKey(0, "", secrets.token_bytes(32))  # an unknown prefix is compared too, and takes as long


class KeyRing:
    """The keys, as they were when last confirmed; before the first time they are not known.

    Args:
        clock: seconds that only go forward, by which the keys grow stale.
        now: seconds since 1970, by which they expire.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._now = now
        self._keys: Mapping[str, KnownKey] = {}
        self._confirmed_at: float | None = None
        self._is_kept = True  # until it is known that there is no place for keys
        self._made = 0
        self._uses: dict[int, float] = {}

    def __repr__(self) -> str:
        state = "no place for keys" if not self._is_kept else "fresh" if self.is_fresh else "stale"
        return f"<KeyRing keys={len(self._keys)} {state}>"

    @property
    def exist(self) -> bool:
        """Whether any were ever made."""
        return self._made > 0

    @property
    def is_fresh(self) -> bool:
        """Whether they were confirmed lately."""
        return self._confirmed_at is not None and self._clock() - self._confirmed_at <= MOST_AGE

    def is_key(self, text: str, /) -> bool:
        """Whether it is to be looked for here: it begins like a key, and there is a place where keys are kept."""
        return self._is_kept and text.startswith(MARK)

    def find(self, text: str, /) -> KnownKey:
        """The key, noted as used.

        Raises:
            AuthError: PGATE401, it is unknown, revoked or expired; which of them is not told.
            UnavailableError: they have not been confirmed for too long.
        """
        if not self.is_fresh:
            raise UnavailableError("API keys cannot be checked at the moment", code="PGATE503", retry_after=2)
        key = self._keys.get(prefix_of(text), _NOBODYS)
        is_it = hmac.compare_digest(digest_of(text), key.digest)
        now = self._now()
        if not is_it or (key.expires_at is not None and key.expires_at <= now):
            raise unknown_key()
        self._uses[key.number] = now
        return key

    def put(self, keys: Iterable[KnownKey], *, made: int, asked_at: float) -> None:
        """Replaces all keys.

        Args:
            made: how many there are, the revoked ones counted.
            asked_at: on the clock, before the database was asked.
        """
        self._keys = {key.prefix: key for key in keys}
        self._made = made
        self.confirm(asked_at)

    def confirm(self, asked_at: float) -> None:
        """They are still what the database has."""
        self._is_kept = True
        self._confirmed_at = asked_at

    def close(self) -> None:
        """There is no place for keys: nothing is one."""
        self._keys, self._made, self._is_kept, self._confirmed_at = {}, 0, False, None

    def take_uses(self) -> dict[int, float]:
        """When each key was used last, seconds since 1970, by its number; of those used since the last call."""
        taken, self._uses = self._uses, {}
        return taken

    def return_uses(self, uses: Mapping[int, float]) -> None:
        """What could not be written is kept for the next time."""
        self._uses = {**uses, **self._uses}
