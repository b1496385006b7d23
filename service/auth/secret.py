"""The setting JWT_SECRET: the keys that stand in it, or in a file that is read again when it has changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from service.auth.jwks import CheckingKey, read_keys, restricted
from service.forms import secret_text

logger = logging.getLogger("poolgate")
LOOK = 1.0
"""Seconds between two looks at the file."""


class Secret:
    """The keys as they are now.

    Args:
        value: as the setting has it.
        base64: a secret's bytes are written in base64.
        algorithms: the only ones that are allowed; none: as the keys say.
        time: in seconds.

    Raises:
        ValueError: it cannot be used.
    """

    def __init__(
        self,
        value: str,
        *,
        base64: bool = False,
        algorithms: Sequence[str] = (),
        time: Callable[[], float] = monotonic,
    ) -> None:
        self._value = value
        self._base64 = base64
        self._algorithms = algorithms
        self._time = time
        self._file = Path(value[1:]) if value.startswith("@") else None
        self._looked = time()
        self._stamp = self._state()
        self._keys = self._read()

    def keys(self) -> tuple[CheckingKey, ...]:
        """The keys; the same object until the file has changed. What is no file of keys is logged, and ignored."""
        if self._file is not None and self._time() - self._looked >= LOOK:
            self._look()
        return self._keys

    def _look(self) -> None:
        self._looked = self._time()
        stamp = self._state()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._keys = self._read()
        except ValueError as error:
            logger.error("POOLGATE_JWT_SECRET: the file %s; the keys of before are kept", error)
        else:
            logger.info("POOLGATE_JWT_SECRET: the file has changed and was read")

    def _read(self) -> tuple[CheckingKey, ...]:
        return restricted(read_keys(secret_text(self._value), base64=self._base64), self._algorithms)

    def _state(self) -> tuple[int, int, int] | None:
        """What changes with the file; taken before it is read, so that no later change is missed."""
        if self._file is None:
            return None
        try:
            found = os.stat(self._file)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
