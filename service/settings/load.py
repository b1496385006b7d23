"""The way in to the settings that reports faults for people."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from service.errors import SettingsError
from service.settings.faults import faults
from service.settings.fields import Settings


def load_settings(**flags: Any) -> Settings:
    """The settings from flags and environment.

    Args:
        flags: values by field name that win over the environment; None counts as absent.

    Raises:
        SettingsError: with every fault there is.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        # "from None": pydantic's own error repeats the values, and so the secrets.
        raise SettingsError(list(faults(error, given))) from None
    settings._flags = frozenset(given)
    return settings
