"""From the settings to the rules."""

from __future__ import annotations

from collections.abc import Callable, Collection

from service.database import Database
from service.errors import SettingsError
from service.events import Observe, ignore
from service.rules.file import read_rules
from service.rules.held import Rules
from service.settings import Settings


def open_rules(
    settings: Settings,
    database: Database,
    observe: Observe = ignore,
    functions: Callable[[], Collection[str]] = tuple,
) -> Rules | None:
    """The rules of the file that is named; None where none is.

    Args:
        functions: the names of those in Python.

    Raises:
        SettingsError: the file has faults, all at once; or the database has roles of its own.
    """
    if settings.rules is None:
        return None
    if database.has_roles:
        raise SettingsError(
            [
                "POOLGATE_RULES: this database has roles of its own, which no file overrules; "
                "expected none: say what they may do with GRANT and CREATE POLICY"
            ]
        )
    roles, role = read_rules(settings.rules), settings.db_anon_role
    if role is not None and role not in roles:
        raise SettingsError(
            [f"POOLGATE_DB_ANON_ROLE: {role!r} is no role of {settings.rules.name}; expected one of it"]
        )
    return Rules(roles, database.name, observe, functions)
