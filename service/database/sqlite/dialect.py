"""SQLAlchemy's aiosqlite dialect, but a connection stays as `files` opened it.

The stock dialect lends every new connection a REGEXP of its own, in the place of ours and with Python's `re` inside.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

NAME = "sqlite+poolgate"


class Dialect(SQLiteDialect_aiosqlite):
    supports_statement_cache = True

    def on_connect(self) -> Any:
        return None


registry.register("sqlite.poolgate", __name__, "Dialect")
