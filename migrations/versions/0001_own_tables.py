"""API keys and remembered answers of idempotent requests.

Times are UTC. On SQLite they are texts as CURRENT_TIMESTAMP writes them, which sort as times.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_identity = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # only INTEGER numbers itself there


def upgrade() -> None:
    op.create_table(
        "poolgate_api_key",
        sa.Column("id", _identity, sa.Identity(), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False, unique=True),  # the visible part, by which a key is found
        sa.Column("hash", sa.LargeBinary, nullable=False),  # of the whole key; the key itself is never stored
        sa.Column("role", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.current_timestamp()),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "poolgate_idempotency",
        sa.Column("scope", sa.Text, primary_key=True),  # whose key it is: the same key of two callers is two keys
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request", sa.Text, nullable=False),  # method, path and query
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="running"),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.Text),  # a JSON array of pairs
        sa.Column("body", sa.LargeBinary),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.current_timestamp()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('running', 'done')", name="poolgate_idempotency_state"),
        sa.CheckConstraint("state = 'running' or status is not null", name="poolgate_idempotency_answer"),
    )
    op.create_index("poolgate_idempotency_expires_at", "poolgate_idempotency", ["expires_at"])


def downgrade() -> None:
    op.drop_table("poolgate_idempotency")
    op.drop_table("poolgate_api_key")
