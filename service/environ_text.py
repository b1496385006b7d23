"""Text as it stands in a WSGI environ: bytes as Latin-1, whatever they are (PEP 3333)."""

from __future__ import annotations


def as_text(text: str) -> str:
    """What an environ's text means, as Werkzeug reads it: UTF-8, each byte that is none replaced."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


def as_wsgi(text: str) -> str:
    """A text as an environ has it."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")
