"""The databases: engines, drivers, reflection, errors. See README.md beside this file for the room's rule."""

from __future__ import annotations

from service.database.base import Database
from service.database.opening import open_database

__all__ = ["Database", "open_database"]
