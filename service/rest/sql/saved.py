"""A saved function's statement as a part of another: its text as it stands, a placeholder in each hole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import BindParameter, TextClause, text

from service.catalog.holes import Hole, Piece

Filled = BindParameter[object] | str
"""What comes to stand in a hole: a placeholder, or SQL."""


class Verbatim:
    """Text put together for `text()`, which finds no placeholders in it but those that are put there."""

    def __init__(self) -> None:
        self._written = ""
        self._binds: dict[str, BindParameter[object]] = {}

    def add(self, *parts: Filled) -> Verbatim:
        """SQL as it stands, and placeholders."""
        for part in parts:
            if isinstance(part, str):
                self._written += part.replace(":", r"\:")
            else:
                self._written += f":{part.key}"
                self._binds[part.key] = part
        return self

    def add_parts(self, parts: Sequence[Piece | Hole], fill: Callable[[str], Sequence[Filled]]) -> Verbatim:
        """A statement's parts.

        Args:
            fill: what stands in the hole of this name.
        """
        for part in parts:
            self.add(*((part.text,) if isinstance(part, Piece) else fill(part.name)))
        return self

    def clause(self) -> TextClause:
        """It as SQLAlchemy has it."""
        return text(self._written).bindparams(*self._binds.values())
