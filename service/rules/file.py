"""The file of rules: TOML, read and checked whole.

[reader.tables]
countries = "read"                  # operations, on all columns

[editor]
functions = ["report"]              # that may be called

[editor.tables.films]
read = ["id", "title", "owner"]     # columns; true for all
insert = ["title", "owner"]
update = ["title"]
delete = true
rows = "owner=eq.{sub}"             # the rows that there are
check = "owner=eq.{sub}"            # what is written must be so; without it, as `rows`
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from service.auth import NO_ROLE
from service.errors import SettingsError
from service.rules.condition import Said, read_condition

OPERATIONS = ("read", "insert", "update", "delete")
_KEYS = (*OPERATIONS, "rows", "check")
_SETTING = "POOLGATE_RULES"
_WORDS = re.compile(r"[\s,]+")

Columns = tuple[str, ...] | bool
"""Columns by name; True for all there are, False for none."""


@dataclass(frozen=True, slots=True)
class TableRule:
    """What a role may do with a table or view.

    Args:
        rows: what a row fulfils that is there; None: every row.
        check: what a row must fulfil once it is written; None: nothing.
    """

    read: Columns = False
    insert: Columns = False
    update: Columns = False
    delete: bool = False
    rows: Said | None = None
    check: Said | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """What a role may do; anything else it may not.

    Args:
        tables: by name.
        functions: that it may call.
    """

    tables: Mapping[str, TableRule] = field(default_factory=lambda: MappingProxyType({}))
    functions: frozenset[str] = frozenset()


def read_rules(path: Path) -> Mapping[str, Role]:
    """The roles of a file.

    Raises:
        SettingsError: every fault there is, each with its place.
    """
    try:
        text = path.read_bytes().decode()
        found = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{_SETTING}: {path.name} cannot be read: {error}"]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError([f"{_SETTING}: {path.name} is not TOML: {error}"]) from None
    reader = _Reader()
    roles = {name: reader.role(name, value) for name, value in found.items()}
    if not roles:
        reader.fault((), "names no role; expected tables such as [editor.tables.films]")
    if reader.faults:
        raise SettingsError([f"{_SETTING}: {path.name}: {fault}" for fault in reader.faults])
    return MappingProxyType(roles)


def place(*names: str) -> str:
    """Where something stands in the file, as TOML writes it."""
    return ".".join(name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"' for name in names)


class _Reader:
    """Reads what TOML made of the file; notes what is wrong and goes on."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def fault(self, where: tuple[str, ...], clause: str) -> None:
        self.faults.append(f"{place(*where)}: {clause}" if where else clause)

    def role(self, name: str, value: Any) -> Role:
        if name == NO_ROLE:
            self.fault((name,), "is no name of a role; expected another one")
        if not isinstance(value, dict):
            self.fault((name,), f"is no role; expected a table such as [{place(name)}.tables]")
            return Role()
        self._keys((name,), value, ("tables", "functions"))
        tables, functions = value.get("tables", {}), value.get("functions", [])
        if not isinstance(tables, dict):
            self.fault((name, "tables"), 'is no table; expected lines such as films = "read"')
            tables = {}
        if not _are_names(functions):
            self.fault((name, "functions"), 'is no list of names; expected ["report"]')
            functions = []
        rules = {table: self.table((name, "tables", table), rule) for table, rule in tables.items()}
        return Role(MappingProxyType(rules), frozenset(functions))

    def table(self, where: tuple[str, ...], value: Any) -> TableRule:
        if isinstance(value, str):
            return self._shorthand(where, value)
        if not isinstance(value, dict):
            self.fault(where, 'is no rule; expected operations such as "read, insert", or a table')
            return TableRule()
        self._keys(where, value, _KEYS)
        if not any(key in OPERATIONS for key in value):
            self.fault(where, f"allows nothing; expected one of {', '.join(OPERATIONS)}")
        delete = value.get("delete", False)
        if not isinstance(delete, bool):
            self.fault((*where, "delete"), "is neither true nor false")
        read, insert, update = (self._columns((*where, key), value.get(key, False)) for key in OPERATIONS[:3])
        rows, check = (self._condition((*where, key), value.get(key)) for key in ("rows", "check"))
        return TableRule(read, insert, update, delete is True, rows, check if "check" in value else rows)

    def _shorthand(self, where: tuple[str, ...], text: str) -> TableRule:
        words = [word for word in _WORDS.split(text) if word]
        for word in words:
            if word not in OPERATIONS:
                self.fault(where, f"{word!r} is no operation{_near(word, OPERATIONS)}")
        if not words:
            self.fault(where, 'names no operation; expected such as "read, insert"')
        return TableRule("read" in words, "insert" in words, "update" in words, "delete" in words)

    def _columns(self, where: tuple[str, ...], value: Any) -> Columns:
        if isinstance(value, bool):
            return value
        if not _are_names(value) or not value:
            self.fault(where, 'names no columns; expected true for all, or a list such as ["id", "title"]')
            return False
        return tuple(value)

    def _condition(self, where: tuple[str, ...], value: Any) -> Said | None:
        if value is None:  # TOML has no null: there is none
            return None
        if not isinstance(value, str):
            self.fault(where, 'is no text; expected filters such as "owner=eq.{sub}"')
            return None
        try:
            return read_condition(value)
        except ValueError as error:
            self.fault(where, str(error))
            return None

    def _keys(self, where: tuple[str, ...], value: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in value:
            if key not in known:
                self.fault((*where, key), f"is not known{_near(key, known)}")


def _are_names(value: Any) -> bool:
    names = isinstance(value, list) and all(isinstance(each, str) and each for each in value)
    return names and len(set(value)) == len(value)


def _near(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(word, names, 1)
    return f"; did you mean {near[0]}?" if near else f"; expected one of {', '.join(names)}"
