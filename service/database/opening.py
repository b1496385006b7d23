"""From the URL to the database; nothing is connected yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from service.database import postgresql, sqlite
from service.database.base import Database
from service.errors import SettingsError
from service.events import Observe, ignore
from service.settings import Settings

_BY_SCHEME: Mapping[str, Callable[[Settings, Observe], Database]] = MappingProxyType(
    {
        "sqlite": sqlite.open_database,
        "postgresql": postgresql.open_database,
        "postgres": postgresql.open_database,
    }
)


def open_database(settings: Settings, observe: Observe = ignore) -> Database:
    """Makes the engines and the pool; does no I/O.

    Args:
        settings: the URL, the pool's sizes, the statement timeout.
        observe: is told what happens.

    Raises:
        SettingsError: the URL cannot be used.
    """
    scheme = settings.database_url.partition("://")[0]
    opener = _BY_SCHEME.get(scheme)
    if opener is None:
        raise SettingsError([f"DATABASE_URL: {scheme!r} is no known database; expected one of {', '.join(_BY_SCHEME)}"])
    return opener(settings, observe)
