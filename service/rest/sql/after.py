"""A page that begins after a row, and where it ends."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import CTE, CompoundSelect, FromClause, Label, func, literal_column, select, union_all

from service.errors import CursorError
from service.rest.plan.terms import Keyset, Node, Ordering
from service.rest.sql.builder import Rows
from service.rest.sql.keyset import Branch, Key, branches
from service.rest.sql.source import Carried, Expression, Scope
from service.rest.sql.writer import Cell, Writer


class KeysetBuilder(Writer):
    """The part of the builder that tells pages by keys."""

    @abstractmethod
    def found(self, node: Node, row: Carried) -> list[Expression]:
        """What is found for each output of a page's row."""

    @abstractmethod
    def page_values(self, node: Node, scope: Scope, row: Carried) -> list[Expression]:
        """The columns of a page: its own values, and those that what is embedded starts at."""

    @abstractmethod
    def answer(self, node: Node, page: FromClause, found: Sequence[Expression]) -> tuple[Rows, list[Cell]]:
        """The rows of the answer: what was found for each row of the page."""

    @abstractmethod
    def sort_keys(self, ordering: Ordering) -> list[Key]:
        """The terms of ORDER BY that one term of the dialect becomes."""

    @abstractmethod
    def sort_again(self, key: Key, value: Expression) -> Expression:
        """The term of ORDER BY for a key that has become a column."""

    @abstractmethod
    def key_out(self, value: Expression) -> Expression:
        """A key as it is handed out."""

    @abstractmethod
    def key_in(self, key: Key, slot: int) -> Expression:
        """A cursor's value as a key is compared with it."""

    def after_key(
        self, node: Node, keyset: Keyset, scope: Scope, where: Sequence[Expression]
    ) -> tuple[Rows, list[Cell]]:
        """A page that is told by keys, of which one row more is read: whether there is one."""
        name = self.alias("p")
        row, keys = Carried(name), [key for ordering in node.order for key in self.sort_keys(ordering)]
        found = self.found(node, row)
        columns = [*self.page_values(node, scope, row), *(key.value.label(f"o{n}") for n, key in enumerate(keys))]
        rows = select(*columns).select_from(scope.clause).where(*where)
        last, next_one = self.binds.last(), self.binds.last(1)
        parts = [_first(rows, branch, next_one) for branch in self._branches(keyset, keys)]
        one_more = self._numbered(parts, keys).cte(self.alias("w"))
        self.ending = list(self._ending(one_more, keys, last, next_one))
        number: Expression = literal_column(f"{one_more.name}.n")
        page: Rows = select(literal_column("*")).select_from(one_more).where(number <= last).order_by(number)
        return self.answer(node, page.subquery(name), found)

    def _branches(self, keyset: Keyset, keys: Sequence[Key]) -> list[Branch]:
        if keyset.nulls is None:
            return [Branch([], [key.term for key in keys])]
        if len(keyset.nulls) != len(keys):
            raise CursorError("The cursor is none that was handed out", hint="Begin anew with an empty one: cursor=")
        ends = [
            None if is_null else self.key_in(key, keyset.first_value + n)
            for n, (key, is_null) in enumerate(zip(keys, keyset.nulls, strict=True))
        ]
        return branches(keys, ends) or [Branch([literal_column("1 = 0")], [])]

    def _numbered(self, parts: Sequence[Rows], keys: Sequence[Key]) -> Rows:
        """The rows of all branches in their order: each with its number, and the first number of those like it."""
        whole = self.alias("u")
        every: CompoundSelect[Any] = union_all(
            *(select(literal_column("*")).select_from(part.subquery(self.alias("b"))) for part in parts)
        )
        order = [self.sort_again(key, literal_column(f"{whole}.o{n}")) for n, key in enumerate(keys)]
        numbers = func.row_number().over(order_by=order).label("n"), func.rank().over(order_by=order).label("alike")
        return select(literal_column(f"{whole}.*"), *numbers).select_from(every.subquery(whole))

    def _ending(self, page: CTE, keys: Sequence[Key], last: Expression, next_one: Expression) -> Iterator[Label[Any]]:
        """Where the page ends, for the statement's own row."""
        number: Expression = literal_column(f"{page.name}.n")
        alike: Expression = literal_column(f"{page.name}.alike")
        some: Rows = select(literal_column("1")).select_from(page)
        yield some.where(number > last).exists().label("more")
        yield some.where(number == next_one, alike < number).exists().label("tied")
        for n in range(len(keys)):
            value = select(self.key_out(literal_column(f"{page.name}.o{n}"))).select_from(page)
            yield value.where(number == last).scalar_subquery().label(f"key{n}")


def _first(rows: Rows, branch: Branch, count: Expression) -> Rows:
    """The first rows of a branch."""
    found = rows.where(*branch.where).order_by(*branch.order).limit(count)
    return found.offset(literal_column("0"))  # or SQLAlchemy binds one for SQLite that nothing here would fill
