"""From a request's shape to its statement, once: planned and compiled statements are kept, bounded, for one catalog."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

from service.catalog.model import Catalog, Relation, Right
from service.catalog.relationships import Relationships
from service.rest.plan.call import Call
from service.rest.plan.media import JSON, Media
from service.rest.plan.names import resolve_relation, resolve_schema
from service.rest.plan.narrowed import require_right
from service.rest.plan.plain import is_plain
from service.rest.plan.read import plan_read
from service.rest.plan.terms import FILLED_IN, Count, Keyset, Paged, ReadPlan
from service.rest.plan.write import Action, Returns, Write, plan_write
from service.rest.sql import (
    Procedure,
    Statement,
    build_cost,
    build_estimate,
    build_explain,
    build_read,
    build_total,
    build_write,
    page_in_text,
)
from service.rest.sql.call import First, build_call
from service.rest.terms import Asked, Cursor, Page


@dataclass(frozen=True, slots=True)
class Valve:
    """Keeps a read from being run that is too expensive.

    Args:
        statements: each asks the planner what it expects a part of the read to cost: the rows, a count apart.
        most: each may cost, in the planner's units.
    """

    statements: tuple[Statement, ...]
    most: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is run for one shape of read.

    Args:
        estimate: asks the planner for the total; None where the total is counted or not wanted.
        count: how the total is to be found.
        count_limit: how far an estimated count counts.
        plain: reading it runs no code of the schema's author, and so needs no READ ONLY transaction.
        total: counts by itself, where rows are sent as they come.
        warnings: what the caller is to be told beside the answer.
        keyset: the page is told by keys, and the statement gives those of its last row as `ending`.
        first: what is run before it, of a call.
        valve: what is asked before it, of a read that may be too expensive.
    """

    relation: Relation
    statement: Statement
    estimate: Statement | None
    count: Count
    count_limit: int | None
    plain: bool
    total: Statement | None = None
    warnings: tuple[str, ...] = ()
    keyset: Keyset | None = None
    first: First | None = None
    valve: Valve | None = None


@dataclass(frozen=True, slots=True)
class PreparedWrite:
    """What is run for one shape of write.

    Args:
        statement: one that does all, or several.
        plain: it runs no code of the schema's author.
        triggered: it may run triggers or rules of theirs.
        warnings: what the caller is to be told beside the answer.
    """

    relation: Relation
    write: Write
    returns: Returns
    statement: Statement | Procedure
    plain: bool = True
    triggered: bool = False
    warnings: tuple[str, ...] = ()


Kept = TypeVar("Kept", Prepared, PreparedWrite)


class Statements:
    """Prepares requests.

    Args:
        database: the database's name in SQLAlchemy.
        max_rows: the setting DB_MAX_ROWS; an estimated count counts no further, and no embed has more rows.
        aggregates: the setting DB_AGGREGATES_ENABLED.
        max_answer: the setting MAX_ANSWER.
        max_cost: the setting DB_MAX_COST.
        size: how many shapes are kept; the one unused longest goes first.
        most_text: characters of all kept statements together. A caller may ask for a thousand shapes of a thousand
            columns each; what is held of a shape is up to ten times its statement.

    Attributes:
        found: requests whose shape was kept.
        made: those that were planned, and their statements compiled.
    """

    def __init__(
        self,
        database: str,
        *,
        max_rows: int | None,
        aggregates: bool = False,
        max_answer: int | None = None,
        max_cost: float | None = None,
        size: int = 1000,
        most_text: int = 4 * 1024**2,
    ) -> None:
        self._database = database
        self._max_rows = max_rows
        self._aggregates = aggregates
        self._max_answer = max_answer
        self._max_cost = max_cost
        self._size = size
        self._most_text = most_text
        self._text = 0
        self._version = -1
        self._of_role: dict[str | None, Relationships] = {}
        self._kept: OrderedDict[Hashable, Prepared | PreparedWrite] = OrderedDict()
        self.found = 0
        self.made = 0

    def write(
        self, asked: Asked, columns: tuple[str, ...], catalog: Catalog, media: Media = JSON, *, textual: bool = False
    ) -> PreparedWrite:
        """What writes for a request of this shape.

        Args:
            columns: the keys of the body's objects.
            textual: the body's values are all texts.

        Raises:
            ProfileError, PlanError, MethodError, DatabaseError: it cannot be done; nothing is kept of it.
        """
        self._renew(catalog)
        of = asked.preferences
        key = (
            *(
                catalog.role,
                asked.method,
                asked.profile,
                asked.relation,
                asked.read,
                tuple(path for path, _ in asked.pages),
            ),
            *(asked.page == Page(), asked.on_conflict, columns, textual, media.form),
            *(of.representation, of.resolution, of.missing),
        )
        prepared = self._find(key)
        if isinstance(prepared, PreparedWrite):
            return prepared
        return self._keep(key, self._prepare_write(asked, columns, catalog, media, textual))

    def call(self, asked: Asked, call: Call, catalog: Catalog, media: Media = JSON) -> Prepared:
        """What calls a function for a request of this shape.

        Raises:
            PlanError, DatabaseError: what it gives cannot be read so; nothing is kept of it.
        """
        self._renew(catalog)
        pages = tuple(path for path, _ in asked.pages)
        key = (
            *(catalog.role, call.routine.signature, call.style, call.first, tuple(each.name for each in call.given)),
            *(len(asked.values), asked.read, pages, asked.preferences.count, asked.method == "HEAD"),
            *(media.form, media.explain),
        )
        prepared = self._find(key)
        if isinstance(prepared, Prepared):
            return prepared
        return self._keep(key, self._prepare_call(asked, call, catalog, media))

    def _renew(self, catalog: Catalog) -> None:
        if catalog.version != self._version:
            self._kept.clear()
            self._text = 0
            self._version = catalog.version
            self._of_role.clear()

    def _relationships(self, catalog: Catalog) -> Relationships:
        if catalog.role not in self._of_role:
            self._of_role[catalog.role] = Relationships(catalog)
        return self._of_role[catalog.role]

    def read(self, asked: Asked, catalog: Catalog, media: Media = JSON, page: Page | None = None) -> Prepared:
        """The statement for a read of this shape.

        Args:
            page: what is to be read of it; None is the page that was asked for.

        Raises:
            ProfileError, PlanError, DatabaseError: it cannot be done; nothing is kept of it.
        """
        self._renew(catalog)
        pages = tuple(path for path, _ in asked.pages) if asked.pages else ()
        count, is_head = asked.preferences.count, asked.method == "HEAD"
        paged = page_in_text(asked.page if page is None else page, self._max_rows, self._database)
        key = (
            *(catalog.role, asked.profile, asked.relation, asked.read, pages, count, is_head),
            *(media.form, media.explain, _shape_of(asked.cursor), paged),
        )
        prepared = self._find(key)
        if isinstance(prepared, Prepared):
            return prepared
        return self._keep(key, self._prepare(asked, catalog, media, paged))

    def _find(self, key: Hashable) -> Prepared | PreparedWrite | None:
        prepared = self._kept.get(key)
        if prepared is not None:
            self._kept.move_to_end(key)
            self.found += 1
        return prepared

    def _keep(self, key: Hashable, prepared: Kept) -> Kept:
        self.made += 1
        self._kept[key] = prepared
        self._text += len(prepared.statement.text)
        while len(self._kept) > self._size or self._text > self._most_text:
            _, gone = self._kept.popitem(last=False)
            self._text -= len(gone.statement.text)
        return prepared

    def _plan(
        self,
        asked: Asked,
        relation: Relation,
        catalog: Catalog,
        media: Media,
        paged: Paged = FILLED_IN,
    ) -> ReadPlan:
        return plan_read(
            asked.read,
            relation,
            self._relationships(catalog),
            pages=[path for path, _ in asked.pages],
            count=Count(asked.preferences.count or "none"),
            count_limit=self._max_rows,
            rows=asked.method != "HEAD",
            most=self._max_rows,
            form=media.form,
            aggregates=self._aggregates,
            cursor=asked.cursor,
            values=len(asked.values),
            geojson=catalog.geojson,
            paged=paged,
        )

    def _prepare_call(self, asked: Asked, call: Call, catalog: Catalog, media: Media) -> Prepared:
        relation = call.rows
        plan = self._plan(asked, relation, catalog, media)
        built = build_call(
            call,
            plan,
            self._database,
            bare=call.gives_values(asked),
            first_value=len(asked.values),
            explain=media.explain,
            most=self._max_answer,
        )
        # Where no planner can be asked, every count is an exact one.
        count = plan.count if plan.count is Count.NONE or built.estimate is not None else Count.EXACT
        return Prepared(
            *(relation, built.main, built.estimate, count, plan.count_limit),
            plain=False,
            warnings=plan.warnings,
            first=built.first,
        )

    def _prepare(self, asked: Asked, catalog: Catalog, media: Media, paged: Paged) -> Prepared:
        relation = resolve_relation(catalog, resolve_schema(catalog, asked.profile), asked.relation)
        require_right(relation, Right.READ)
        plan = self._plan(asked, relation, catalog, media, paged)
        if media.explain is not None:
            explaining = build_explain(plan, media.explain, self._database)
            # One that is analyzed is run.
            valve = self._valve(build_read(plan, self._database)) if "analyze" in media.explain.options else None
            return Prepared(relation, explaining, None, Count.NONE, None, False, valve=valve)
        estimate = build_estimate(plan, self._database)
        statement = build_read(plan, self._database, self._max_answer)
        total = build_total(plan, self._database) if media.streams and plan.rows else None
        return Prepared(
            relation=relation,
            plain=is_plain(plan.node),
            statement=statement,
            estimate=estimate,
            count=plan.count,
            count_limit=plan.count_limit,
            total=total,
            warnings=plan.warnings,
            keyset=plan.node.keyset,
            valve=self._valve(statement, total),
        )

    def _valve(self, *parts: Statement | None) -> Valve | None:
        if self._max_cost is None:
            return None
        asking = [build_cost(each, self._database) for each in parts if each is not None]
        return Valve(tuple(each for each in asking if each is not None), self._max_cost)

    def _prepare_write(
        self, asked: Asked, columns: tuple[str, ...], catalog: Catalog, media: Media, textual: bool
    ) -> PreparedWrite:
        relation = resolve_relation(catalog, resolve_schema(catalog, asked.profile), asked.relation)
        plan = plan_write(
            asked,
            relation,
            self._relationships(catalog),
            columns=columns,
            textual=textual,
            most=self._max_rows,
            form=media.form,
            aggregates=self._aggregates,
            geojson=catalog.geojson,
        )
        events = _events(plan.write)
        return PreparedWrite(
            *(relation, plan.write, plan.returns, build_write(plan, self._database, self._max_answer)),
            plain=not (events & (relation.triggered | relation.coded)) and is_plain(plan.read.node),
            triggered=bool(events & relation.triggered),
            warnings=plan.read.warnings,
        )


def _events(write: Write) -> frozenset[str]:
    """What it does to rows, as a relation's triggers name it."""
    if write.action is Action.INSERT:
        return frozenset(("insert", "update") if write.conflict and write.merge else ("insert",))
    return frozenset(("update" if write.action is Action.UPDATE else "delete",))


def _shape_of(cursor: Cursor | None) -> Hashable:
    """What of a cursor is part of the shape: its order, and which of its values are null."""
    if cursor is None or cursor.values is None:
        return cursor
    return cursor.mark, tuple(value is None for value in cursor.values)
