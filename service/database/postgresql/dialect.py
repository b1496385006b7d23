"""SQLAlchemy's asyncpg dialect, but JSON stays text on the wire.

The stock dialect teaches every new connection to parse JSON, which costs two round trips each and would parse, only to
serialize again, what the one-trip lane passes on as it is. Here SQLAlchemy's own types parse, where they are used.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

NAME = "postgresql+poolgate"


class Dialect(PGDialect_asyncpg):
    supports_statement_cache = True
    supports_native_json_deserialization = False
    dialect_injects_custom_json_deserializer = False

    def on_connect(self) -> Any:
        return None


registry.register("postgresql.poolgate", __name__, "Dialect")
