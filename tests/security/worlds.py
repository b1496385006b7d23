"""Tables of several tenants, rules at random, and what these let be seen: worked out in Python, and made a database of.

Each text and each number of a row is found nowhere else, so that what should be hidden is found wherever it comes out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

Row = dict[str, Any]
Tables = Mapping[str, list[Row]]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "a": {
        "id": "integer", "tenant": "text", "shared": "boolean", "name": "text", "n": "int", "doc": "json",
        "b_id": "int", "a_id": "int",
    },
    "b": {"id": "integer", "tenant": "text", "shared": "boolean", "name": "text", "n": "int"},
    "ab": {"a_id": "int", "b_id": "int", "tenant": "text", "shared": "boolean", "name": "text"},
    "c": {"id": "integer", "tenant": "text", "shared": "boolean", "name": "text", "b_id": "int"},
}  # fmt: skip
KEYS: Mapping[str, tuple[str, ...]] = {"a": ("id",), "b": ("id",), "ab": ("a_id", "b_id"), "c": ("id",)}
REFERENCES = {("a", "b_id"): "b", ("a", "a_id"): "a", ("ab", "a_id"): "a", ("ab", "b_id"): "b", ("c", "b_id"): "b"}
TENANTS = ("red", "blue", "green")
CLAIMS: tuple[Mapping[str, Any], ...] = (
    {"tenant": "red", "tenants": ["red", "green"]},
    {"tenant": "blue", "tenants": ["blue"]},
    {"tenant": None},
)


def rows_at_random(random: Random) -> dict[str, list[Row]]:
    """Some rows of each table."""
    found: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    for table, columns in COLUMNS.items():
        pairs = set()
        for number in range(1, 10):
            row: Row = {
                "id": number,
                "tenant": random.choice(TENANTS),
                "shared": int(random.random() < 0.3),
                "name": f"q{table}{number}zq",
                "n": (ord(table[0]) * 1000 + number) * 1009,
                "doc": json.dumps({"k": f"doc{table}{number}zq"}),
                "b_id": random.choice((None, *range(1, 10))),
                "a_id": random.choice((None, *range(1, 10))),
            }
            if table == "ab":
                row |= {"a_id": random.randint(1, 9), "b_id": random.randint(1, 9)}
                if (row["a_id"], row["b_id"]) in pairs:
                    continue
                pairs.add((row["a_id"], row["b_id"]))
            found[table].append({name: row[name] for name in columns})
    return found


Truth = bool | None
"""As SQL has it: None is neither."""
Test = Callable[[Row, Mapping[str, Any]], Truth]


def _not(value: Truth) -> Truth:
    return None if value is None else not value


def _or(*values: Truth) -> Truth:
    return True if True in values else None if None in values else False


def _and(*values: Truth) -> Truth:
    return False if False in values else None if None in values else True


def _own(row: Row, claims: Mapping[str, Any]) -> Truth:
    return None if row["tenant"] is None else bool(row["tenant"] == claims["tenant"])


def _among(row: Row, claims: Mapping[str, Any]) -> Truth:
    return None if row["tenant"] is None else row["tenant"] in claims["tenants"]


def _is(row: Row, value: int) -> Truth:
    return bool(row["shared"] == value)


CONDITIONS: tuple[tuple[str, tuple[str, ...], Test], ...] = (
    ("tenant=eq.{tenant}", ("tenant",), _own),
    ("tenant=neq.{tenant}", ("tenant",), lambda row, claims: _not(_own(row, claims))),
    ("tenant=not.eq.{tenant}", ("tenant",), lambda row, claims: _not(_own(row, claims))),
    ("tenant=in.({tenants})", ("tenants",), _among),
    ("tenant=not.in.({tenants})", ("tenants",), lambda row, claims: _not(_among(row, claims))),
    (
        "or=(shared.is.true,tenant.eq.{tenant})",
        ("tenant",),
        lambda row, claims: _or(_is(row, 1), _own(row, claims)),
    ),
    (
        "not.and=(shared.is.false,tenant.neq.{tenant})",
        ("tenant",),
        lambda row, claims: _not(_and(_is(row, 0), _not(_own(row, claims)))),
    ),
    ("tenant=eq.{tenant}&shared=is.false", ("tenant",), lambda row, claims: _and(_own(row, claims), _is(row, 0))),
    ("shared=is.true", (), lambda row, claims: _is(row, 1)),
    ("name=like.*1zq", (), lambda row, claims: None if row["name"] is None else str(row["name"]).endswith("1zq")),
)
"""Conditions, the claims they need, and what they mean."""


@dataclass(frozen=True)
class Condition:
    text: str
    needs: tuple[str, ...]
    test: Test

    def holds(self, row: Row, claims: Mapping[str, Any]) -> bool:
        """Whether a row fulfils it; none does where a claim is missing."""
        return all(claims.get(name) is not None for name in self.needs) and self.test(row, claims) is True


@dataclass(frozen=True)
class Rule:
    """What a role may do with one table, all columns named."""

    read: tuple[str, ...]
    insert: tuple[str, ...]
    update: tuple[str, ...]
    delete: bool
    rows: Condition | None
    check: Condition | None

    def sees(self, row: Row, claims: Mapping[str, Any]) -> bool:
        return self.rows is None or self.rows.holds(row, claims)

    def accepts(self, row: Row, claims: Mapping[str, Any]) -> bool:
        check = self.check or self.rows
        return check is None or check.holds(row, claims)

    def toml(self) -> Iterator[str]:
        for key in ("read", "insert", "update"):
            if getattr(self, key):
                yield f"{key} = {json.dumps(list(getattr(self, key)))}"
        if self.delete:
            yield "delete = true"
        for key in ("rows", "check"):
            if (condition := getattr(self, key)) is not None:
                yield f"{key} = {json.dumps(condition.text)}"


Rules = Mapping[str, Rule]
"""A role: rules by table; what is not among them is not there."""


def _some(random: Random, columns: Mapping[str, str], always: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(name for name in columns if name in always or random.random() < 0.75)


def rules_at_random(random: Random) -> Rules:
    """A role."""

    def condition(likely: float) -> Condition | None:
        return Condition(*random.choice(CONDITIONS)) if random.random() < likely else None

    found = {}
    for table, columns in COLUMNS.items():
        if random.random() < 0.15:
            continue
        found[table] = Rule(
            read=_some(random, columns, ("id",)) or ("tenant",),
            insert=_some(random, columns, ("id",)) if random.random() < 0.7 else (),
            update=_some(random, columns) if random.random() < 0.7 else (),
            delete=random.random() < 0.5,
            rows=condition(0.85),
            check=condition(0.25),
        )
    return found


def toml(roles: Mapping[str, Rules]) -> str:
    """The roles as a file."""
    lines = []
    for name, rules in roles.items():
        lines.append(f"[{name}]")
        for table, rule in rules.items():
            lines += [f"[{name}.tables.{table}]", *rule.toml()]
    return "\n".join(lines)


def create(columns: Mapping[str, tuple[str, ...]]) -> str:
    """The statements that make tables with these columns, and the keys that all of whose columns are there."""
    statements = []
    for table, names in columns.items():
        parts = [f"{name} {COLUMNS[table][name]}" for name in names]
        if all(name in names for name in KEYS[table]):
            parts.append(f"primary key ({', '.join(KEYS[table])})")
        for name in names:
            to = REFERENCES.get((table, name))
            if to is not None and "id" in columns.get(to, ()):
                parts.append(f"foreign key ({name}) references {to}(id)")
        statements.append(f"create table {table} ({', '.join(parts)});")
    return "\n".join(statements)


def put(connection: sqlite3.Connection, tables: Tables, columns: Mapping[str, tuple[str, ...]]) -> None:
    """Fill tables that are empty."""
    for table, names in columns.items():
        if rows := tables[table]:
            marks = ", ".join("?" * len(names))
            values = [tuple(row[name] for name in names) for row in rows]
            connection.executemany(f"insert into {table} ({', '.join(names)}) values ({marks})", values)
    connection.commit()


def whole() -> Mapping[str, tuple[str, ...]]:
    """All columns of all tables."""
    return {table: tuple(columns) for table, columns in COLUMNS.items()}


def build(file: Path, tables: Tables, columns: Mapping[str, tuple[str, ...]]) -> str:
    """A database of these rows and columns; its URL."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(create(columns))
        put(connection, tables, columns)
    return f"sqlite:///{file}"


def read(file: str) -> dict[str, list[Row]]:
    """All rows of all tables, whosever they are."""
    with closing(sqlite3.connect(file)) as connection:
        return {
            table: [
                dict(zip(columns, row, strict=True))
                for row in connection.execute(f"select {', '.join(columns)} from {table} order by rowid")
            ]
            for table, columns in COLUMNS.items()
        }


def seen(rules: Rules, tables: Tables, claims: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The rows that a role sees."""
    return {table: [row for row in tables[table] if rule.sees(row, claims)] for table, rule in rules.items()}


def marks(row: Row, columns: tuple[str, ...]) -> set[str]:
    """What a row's values are known by."""
    found = {str(row[name]) for name in columns if name in ("name", "n")}
    return found | ({json.loads(row["doc"])["k"]} if "doc" in columns and row["doc"] else set())


def hidden(rules: Rules, tables: Tables, claims: Mapping[str, Any]) -> set[str]:
    """What all values that a role must not see are known by."""
    every = {mark for table, rows in tables.items() for row in rows for mark in marks(row, tuple(COLUMNS[table]))}
    visible = seen(rules, tables, claims)
    return every - {mark for table, rule in rules.items() for row in visible[table] for mark in marks(row, rule.read)}
