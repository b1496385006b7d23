"""The settings that the environment has."""

from __future__ import annotations

import os
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from service.settings.names import APP_PREFIX, PREFIX, variable


class Environment(PydanticBaseSettingsSource):
    """What `os.environ` says; unknown `POOLGATE_*` names are passed on as they are, for the model to refuse."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = variable(field_name)
        return os.environ.get(name), name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        own = {name: value for name, value in os.environ.items() if name.startswith(PREFIX) and value.strip()}
        if plain := os.environ.get("DATABASE_URL", "").strip():
            found["database_url"] = plain
        for name, value in own.items():
            field = name.removeprefix(PREFIX).lower()
            if name.startswith(APP_PREFIX):
                found.setdefault("app_settings", {})[name.removeprefix(APP_PREFIX).lower()] = value
            else:
                known = name.isupper() and field in self.settings_cls.model_fields and field != "app_settings"
                found[field if known else name] = value.strip()
        return found
