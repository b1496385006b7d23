"""Rules in a file: who may do what, where the database has no roles of its own."""

from service.rules.held import Rules
from service.rules.opening import open_rules

__all__ = ["Rules", "open_rules"]
