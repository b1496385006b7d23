"""A statement's text, compiled once per shape, and what fills its placeholders each time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import BigInteger, ClauseElement, Dialect, String, bindparam
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine

from service.rest.plan.terms import Held, Slot
from service.rest.sql.claims import Claims, Ruled
from service.rest.terms import KeyValue, Page, Value

Fill = Callable[[Sequence[Any], Page, Sequence[Page], Claims], Any]
"""Takes a request's values, its page, those of its embeds and the caller's claims; gives one placeholder's value."""

# SQLAlchemy first writes a placeholder as `%(name)s` and then replaces it, wherever it stands: also in a column or an
# alias that is called so. Nobody can call one by a name that cannot be guessed; it is in no finished statement.
_PREFIX = f"p{secrets.token_hex(8)}_"

NO_CLAIMS: Claims = MappingProxyType({})
_NO_END = 2**62  # more than any table has rows


@dataclass(frozen=True, slots=True)
class Statement:
    """What is run: a text with placeholders alone, and how each is filled.

    Args:
        keys: of what each of its rows has in one line, where it gives rows as lines.
        ending: the columns, last in its row, that say where a page ends that is told by keys: whether there are more
            rows, whether the next one is like the last one, and each key.
        binary: its body is bytes that are sent as they are, and no text.
    """

    text: str
    fills: tuple[Fill, ...]
    keys: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()
    binary: bool = False

    def arguments(
        self, values: Sequence[Value | KeyValue], page: Page, pages: Sequence[Page] = (), claims: Claims = NO_CLAIMS
    ) -> list[Any]:
        """The placeholders' values for one request.

        Args:
            pages: of the embeds that have one.
            claims: the caller's.

        Raises:
            DatabaseError: a value that its column's type cannot hold, where the database would not say so itself.
        """
        return [fill(values, page, pages, claims) for fill in self.fills]


@dataclass(frozen=True, slots=True)
class Procedure:
    """A write that takes several statements, in one transaction.

    Each value behind the request's own is said where it is used.

    Args:
        change: changes rows, and gives the key of each (where `find` has given them, nothing). An insert is run for
            each object of the body, with its values; an update with the request's, those of the one object,
            and whether it has each.
        rows: reads the rows of all keys together, as one JSON array.
        find: gives the keys of the rows that are to be changed; `change` then takes them, as one JSON array.
        reads_first: `rows` is to be run before `change`.
        insert: instead of `change`, the statement for an object that has just these columns.
        merges: what forgets, and what then tells, how many rows were merged with one that was there.
        new_key: gives the key of each new row where `change` cannot.
        check: tells how many rows of all keys together are as they may not be.
    """

    change: Statement
    rows: Statement | None = None
    find: Statement | None = None
    reads_first: bool = False
    insert: Callable[[tuple[str, ...]], Statement] | None = None
    merges: tuple[Statement, Statement] | None = None
    new_key: Statement | None = None
    check: Statement | None = None

    @property
    def text(self) -> str:
        """All of its statements."""
        every = (self.change, self.rows, self.find, self.check)
        return "; ".join(each.text for each in every if each is not None)


class Binds:
    """Hands out placeholders while a statement is built, and remembers what fills each.

    Attributes:
        claimed: the values of rules so far that have claims in them.
    """

    def __init__(self) -> None:
        self._fills: dict[str, Fill] = {}
        self.claimed: list[Ruled] = []

    def value(
        self, slot: Slot, convert: Callable[[Any], Any] | None = None, type_: TypeEngine[Any] | None = None
    ) -> BindParameter[Any]:
        """A placeholder for the request's value number `slot`, or a rule's, as `convert` makes it."""
        if isinstance(slot, Held):
            rule = Ruled(slot, convert)
            self.claimed += [rule] if slot.is_claimed else []
            return self._new(lambda values, page, pages, claims: rule.value(claims), type_ or String())
        if convert is None:
            return self._new(lambda values, page, pages, claims: values[slot], type_ or String())
        return self._new(lambda values, page, pages, claims: convert(values[slot]), type_ or String())

    def are_told(self, claimed: Sequence[Ruled]) -> BindParameter[int]:
        """A placeholder that is 1 where the caller's claims tell all of these, and else 0."""
        return self._new(
            lambda values, page, pages, claims: int(all(each.value(claims) is not None for each in claimed)),
            BigInteger(),
        )

    def constant(self, constant: Any, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]:
        """A placeholder that is filled alike for every request of the shape: a key of a JSON path, say."""
        return self._new(lambda values, page, pages, claims: constant, type_ or String())

    def limit(self, unlimited: Any) -> BindParameter[int]:
        """A placeholder for the page's size; `unlimited` is what the database takes for none."""
        return self._new(
            lambda values, page, pages, claims: unlimited if page.limit is None else page.limit, BigInteger()
        )

    def last(self, more: int = 0) -> BindParameter[int]:
        """A placeholder for the number that the page's last row has in it, and `more`."""
        return self._new(
            lambda values, page, pages, claims: (_NO_END if page.limit is None else page.limit) + more, BigInteger()
        )

    def offset(self) -> BindParameter[int]:
        return self._new(lambda values, page, pages, claims: page.offset, BigInteger())

    def embed_limit(self, index: int, most: int | None, unlimited: Any) -> BindParameter[int]:
        """A placeholder for the size of an embed's page, `most` at most."""

        def fill(values: Sequence[Any], page: Page, pages: Sequence[Page], claims: Claims) -> Any:
            limits = [limit for limit in (pages[index].limit, most) if limit is not None]
            return min(limits, default=unlimited)

        return self._new(fill, BigInteger())

    def embed_offset(self, index: int) -> BindParameter[int]:
        return self._new(lambda values, page, pages, claims: pages[index].offset, BigInteger())

    def _new(self, fill: Fill, type_: TypeEngine[Any]) -> BindParameter[Any]:
        name = f"{_PREFIX}{len(self._fills)}"
        self._fills[name] = fill
        return bindparam(name, None, type_=type_, required=False)

    def compile(self, clause: ClauseElement, dialect: Dialect) -> Statement:
        """The finished statement. Every placeholder in it must come from here: SQLAlchemy may bind none of itself."""
        compiled = cast(SQLCompiler, clause.compile(dialect=dialect))
        return Statement(compiled.string, tuple(self._fills[name] for name in compiled.positiontup or ()))
