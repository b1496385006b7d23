"""What the settings are called: as fields, in the environment, on the command line."""

from __future__ import annotations

from types import MappingProxyType

PREFIX = "POOLGATE_"
APP_PREFIX = f"{PREFIX}APP_SETTINGS_"
FLAGS = MappingProxyType({"database_url": "--database", "bind": "--bind", "workers": "--workers", "server": "--server"})
SECRETS = frozenset({"admin_token", "jwt_secret"})


def variable(field: str) -> str:
    """The environment variable of a field."""
    return f"{PREFIX}{field.upper()}" + ("_*" if field == "app_settings" else "")
