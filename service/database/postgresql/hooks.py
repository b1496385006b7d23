"""What the settings have functions in PostgreSQL do or know: the one before each request, and `app.settings.*`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from service.database.context import TOLD, quoted
from service.errors import SettingsError
from service.settings import Settings

_NAME = re.compile(r"[a-z_][a-z0-9_$]*", re.ASCII)
_EXISTS = """
    select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = $1 and p.proname = $2 and p.prokind = 'f' and p.pronargs = p.pronargdefaults
"""


@dataclass(frozen=True, slots=True)
class PreRequest:
    """The function that is called before each request."""

    schema: str
    function: str

    @property
    def statement(self) -> str:
        """Calls it once and to its end, and then gives what it said of the answer."""
        # Its rows are counted first, and what is selected is looked up when they have been.
        call = f"{quoted(self.schema)}.{quoted(self.function)}()"
        return (
            f"{TOLD} from (select count(_each) as rows from {call} as _each) as _before "  # noqa: S608  # quoted names
            "where rows >= 0"
        )

    async def check(self, connection: Any) -> None:
        """Whether there is such a function.

        Raises:
            SettingsError: there is none.
        """
        if await connection.fetchrow(_EXISTS, self.schema, self.function) is None:
            raise SettingsError(
                [
                    f"DB_PRE_REQUEST: there is no function {self.schema}.{self.function} without arguments; "
                    "expected schema.function, each as it is spelled in the database"
                ]
            )


def pre_request_of(settings: Settings) -> PreRequest | None:
    """The function that the settings name; without a schema it is in the default one.

    Raises:
        SettingsError: it is no name.
    """
    named = settings.db_pre_request
    if named is None:
        return None
    schema, _, function = named.rpartition(".") if "." in named else (_default_schema(settings), "", named)
    if not schema or not function:
        raise SettingsError([f"DB_PRE_REQUEST: {named!r} is no name of a function; expected schema.function"])
    return PreRequest(schema, function)


def app_settings(settings: Settings) -> tuple[tuple[str, str], ...]:
    """What functions can read as `app.settings.name`.

    Raises:
        SettingsError: PostgreSQL has no settings of such names.
    """
    faults = [
        f"APP_SETTINGS_{name.upper()}: {name!r} cannot be a setting's name; expected letters, digits and _"
        for name in settings.app_settings
        if not _NAME.fullmatch(name)
    ]
    if faults:
        raise SettingsError(faults)
    return tuple((f"app.settings.{name}", value) for name, value in settings.app_settings.items())


def _default_schema(settings: Settings) -> str:
    return settings.db_schemas[0] if settings.db_schemas else "public"
