"""The service's own tables, which no catalog shows."""

from __future__ import annotations


def is_own(name: str) -> bool:
    """Whether a table of that name is the service's own."""
    return name.startswith("poolgate_") or name == "alembic_version"
