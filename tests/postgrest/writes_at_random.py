"""Writes at random that both services take, or refuse for the values' sake: keys that are there already, for one."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import quote

from write_case import WriteCase

COLUMNS: dict[str, dict[str, tuple[Any, ...]]] = {
    "items": {
        "id": (1, 2, 3, 8, 9),
        "name": ("anvil", "saw", "", "a,b", 'q"', "ü", None),
        "price": (1.5, "2.25", 0, None, -1),
        "quantity": (0, 7, "12", None),
        "active": (True, False, "false", None),
        "note": ("x", "NULL", "line\nline", None),
    },
    "countries": {"code": ("no", "se", "dk", "is"), "name": ("Norway", "Sverige", "Danmark"), "people": (0, 10**12)},
    "cities": {"id": (1, 3, 7, 8), "name": ("Oslo", "Turku"), "country": ("no", "fi", None, "xx")},
    "pairs": {"a": (1, 2, 5), "b": (1, 2), "label": ("l", None)},
    "no_key": {"a": ("x", "z", None), "b": (1, 2, None)},
    "only_key": {"id": (1, 2, 3, 4)},
    "uniques": {"id": (1, 7, 8), "email": ("ann@x", "new@x", None), "first": ("Ann", None), "last": ("Berg", "B")},
    "boxes": {"id": (1, 2, 7), "name": ("red", "new")},
    "things": {"id": (1, 7), "box_id": (1, 2, 9), "name": ("ring", None)},
    "nodes": {"id": (1, 2, 7), "parent_id": (1, 2, None, 9), "name": ("root", "n")},
    "kinds": {"id": (1, 7), "small": (1, 40000, "x"), "flag": (True, "no"), "word": ("one", "too long"), "day":
              ("2024-02-29", "2023-02-29")},
}  # fmt: skip
KEYS = {"countries": ("code",), "pairs": ("a", "b"), "no_key": ()}
CONFLICTS = {"items": "id", "countries": "name", "uniques": "first,last", "pairs": "a,b", "boxes": "id"}
EMBEDS = {
    "cities": "countries(name)", "things": "boxes(id,name)", "boxes": "things(id)", "nodes": "parent:parent_id(name)",
}  # fmt: skip


def row(rng: Random, columns: tuple[str, ...], table: str) -> dict[str, Any]:
    return {name: rng.choice(COLUMNS[table][name]) for name in columns}


def some(rng: Random, table: str, least: int = 1) -> tuple[str, ...]:
    names = list(COLUMNS[table])
    return tuple(rng.sample(names, rng.randint(least, len(names))))


def condition(rng: Random, table: str) -> str:
    if rng.random() < 0.2:
        return rng.choice(("or", "and", "not.or")) + f"=({part(rng, table)},{part(rng, table)})"
    return part(rng, table).replace(".", "=", 1)


def part(rng: Random, table: str) -> str:
    name = rng.choice([name for name in COLUMNS[table] if name not in ("day", "flag", "active", "note")])
    values = [value for value in COLUMNS[table][name] if value not in (None, "", "x", 'q"', "a,b")]
    value = quote(str(rng.choice(values)))
    return f"{name}.{rng.choice((f'eq.{value}', f'neq.{value}', f'in.({value})', 'is.null', 'not.is.null'))}"


def wanted(rng: Random, table: str) -> tuple[str, list[str]]:
    """What is asked back: `select` and preferences."""
    prefer = [rng.choice(("return=minimal", "return=headers-only", "return=representation", "return=representation"))]
    if rng.random() < 0.3:
        prefer.append("count=exact")
    if rng.random() < 0.2:
        prefer.append(rng.choice(("tx=rollback", "tx=commit")))
    items = ["*"] if rng.random() < 0.3 else sorted(some(rng, table))
    if table in EMBEDS and rng.random() < 0.4:
        items.append(EMBEDS[table])
    return ",".join(items), prefer


def body(rng: Random, table: str, query: list[str], prefer: list[str]) -> str:
    """Of an insert: one row or several, with the same keys or with `columns=`."""
    columns = some(rng, table)
    if rng.random() < 0.2:
        query.append(f"columns={','.join(columns)}")
        if rng.random() < 0.6:
            prefer.append("missing=default")
        rows = [row(rng, some(rng, table), table) for _ in range(rng.randint(0, 3))]
    else:
        rows = [row(rng, columns, table) for _ in range(rng.randint(0, 3))]
    return json.dumps(rows[0] if len(rows) == 1 and rng.random() < 0.7 else rows)


def in_csv(text: str) -> str:
    """The rows of a JSON array as CSV."""
    rows = json.loads(text)
    out = io.StringIO()
    lines = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    lines.writeheader()
    lines.writerows({name: "NULL" if value is None else value for name, value in each.items()} for each in rows)
    return out.getvalue()


def insert(rng: Random, table: str) -> WriteCase:
    select, prefer = wanted(rng, table)
    query = [f"select={select}"]
    if rng.random() < 0.4:
        prefer.append(rng.choice(("resolution=merge-duplicates", "resolution=ignore-duplicates")))
        if table in CONFLICTS and rng.random() < 0.4:
            query.append(f"on_conflict={CONFLICTS[table]}")
    text = body(rng, table, query, prefer)
    found = case(rng, "POST", table, query, prefer, text)
    # PostgREST passes over columns= where the body is CSV.
    if rng.random() < 0.2 and text.startswith("[{") and "columns=" not in found.url:
        return replace(found, body=in_csv(text), headers=dict(found.headers) | {"Content-Type": "text/csv"})
    return found


def update(rng: Random, table: str) -> WriteCase:
    select, prefer = wanted(rng, table)
    query = [f"select={select}", *(condition(rng, table) for _ in range(rng.randint(0, 2)))]
    columns = some(rng, table, 0)
    return case(rng, "PATCH", table, query, prefer, json.dumps(row(rng, columns, table)))


def delete(rng: Random, table: str) -> WriteCase:
    select, prefer = wanted(rng, table)
    query = [f"select={select}", *(condition(rng, table) for _ in range(rng.randint(0, 2)))]
    return case(rng, "DELETE", table, query, prefer, "")


def put(rng: Random, table: str) -> WriteCase:
    select, prefer = wanted(rng, table)
    key = KEYS.get(table, ("id",)) or ("a",)
    values = row(rng, tuple(COLUMNS[table]), table)
    query = [f"select={select}", *(f"{name}=eq.{values[name]}" for name in key)]
    if rng.random() < 0.2:
        values |= row(rng, key, table)
    return case(rng, "PUT", table, query, prefer, json.dumps(values))


def case(rng: Random, method: str, table: str, query: list[str], prefer: list[str], text: str) -> WriteCase:
    headers = {}
    if rng.random() < 0.15:
        headers["Accept"] = "application/vnd.pgrst.object+json"
    return WriteCase(method, f"{table}?{'&'.join(query)}", text, prefer=", ".join(prefer), headers=headers)


def write(rng: Random) -> WriteCase:
    """Any of them."""
    table = rng.choice(list(COLUMNS))
    return rng.choice((insert, insert, update, delete, put))(rng, table)
