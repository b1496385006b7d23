"""How Alembic reaches a database: over the connection it is handed, else over one to the configured database."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy.engine import Connection

from service.database.single import single_connection
from service.migrate import VERSION_TABLE
from service.settings import load_settings


def run(connection: Connection) -> None:
    # The connection's owner began the transaction and ends it: all revisions of a run are applied, or none.
    context.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
    context.run_migrations()


async def run_by_settings() -> None:
    async with single_connection(load_settings().database_url) as connection:
        await connection.run_sync(run)


if (connection := context.config.attributes.get("connection")) is not None:
    run(connection)
else:
    asyncio.run(run_by_settings())
