"""What each method that filters must find, by Python's own look at the same rows. The calls: `reading.*`."""

from __future__ import annotations

import re
from typing import Any

from books import AUTHORS, BOOKS, LISTED, QUOTES
from outcome import JAVASCRIPT, PYTHON, Case, Predicate, only_postgresql, pick, tells


def books(where: Predicate, **more: Any) -> Case:
    """The ids of these books, in order."""
    return tells(pick(BOOKS, "id", where=where), **more)


def postgresql_books(*ids: int, **more: Any) -> Case:
    return only_postgresql([{"id": id_} for id_ in ids], **more)


def quotes(*words: str, **more: Any) -> Case:
    """The quotes in which all of these words are."""
    return tells(pick(QUOTES, "body", where=lambda q: all(word in q["body"] for word in words)), **more)


CASES: dict[str, Case] = {
    "eq": books(lambda b: b["year"] == 1968),
    "eq text with spaces": books(lambda b: b["title"] == "A Wizard of Earthsea"),
    "eq text with signs": books(lambda b: b["title"] == "50% & more + less_more"),
    "eq text with a comma and letters beyond ASCII": books(lambda b: b["title"] == "Sommarboken: små, stora"),
    "eq text with quotes": tells(pick(AUTHORS, "id", where=lambda a: a["id"] == 5)),
    "eq a boolean": books(lambda b: b["in_print"] is False),
    "neq": books(lambda b: b["year"] not in (None, 1968)),
    "gt": books(lambda b: (b["year"] or 0) > 1968),
    "gte": books(lambda b: (b["year"] or 0) >= 1968),
    "lt": books(lambda b: (b["year"] or 9999) < 1968),
    "lte": books(lambda b: (b["year"] or 9999) <= 1968),
    "gt a fraction": books(lambda b: (b["price"] or 0) > 9.49),
    "like": books(lambda b: b["title"].startswith("The ")),
    "like, by the case": tells([]),
    "ilike": books(lambda b: b["title"].lower().startswith("the ")),
    "like with a star": books(lambda b: b["title"].startswith("The ")),
    "like all of": books(lambda b: "Hobb" in b["title"] and b["title"].startswith("The")),
    "like any of": books(lambda b: b["title"].startswith(("Beo", "Troll"))),
    "ilike all of": books(lambda b: "hobb" in b["title"].lower() and b["title"].lower().startswith("the")),
    "ilike any of": books(lambda b: b["title"].lower().startswith(("beo", "troll"))),
    "match": books(lambda b: re.search("^The .*t", b["title"])),
    "imatch": books(lambda b: re.search("^the", b["title"], re.IGNORECASE)),
    "is null": books(lambda b: b["in_print"] is None),
    "is true": books(lambda b: b["in_print"] is True),
    "is false": books(lambda b: b["in_print"] is False),
    "isdistinct": books(lambda b: b["year"] != 1968),
    "in": books(lambda b: b["id"] in (2, 4, 99)),
    "in texts with signs": books(lambda b: b["id"] in (3, 6)),
    "in texts with quotes": tells(pick(AUTHORS, "id", where=lambda a: a["id"] in (3, 5)), clients=PYTHON),
    "in nothing": tells([]),
    "in, of many": tells(pick(BOOKS, "id")),
    "not in": books(lambda b: b["id"] not in (2, 4, 99)),
    "not in, by its own method": books(lambda b: b["id"] not in (2, 4, 99), clients=JAVASCRIPT),
    "contains an array": postgresql_books(1, 3, 4),
    "contains two of an array": postgresql_books(3),
    "contains JSON": postgresql_books(5, 6),
    "contained by an array": postgresql_books(4, 6),
    "overlaps": postgresql_books(1, 2),
    "contains a range": postgresql_books(1, 5),
    "range gt": postgresql_books(3, 4, 7),
    "range gte": postgresql_books(2, 3, 4, 7, 8),
    "range lt": postgresql_books(1, 5),
    "range lte": postgresql_books(1, 2, 5, 8),
    "range adjacent": postgresql_books(1, 3),
    "text search": quotes("lazy", "fox"),
    "text search, plain": quotes("lazy", "brown"),
    "text search, phrase": quotes("lazy afternoon"),
    "text search, as in a search engine": quotes("lazy", "afternoon"),
    "text search in a language": only_postgresql(pick(QUOTES, "body", where=lambda q: "wander" in q["body"])),
    "match an object": books(lambda b: b["author_id"] == 1 and b["year"] == 1969),
    "not eq": books(lambda b: b["year"] not in (None, 1968)),
    "not is null": books(lambda b: b["in_print"] is not None),
    "not like": books(lambda b: not b["title"].startswith("The ")),
    "or": books(lambda b: b["year"] == 1968 or b["in_print"] is None),
    "or, nested": books(lambda b: (b["year"] or 9999) < 1940 or ((b["price"] or 0) >= 9 and b["in_print"] is False)),
    "or with not": books(lambda b: b["in_print"] is not True or b["id"] == 1),
    "or with texts that have signs": books(lambda b: b["id"] in (6, 7)),
    "or with an array": postgresql_books(1, 4),
    "two of or": books(lambda b: b["id"] in (1, 2) and b["year"] in (1969, 1977)),
    "not or": books(lambda b: b["id"] not in (1, 2, 3), clients=PYTHON),
    "filter": books(lambda b: b["id"] in (1, 2)),
    "filter, not": books(lambda b: b["id"] not in (1, 2)),
    "filter by a JSON path": books(lambda b: (b["meta"] or {}).get("lang") == "sv"),
    "filter by a number in JSON": books(lambda b: ((b["meta"] or {}).get("pages") or 0) > 250),
    "two filters of one column": books(lambda b: 1950 < (b["year"] or 0) < 1970),
    "a column with a space": tells([LISTED[0]]),
    "a column with a dot": tells([LISTED[0]], clients=JAVASCRIPT),
}
