"""What PostgreSQL does to JSON documents and SQLite does not."""

from __future__ import annotations

import json
from typing import Any

from service.database.sqlite.casts import SqliteValue


class _Written(str):
    """A number as it was written: its digits stay as they are."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """An object's members in their order."""


def pg_strip_nulls(value: SqliteValue) -> str | None:
    """The document without the members of objects that are null, at any depth; what is no JSON stays as it is."""
    if value is None:
        return None
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    try:
        return _write(json.loads(text, parse_float=_Written, parse_int=_Written, object_pairs_hook=_Object))
    except (ValueError, RecursionError):
        return text


def _write(value: Any) -> str:
    match value:
        case _Written():
            return value
        case _Object():
            members = (f"{_write(name)}:{_write(each)}" for name, each in value if each is not None)
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join(map(_write, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
