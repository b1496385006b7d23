"""Answers made smaller for callers who accept it. Hypercorn does not do it, and behind a proxy nobody else may."""

from service.compress.encodings import choose_encoding
from service.compress.responses import add_compression

__all__ = ["add_compression", "choose_encoding"]
