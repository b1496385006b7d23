"""What counts, single rows, CSV, plans and errors must come to. The calls: `reading.*`."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from books import AUTHORS, BOOKS
from outcome import JAVASCRIPT, PYTHON, Case, Outcome, differ, fails, only_postgresql, pick, tells

_FOUND = pick(BOOKS, "id", where=lambda b: b["author_id"] == 1)


def _is_csv(text: Any) -> bool:
    return list(csv.DictReader(io.StringIO(text))) == [
        {"id": str(a["id"]), "name": a["name"], "born": str(a["born"] or "")} for a in AUTHORS
    ]


def _plan_text(*words: str) -> Any:
    return lambda text: isinstance(text, str) and all(word in text for word in words)


def _plan_json(*words: str) -> Any:
    return lambda plan: isinstance(plan, list) and all(word in json.dumps(plan) for word in words)


COUNTS: dict[str, Case] = {
    "count, exact": tells(_FOUND, count=2),
    "count, planned": tells(pick(BOOKS, "id"), count=8),
    "count, estimated": tells(_FOUND, count=2),
    "count of a page": tells(pick(BOOKS, "id")[2:5], count=8, status=206),
    "count of nothing": tells([], count=0),
    "head, with a count": tells(lambda data: not data, count=8),
    "head, without a count": tells(lambda data: not data),
    "count behind the last row": fails("PGRST103", 416),
}
SINGLE: dict[str, Case] = {
    "single": tells(AUTHORS[2]),
    "single, of none": fails("PGRST116", 406, "0 rows"),
    "single, of several": fails("PGRST116", 406, "5 rows"),
    "single, with an embed": tells({"id": 3, "authors": {"name": "J. R. R. Tolkien"}}),
    "single, nulls left out": tells({"id": 4, "name": "Anonymous"}),
    "maybe single": tells(AUTHORS[2]),
    "maybe single, of none": tells(None),
    # The clients ask for a list and count it themselves.
    "maybe single, of several": fails("PGRST116", 406, clients=JAVASCRIPT),
    "maybe single, of several, in Python": fails("406", 406, clients=PYTHON),
    "csv": tells(_is_csv),
    "csv of nothing": tells(lambda text: text.strip() == "id,name"),
}
PLANS: dict[str, Case] = {
    "explain": differ(
        sqlite=Outcome(_plan_text("SCAN", "books")), postgresql=Outcome(_plan_text("Seq Scan on", "cost=", "books"))
    ),
    "explain, analyze": only_postgresql(_plan_text("books", "actual", "Output:", "Buffers:")),
    "explain, as JSON": differ(
        sqlite=Outcome(_plan_json("SCAN", "books")), postgresql=Outcome(_plan_json('"Plan"', "books"))
    ),
    "explain of one row": tells(_plan_text("books"), clients=JAVASCRIPT),
    "explain of CSV": tells(_plan_text("books"), clients=JAVASCRIPT),
}
ERRORS: dict[str, Case] = {
    "an unknown table": fails("PGRST205", 404, "authors"),
    "an unknown column": fails("42703", 400, "title"),
    "an unknown column in a filter": fails("42703", 400, "year"),
    "an unknown operator": fails("PGRST100", 400),
    "a value that is none": fails("22P02", 400),
    "no relationship": fails("PGRST200", 400),
    "two relationships": fails("PGRST201", 300, "sender_id"),
    "a filter of what is not embedded": fails("PGRST108", 400),
    "several of what is ordered by": fails("PGRST118", 400),
    "thrown": fails("PGRST205", 404, "authors", clients=JAVASCRIPT),
    # There is no body to read the code from: it stands in a header.
    "head of an unknown table": fails("PGRST205", 404, clients=PYTHON),
}
CASES = COUNTS | SINGLE | PLANS | ERRORS
