"""PostgreSQL, through asyncpg."""

from service.database.postgresql.engine import PostgresqlDatabase, open_database

__all__ = ["PostgresqlDatabase", "open_database"]
