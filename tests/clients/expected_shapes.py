"""What selecting, ordering, paging and embedding must give. The calls: `reading.*`."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from books import AUTHORS, BOOK_GENRES, BOOKS, EDITIONS, GENRES, LETTERS, PROFILES
from outcome import Case, Outcome, Predicate, differ, fails, pick, tells

_BY_ID = {author["id"]: author for author in AUTHORS}


def author_of(book: Any) -> str:
    return str(_BY_ID[book["author_id"]]["name"])


def named(author: int) -> dict[str, Any]:
    return {"name": _BY_ID[author]["name"]}


def profile_of(author: Any) -> dict[str, Any] | None:
    return next(iter(pick(PROFILES, "site", where=lambda p: p["author_id"] == author["id"])), None)


def titles_of(author: Any, where: Predicate = lambda _: True) -> list[dict[str, Any]]:
    return pick(BOOKS, "title", where=lambda b: b["author_id"] == author["id"] and where(b))


def editions_of(book: Any) -> list[dict[str, Any]]:
    return pick(EDITIONS, "format", where=lambda e: e["book_id"] == book["id"])


def books_of(author: Any) -> list[dict[str, Any]]:
    return [{"title": b["title"], "editions": editions_of(b)} for b in BOOKS if b["author_id"] == author["id"]]


def copies_of(book: Any) -> int | None:
    copies = [e["copies"] for e in EDITIONS if e["book_id"] == book["id"] and e["copies"] is not None]
    return sum(copies) if copies else None


def genres_of(book: Any) -> list[dict[str, Any]]:
    own = {pair["genre_id"] for pair in BOOK_GENRES if pair["book_id"] == book["id"]}
    return pick(GENRES, "name", where=lambda g: g["id"] in own)


def ids(rows: list[Any]) -> list[dict[str, Any]]:
    return pick(rows, "id")


_DATED = [book for book in BOOKS if book["year"] is not None]
_UNDATED = [book for book in BOOKS if book["year"] is None]
_BY_YEAR = sorted(_DATED, key=lambda b: b["year"])

SELECTING: dict[str, Case] = {
    "all columns": tells(BOOKS),
    "no columns named": tells(BOOKS),
    "columns": tells(pick(BOOKS, "title", "id")),
    "columns, written with spaces": tells(pick(BOOKS, "title", "id")),
    "an alias": tells([{"name": b["title"]} for b in BOOKS]),
    "a cast": tells([{"year": b["year"] and str(b["year"])} for b in BOOKS]),
    "a JSON path": tells([{"lang": (b["meta"] or {}).get("lang")} for b in BOOKS]),
    "returns, a type": tells(ids(BOOKS)),
    "a header of its own": tells(ids(BOOKS)),
    "nulls left out": tells([{k: v for k, v in a.items() if v is not None} for a in AUTHORS]),
}
ORDERING: dict[str, Case] = {
    "order": tells(ids(_BY_YEAR + _UNDATED)),
    "order down": tells(ids(_UNDATED + _BY_YEAR[::-1])),
    "order, nulls first": tells(ids(_UNDATED + _BY_YEAR)),
    "order, nulls last": tells(ids(_BY_YEAR[::-1] + _UNDATED)),
    "order by two": tells(ids(sorted(BOOKS, key=lambda b: (b["author_id"], -b["id"])))),
    "order by what is referenced": tells(ids(sorted(BOOKS, key=lambda b: (author_of(b), b["id"])))),
    "limit": tells(ids(BOOKS[:3])),
    "limit none": tells([]),
    "range": tells(ids(BOOKS[2:5])),
    "range beyond the end": tells([]),
}
EMBEDDING: dict[str, Case] = {
    "many to one": tells([{"title": b["title"], "authors": named(b["author_id"])} for b in BOOKS]),
    "one to many": tells([{"name": a["name"], "books": titles_of(a)} for a in AUTHORS]),
    "many to many": tells([{"id": b["id"], "genres": genres_of(b)} for b in BOOKS]),
    "one to one": tells([{"id": a["id"], "profiles": profile_of(a)} for a in AUTHORS]),
    "an alias of an embed": tells([{"id": b["id"], "writer": named(b["author_id"])} for b in BOOKS]),
    "by a foreign key's column": tells([{"id": b["id"], "writer": named(b["author_id"])} for b in BOOKS]),
    "by hints": tells(
        [{"id": x["id"], "sender": named(x["sender_id"]), "receiver": named(x["receiver_id"])} for x in LETTERS]
    ),
    "nested": tells([{"name": a["name"], "books": books_of(a)} for a in AUTHORS]),
    "a spread": tells([{"id": b["id"], "name": author_of(b)} for b in BOOKS]),
    "a spread with an alias": tells([{"id": b["id"], "writer": author_of(b)} for b in BOOKS]),
    "a spread of many": tells([{"id": a["id"], "titles": [t["title"] for t in titles_of(a)]} for a in AUTHORS]),
    "inner": tells([{"id": b["id"], "editions": editions_of(b)} for b in BOOKS if editions_of(b)]),
    "inner, filtered": tells(
        [{"id": b["id"], "authors": named(b["author_id"])} for b in BOOKS if _BY_ID[b["author_id"]]["country"] == "GB"]
    ),
    "filtered, not inner": tells(
        [{"id": b["id"], "authors": named(b["author_id"]) if b["author_id"] == 2 else None} for b in BOOKS]
    ),
    "or in what is referenced": tells(
        [{"id": a["id"], "books": titles_of(a, lambda b: b["title"] in ("The Hobbit", "Trollvinter"))} for a in AUTHORS]
    ),
    "inner, or in what is referenced": tells([{"id": b["id"], "authors": named(b["author_id"])} for b in BOOKS[:5]]),
    "without any": tells(ids([a for a in AUTHORS if not titles_of(a)])),
    "order in what is referenced": tells([{"id": a["id"], "books": titles_of(a)[::-1]} for a in AUTHORS]),
    "limit in what is referenced": tells([{"id": a["id"], "books": titles_of(a)[:1]} for a in AUTHORS]),
    "range in what is referenced": tells([{"id": a["id"], "books": titles_of(a)[1:2]} for a in AUTHORS]),
    "a count of what is referenced": tells([{"id": a["id"], "books": [{"count": len(titles_of(a))}]} for a in AUTHORS]),
    "embedded twice": tells(
        [
            {
                "id": a["id"],
                "old": titles_of(a, lambda b: (b["year"] or 9999) < 1970),
                "new": titles_of(a, lambda b: (b["year"] or 0) >= 1970),
            }
            for a in AUTHORS
        ]
    ),
}
AGGREGATING: dict[str, Case] = {
    "a count of rows": tells([{"count": len(BOOKS)}]),
    "a sum in groups": tells(
        [
            {"author_id": id_, "sum": sum(b["price"] or 0 for b in BOOKS if b["author_id"] == id_)}
            for id_ in sorted({b["author_id"] for b in BOOKS})
        ]
    ),
    "aggregates under other names": tells(
        [{"least": min(b["year"] for b in _DATED), "most": max(b["year"] for b in _DATED)}]
    ),
    "a count beside a spread": tells(
        [{"name": name, "count": len(list(group))} for name, group in groupby(sorted(map(author_of, BOOKS)))]
    ),
    "a sum in an embed": tells([{"id": b["id"], "editions": [{"sum": copies_of(b)}]} for b in BOOKS]),
}
SCHEMAS: dict[str, Case] = {
    "the schema public": tells(ids(AUTHORS)),
    "another schema": differ(
        sqlite=Outcome(code="PGRST106", status=406),
        postgresql=Outcome([{"id": 1, "shelf": "north"}, {"id": 2, "shelf": "south"}]),
    ),
    "a schema that is not there": fails("PGRST106", 406, "not exposed"),
}
CASES = SELECTING | ORDERING | EMBEDDING | AGGREGATING | SCHEMAS
