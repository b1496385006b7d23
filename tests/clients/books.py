"""The data that every client reads: a small library, as rows and as the SQL that makes them on each database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def _rows(columns: str, *rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


AUTHORS = _rows(
    "id name country born",
    (1, "Ursula K. Le Guin", "US", 1929),
    (2, "J. R. R. Tolkien", "GB", 1892),
    (3, "Tove Jansson", "FI", 1914),
    (4, "Anonymous", None, None),
    (5, 'Quill, "Silent" (Jr.)', "US", 1970),
)
PROFILES = _rows("author_id site", (1, "ursula.example"), (3, "moomin.example"))
BOOKS = _rows(
    "id title author_id year price in_print tags meta shelf",
    (1, "A Wizard of Earthsea", 1, 1968, 9.5, True, ["fantasy", "sea"], {"lang": "en", "pages": 205}, "[1,5)"),
    (2, "The Left Hand of Darkness", 1, 1969, 12.25, True, ["science", "ice"], {"lang": "en", "pages": 286}, "[5,10)"),
    (3, "The Hobbit", 2, 1937, 8.75, True, ["fantasy", "dragon"], {"lang": "en", "pages": 310}, "[10,15)"),
    (4, "The Silmarillion", 2, 1977, 20, False, ["fantasy"], {"lang": "en"}, "[20,30)"),
    (5, "Trollvinter", 3, 1957, 7, None, ["winter", "a,b"], {"lang": "sv", "pages": 131}, "[2,4)"),
    (6, "Sommarboken: små, stora", 3, 1972, None, True, [], {"lang": "sv"}, None),
    (7, "Beowulf", 4, None, 5, False, None, None, "[40,50)"),
    (8, "50% & more + less_more", 4, 2001, 1.05, None, ["odd"], {"lang": "en", "pages": None}, "[5,10)"),
)
EDITIONS = _rows(
    "id book_id format copies",
    (1, 1, "paper", 3),
    (2, 1, "audio", 1),
    (3, 3, "paper", 7),
    (4, 3, "leather", 1),
    (5, 3, "audio", None),
    (6, 5, "paper", 2),
)
GENRES = _rows("id name", (1, "fantasy"), (2, "science fiction"), (3, "poetry"))
BOOK_GENRES = _rows("book_id genre_id", (1, 1), (2, 2), (3, 1), (4, 1), (7, 1), (7, 3))
LETTERS = _rows("id sender_id receiver_id", (1, 1, 2), (2, 2, 3), (3, 1, 5))
QUOTES = _rows(
    "id body",
    (1, "The quick brown fox jumps over the lazy dog"),
    (2, "A lazy afternoon with a brown bear"),
    (3, "Not all those who wander are lost"),
)
LISTED = [{"id": 1, "due date": "2024-02-29", "a.b": "dotted"}, {"id": 2, "due date": "1999-12-31", "a.b": None}]
COPIES = _rows("id book_id shelf", (1, 1, "north"), (2, 3, "south"))

_TABLES = """
create table authors (id integer primary key, name text not null, country text, born integer);
create table profiles (author_id integer primary key references authors, site text);
create table books (
  id integer primary key, title text not null, author_id integer not null references authors, year integer,
  price numeric(6, 2), in_print boolean, tags {array}, meta {json}, shelf {range}
);
create table editions (id integer primary key, book_id integer not null references books, format text, copies integer);
create table genres (id integer primary key, name text not null);
create table book_genres (
  book_id integer references books, genre_id integer references genres, primary key (book_id, genre_id)
);
create table letters (
  id integer primary key, sender_id integer references authors, receiver_id integer references authors
);
create table "reading list" (id integer primary key, "due date" text, "a.b" text);
{quotes}
"""
_KINDS = {
    "postgresql": {
        "array": "text[]",
        "json": "jsonb",
        "range": "int4range",
        "quotes": "create table quotes (id integer primary key, body text not null);",
    },
    "sqlite": {
        "array": "json",
        "json": "json",
        "range": "text",
        "quotes": "create virtual table quotes using fts5 (id unindexed, body);",
    },
}
_MORE = {
    "postgresql": """
        create schema stock;
        create table stock.copies (id integer primary key, book_id integer not null, shelf text not null);
        insert into stock.copies values (1, 1, 'north'), (2, 3, 'south');
        create view slow as select 1 as id, pg_sleep(300)::text as rest;
        analyze;
    """,
    "sqlite": """
        create view slow as
          with recursive n (n) as (select 1 union all select n + 1 from n) select count(*) as id, '' as rest from n;
    """,
}
_ROWS = {
    "authors": AUTHORS,
    "profiles": PROFILES,
    "books": BOOKS,
    "editions": EDITIONS,
    "genres": GENRES,
    "book_genres": BOOK_GENRES,
    "letters": LETTERS,
    '"reading list"': LISTED,
    "quotes": QUOTES,
}


def schema(database: str) -> str:
    """The SQL of the whole library.

    Args:
        database: "sqlite" or "postgresql".
    """
    statements = [_TABLES.format(**_KINDS[database])]
    for table, rows in _ROWS.items():
        values = ",\n".join(f"({', '.join(_literal(value, database) for value in row.values())})" for row in rows)
        statements.append(f"insert into {table} values {values};\n")
    return "".join(statements) + _MORE[database]


def _literal(value: Any, database: str) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list) and database == "postgresql":
        return f"array[{', '.join(_literal(each, database) for each in value)}]::text[]"
    if isinstance(value, list | dict):
        return _literal(json.dumps(value), database)
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
