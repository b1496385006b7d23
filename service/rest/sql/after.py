"""A page that begins after a row, and where it ends."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import CTE, FromClause, Label, func, literal_column, select, union_all

from service.errors import CursorError
from service.rest.plan.terms import ANY, Keyset, Node, Ordering
from service.rest.sql.builder import Rows
from service.rest.sql.keyset import Branch, Key, branches
from service.rest.sql.source import Carried, Expression, Scope
from service.rest.sql.writer import Cell, Writer

_COUNTED = 2
"""Branches whose rows are counted, for those after them to read the fewer. SQLite plans a CTE anew in each place that
speaks of it: were all of them counted, each branch would make the statement twice as large."""


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

    @abstractmethod
    def left_over(self, part: Rows, branch: Branch, keys: Sequence[Key], most: Expression, left: Expression) -> Rows:
        """The first rows of a branch that is not the first one.

        Args:
            part: all of them, in their order.
            most: how many rows are read in all.
            left: how many of these the first branches have left over, which is known when they are read.
        """

    def after_key(
        self, node: Node, keyset: Keyset, scope: Scope, where: Sequence[Expression]
    ) -> tuple[Rows, list[Cell]]:
        """A page that is told by keys, of which one row more is read: whether there is one."""
        name = self.alias("p")
        row, keys = Carried(name), [key for ordering in node.order for key in self.sort_keys(ordering)]
        found = self.found(node, row)
        columns = [*self.page_values(node, scope, row), *(key.value.label(f"o{n}") for n, key in enumerate(keys))]
        rows = select(*columns).select_from(scope.clause).where(*where)
        last, next_one = self._last(), self._last(1)
        parts = self._parts(rows, self._branches(keyset, keys), keys, next_one)
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

    def _last(self, more: int = 0) -> Expression:
        """The number that the page's last row has in it, and `more`."""
        limit = self.plan.paged.limit
        return self.binds.last(more) if limit in (None, ANY) else literal_column(str(limit + more))

    def _parts(self, rows: Rows, found: Sequence[Branch], keys: Sequence[Key], most: Expression) -> Iterator[CTE]:
        """The rows of each branch, of a later one no more than the first ones have left over."""
        left = most
        for number, branch in enumerate(found):
            part = rows.where(*branch.where).order_by(*branch.order)
            first = limited(part, most) if left is most else self.left_over(part, branch, keys, most, left)
            read = first.cte(self.alias("b"))
            yield read
            if number < _COUNTED:
                left = left - select(func.count()).select_from(read).scalar_subquery()

    def _numbered(self, parts: Iterable[CTE], keys: Sequence[Key]) -> Rows:
        """The rows of all branches, each with its number: which order they are read in decides nothing here."""
        whole = self.alias("u")
        every = union_all(*(select(literal_column("*")).select_from(part) for part in parts)).subquery(whole)
        number = func.row_number().over(order_by=self.again(keys, whole)).label("n")
        return select(literal_column(f"{whole}.*"), number).select_from(every)

    def again(self, keys: Sequence[Key], of: str, start: int = 0) -> list[Expression]:
        """The terms of ORDER BY, from one on, for the columns that the keys have become in `of`."""
        return [self.sort_again(key, literal_column(f"{of}.o{n}")) for n, key in enumerate(keys[start:], start)]

    def _ending(self, page: CTE, keys: Sequence[Key], last: Expression, next_one: Expression) -> Iterator[Label[Any]]:
        """Where the page ends, for the statement's own row."""
        number: Expression = literal_column(f"{page.name}.n")
        columns: list[Expression] = [literal_column(f"{page.name}.o{n}") for n in range(len(keys))]
        one: Expression = literal_column("1")
        some: Rows = select(one).select_from(page)
        yield some.where(number > last).exists().label("more")
        # The page's last row and the one behind it, where ORDER BY knows no difference.
        both = some.where(number.between(last, next_one))
        yield both.group_by(*columns).having(func.count() > one).exists().label("tied")
        for n, column in enumerate(columns):
            value = select(self.key_out(column)).select_from(page)
            yield value.where(number == last).scalar_subquery().label(f"key{n}")


def limited(rows: Rows, count: Expression) -> Rows:
    """The first so many rows."""
    return rows.limit(count).offset(literal_column("0"))  # or SQLAlchemy binds one for SQLite that nothing would fill
