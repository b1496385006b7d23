"""The parameters of a request, sorted by the embed that they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.rest.terms import Condition, EmbedPath, OrderTerm, Read


@dataclass
class Wanted:
    """What was asked of one node, besides what to select.

    Args:
        page: the index of its page among the request's.
        below: by the name of an embed, what was asked of that.
    """

    where: list[Condition] = field(default_factory=list)
    having: list[Condition] = field(default_factory=list)
    order: list[OrderTerm] = field(default_factory=list)
    page: int | None = None
    below: dict[str, Wanted] = field(default_factory=dict)

    def at(self, path: EmbedPath) -> Wanted:
        """What was asked of the embed at `path`, seen from here."""
        found = self
        for name in path:
            found = found.below.setdefault(name, Wanted())
        return found

    def merge(self, other: Wanted) -> None:
        """Add what was asked under another name of the same embed."""
        self.where += other.where
        self.having += other.having
        self.order += other.order
        self.page = other.page if self.page is None else self.page
        for name, below in other.below.items():
            self.at((name,)).merge(below)


def sort_by_embed(asked: Read, pages: Iterable[EmbedPath]) -> Wanted:
    """What was asked of the root, and below it of every embed."""
    root = Wanted()
    for path, condition in asked.where:
        root.at(path).where.append(condition)
    for path, condition in asked.having:
        root.at(path).having.append(condition)
    for path, terms in asked.order:
        root.at(path).order += terms
    for index, path in enumerate(pages):
        root.at(path).page = index
    return root
