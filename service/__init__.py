"""Poolgate: one connection pool, shared by every coroutine, in front of a relational database."""

__version__ = "0.1.0"
