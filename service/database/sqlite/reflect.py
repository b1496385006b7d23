"""SQLite's schema as a catalog; reads in one transaction, in the connection's thread: one hop however many tables."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from service.catalog.model import Catalog, Column, ForeignKey, Relation, RelationKind
from service.database.own import is_own
from service.database.sqlite.limited import LimitedConnection
from service.database.sqlite.tokens import fold, tokens
from service.database.sqlite.types import type_of
from service.database.sqlite.views import Views

SCHEMA = "main"
_ALIASES = MappingProxyType({"public": SCHEMA})
"""What PostgREST's client libraries ask for where nobody told them a schema, with every request."""
LIMIT = 60.0
"""Seconds the reading may take, whatever a request's statement may."""
_FULL_TEXT = re.compile(r"\s*create\s+virtual\s+table\b.*?\busing\s+[\"'`\[]?fts5\b", re.IGNORECASE | re.DOTALL)
_VIRTUAL = re.compile(r"\s*create\s+virtual\b", re.IGNORECASE)
_REPLACE = re.compile(r"\bon conflict replace\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_INSTEAD = re.compile(r"\binstead\s+of\s+(insert|update|delete)\b", re.IGNORECASE)

_RELATIONS = """
    select m.name, m.type, m.sql, l.wr as without_rowid
    from main.sqlite_schema m join pragma_table_list l on l.name = m.name and l.schema = 'main'
    where m.type in ('table', 'view') and l.type <> 'shadow' and m.name not like 'sqlite\\_%' escape '\\'
    order by m.name
"""
_INSTEAD_OF = "select tbl_name, sql from main.sqlite_schema where type = 'trigger' and sql is not null"


@dataclass(frozen=True, slots=True)
class _Found:
    """A relation's row in `_RELATIONS`."""

    name: str
    type: str
    sql: str
    without_rowid: bool


def read_catalog(raw: LimitedConnection, version: int) -> Catalog:
    """Everything in the file's own schema but the service's own tables.

    Args:
        raw: the connection, in its thread.
        version: the catalog's number.

    Raises:
        sqlite3.Error: as SQLite answers.
    """
    raw.execute("BEGIN")
    try:
        stamp = schema_version(raw)
        relations = _read(raw)
    finally:
        raw.rollback()
    return Catalog(
        schemas=(SCHEMA,),
        relations=MappingProxyType({(SCHEMA, relation.name): relation for relation in relations}),
        version=version,
        server_version=sqlite3.sqlite_version,
        aliases=_ALIASES,
        stamp=stamp,
    )


def schema_version(raw: sqlite3.Connection) -> str:
    """What SQLite counts up with each change of the schema, by whomever."""
    return str(raw.execute("PRAGMA schema_version").fetchone()[0])


def _read(raw: sqlite3.Connection) -> list[Relation]:
    instead: dict[str, set[str]] = {}
    for view, sql in raw.execute(_INSTEAD_OF):
        if trigger := _INSTEAD.search(_COMMENT.sub(" ", sql)):
            instead.setdefault(fold(view), set()).add(trigger[1].lower())
    relations, views = {}, {}
    for row in raw.execute(_RELATIONS).fetchall():
        if not is_own(row[0]):
            found = _Found(row[0], row[1], row[2] or "", bool(row[3]))
            relation = _relation(raw, found, instead)
            if relation is not None:
                relations[fold(found.name)] = relation
                if found.type == "view":
                    views[fold(found.name)] = found.sql
    reader = Views(relations, views)
    return [
        replace(relation, origins=MappingProxyType(reader.origins(name)))
        if name in views
        else _with_foreign_keys(raw, relation, relations)
        for name, relation in relations.items()
    ]


def _relation(raw: sqlite3.Connection, found: _Found, instead: Mapping[str, set[str]]) -> Relation | None:
    kind = _kind(found)
    try:
        rows = raw.execute("select * from pragma_table_xinfo(?) order by cid", (found.name,)).fetchall()
    except sqlite3.OperationalError:  # a view over what is gone, a virtual table whose module is missing
        return None
    keyed = sorted((key, name) for _, name, _, _, _, key, _ in rows if key)
    is_rowid = len(keyed) == 1 and not found.without_rowid and kind is RelationKind.TABLE
    columns = {
        row[1]: _column(row, full_text=kind is RelationKind.FULL_TEXT_TABLE, rowid=is_rowid, found=found)
        for row in rows
        if row[6] != 1  # a virtual table's hidden column
    }
    if not columns:
        return None
    uniques = list(_uniques(raw, found.name))
    can = instead.get(fold(found.name), set()) if found.type == "view" else {"insert", "update", "delete"}
    return Relation(
        schema=SCHEMA,
        name=found.name,
        kind=kind,
        columns=MappingProxyType(columns),
        primary_key=tuple(name for _, name in keyed),
        uniques=tuple(columns for columns, _ in uniques),
        unique_indexes=tuple(columns for columns, is_index in uniques if is_index and (columns, False) not in uniques),
        insertable="insert" in can,
        updatable="update" in can,
        deletable="delete" in can,
        row_id=None if found.type == "view" or found.without_rowid else _row_id(columns),
        replaces=_REPLACE.search(" ".join(token.text for token in tokens(found.sql))) is not None,
    )


def _row_id(columns: Mapping[str, Column]) -> str | None:
    """The one of SQLite's three names for a row's number that no column has taken."""
    taken = {fold(name) for name in columns}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)


def _kind(found: _Found) -> RelationKind:
    if found.type == "view":
        return RelationKind.VIEW
    if _FULL_TEXT.match(found.sql):
        return RelationKind.FULL_TEXT_TABLE
    return RelationKind.VIRTUAL_TABLE if _VIRTUAL.match(found.sql) else RelationKind.TABLE


def _column(
    row: tuple[int, str, str, int, str | None, int, int], *, full_text: bool, rowid: bool, found: _Found
) -> Column:
    _, name, declared, not_null, default, key, hidden = row
    kind, cast, max_length = type_of("TEXT" if full_text else declared)
    # Written as NULL, an INTEGER PRIMARY KEY takes the next number: that is its default.
    is_number = bool(rowid and key and declared.upper() == "INTEGER")
    return Column(
        name=name,
        type=declared.lower() or ("text" if full_text else "any"),
        cast=cast,
        kind=kind,
        nullable=not (not_null or is_number or (key and found.without_rowid)),
        default="NULL" if is_number else default,
        generated=hidden in (2, 3),
        max_length=max_length,
    )


def _uniques(raw: sqlite3.Connection, table: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The columns of each unique index, and whether it is that alone and no constraint's."""
    indexes = raw.execute(
        "select name, origin from pragma_index_list(?)"
        " where \"unique\" and origin <> 'pk' and not partial order by seq desc",
        (table,),
    )
    for index, origin in indexes.fetchall():
        names = [name for (name,) in raw.execute("select name from pragma_index_info(?) order by seqno", (index,))]
        if None not in names:  # None stands for an expression
            yield tuple(names), origin == "c"


def _with_foreign_keys(raw: sqlite3.Connection, relation: Relation, relations: Mapping[str, Relation]) -> Relation:
    keys = tuple(_foreign_keys(raw, relation, relations))
    if not keys:
        return relation
    return replace(relation, foreign_keys=keys)


def _foreign_keys(
    raw: sqlite3.Connection, relation: Relation, relations: Mapping[str, Relation]
) -> Iterator[ForeignKey]:
    found: dict[int, list[tuple[str, str, str | None]]] = {}
    query = 'select id, "table", "from", "to" from pragma_foreign_key_list(?) order by id desc, seq'
    for number, target, column, to_column in raw.execute(query, (relation.name,)):
        found.setdefault(number, []).append((target, column, to_column))
    names: set[str] = set()
    for parts in found.values():
        target_relation = relations.get(fold(parts[0][0]))
        if target_relation is None:  # SQLite lets a key refer to a table that is not there
            continue
        columns = tuple(_as_named(relation, column) for _, column, _ in parts)
        to_columns = tuple(_as_named(target_relation, to) for _, _, to in parts if to is not None)
        to_columns = to_columns or target_relation.primary_key
        if len(to_columns) == len(columns):
            name = _free_name(f"{relation.name}_{'_'.join(columns)}_fkey", names)
            yield ForeignKey(name, columns, SCHEMA, target_relation.name, to_columns)


def _as_named(relation: Relation, column: str) -> str:
    """The column's name as its table spells it: SQLite's names match in any letter case."""
    if column in relation.columns:
        return column
    return next((name for name in relation.columns if fold(name) == fold(column)), column)


def _free_name(name: str, taken: set[str]) -> str:
    number = 1
    free = name
    while free in taken:
        number += 1
        free = f"{name}{number}"
    taken.add(free)
    return free
