"""SQLite: a pool of readers and one writer over one file."""

from service.database.sqlite.engine import SqliteDatabase, open_database

__all__ = ["SqliteDatabase", "open_database"]
