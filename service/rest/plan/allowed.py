"""What can be done with a relation's rows."""

from __future__ import annotations

from service.catalog.model import Relation

READS = ("OPTIONS", "GET", "HEAD")


def allowed_methods(relation: Relation) -> tuple[str, ...]:
    """The methods that the relation answers to, as `Allow` lists them."""
    put = bool(relation.primary_key) and relation.insertable and relation.updatable
    writes = (
        ("POST", relation.insertable),
        ("PUT", put),
        ("PATCH", relation.updatable),
        ("DELETE", relation.deletable),
    )
    return READS + tuple(method for method, can in writes if can)
