"""What is not safe is said before the service serves, or keeps it from serving."""

from __future__ import annotations

import logging
from collections.abc import Callable

from service.database import Database
from service.errors import SettingsError
from service.settings import Settings

logger = logging.getLogger("poolgate")


class SecurityChecks:
    """Looks for what is less safe than it could be.

    Args:
        settings: SECURITY_CHECKS says what becomes of a finding.
        speaks: whether it is this worker that says it.
    """

    def __init__(self, database: Database, settings: Settings, *, speaks: Callable[[], bool]) -> None:
        self._database = database
        self._settings = settings
        self._speaks = speaks

    async def __call__(self) -> None:
        """Looks once, the pool being open.

        Raises:
            SettingsError: there is something, and it is to be refused; says all of it at once.
        """
        risks = await self._database.risks(self._settings)
        if risks and self._settings.security_checks == "refuse":
            raise SettingsError([f"SECURITY_CHECKS: {risk}" for risk in risks])
        if self._speaks():
            for risk in risks:
                logger.warning("not safe: %s", risk)
