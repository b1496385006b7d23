"""A row as a line of CSV or of text on SQLite, its values written as PostgreSQL writes them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import literal_column

from service.catalog.model import Kind
from service.rest.sql.source import Expression
from service.rest.sql.sqlite_json import cast_kind
from service.rest.sql.writer import Cell

_BY_KIND = {
    None: "coalesce({0}, nullif('{2}', 'null'))",  # what is embedded: JSON text, or NULL where there is nothing
    Kind.BOOLEAN: "CASE {0} WHEN 1 THEN 't' WHEN 0 THEN 'f' ELSE {1} END",
}
_BY_STORAGE = (
    "CASE typeof({0}) WHEN 'real' THEN pg_text({0}) WHEN 'blob' THEN '\\x' || lower(hex({0}))"
    " WHEN 'text' THEN {0} ELSE CAST({0} AS TEXT) END"
)
# RFC 4180: NULL is empty, and an empty text is in quotes, to tell them apart.
_FIELD = (
    "CASE WHEN {0} IS NULL THEN '' WHEN {0} = '' OR {0} GLOB '*[\",' || char(10, 13) || ']*'"
    " THEN '\"' || replace({0}, '\"', '\"\"') || '\"' ELSE {0} END"
)


def csv_line(cells: Sequence[Cell]) -> Expression:
    """The row `_row` as a line without its end."""
    return literal_column(" || ',' || ".join(_FIELD.format(f"({_text(cell)})") for cell in cells) or "''")


def text_lines(cell: Cell) -> Expression:
    """The one value of each row `_row` as a line, NULL as an empty one; without an end after the last."""
    return literal_column(f"group_concat(coalesce({_text(cell)}, ''), char(10))")


def _text(cell: Cell) -> str:
    name = f"_row.{cell.label}"
    stored = _BY_STORAGE.format(name)
    kind = cell.kind if cell.cast is None else cast_kind(cell.cast)
    return _BY_KIND.get(kind, "{1}").format(name, stored, cell.empty)
