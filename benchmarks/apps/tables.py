"""The table, as SQLAlchemy's users declare it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

items = Table(
    "item", MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("price", Numeric(10, 2)),
    Column("created", DateTime(timezone=True)),
    Column("active", Boolean),
    Column("attributes", JSONB),
    Column("note", Text),
)  # fmt: skip
