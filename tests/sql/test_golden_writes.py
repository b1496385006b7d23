"""What the statements of writes look like: one text per shape and database."""

from __future__ import annotations

import re

import pytest
from test_golden import GOLDEN
from writes import texts_of, write_of

REP = "return=representation"
ROW = '{"id":1,"title":"secret","price":67.89,"data":{"a":1},"mine":"x"}'
CSV = "id,title,data\n1,secret,{}\n"
SHAPES: dict[str, tuple[str, str, str | None, str]] = {
    "insert": ("POST", "book", ROW, ""),
    "insert_empty": ("POST", "book", "{}", ""),
    "insert_defaults": ("POST", "book?columns=id,title,mine", ROW, "missing=default"),
    "insert_key": ("POST", "book", ROW, "return=headers-only"),
    "insert_rows": ("POST", "book?select=id,author(name),review(body)&order=id.desc", f"[{ROW}]", REP),
    "insert_csv": ("POST", "book", CSV, REP),
    "upsert_merge": ("POST", "book", ROW, f"{REP},resolution=merge-duplicates"),
    "upsert_ignore": ("POST", "book?on_conflict=title", ROW, "resolution=ignore-duplicates"),
    "upsert_empty": ("POST", "book", "{}", "resolution=merge-duplicates"),
    "update": ("PATCH", "book?id=eq.12345&title=like.sec*", '{"title":"secret","data":null}', ""),
    "update_defaults": ("PATCH", "book?id=eq.12345", '{"mine":"secret"}', f"{REP},missing=default"),
    "update_inner": ("PATCH", "book?select=id,author!inner(name)&author.name=eq.secret", '{"price":5}', REP),
    "delete": ("DELETE", "book?id=in.(1,12345)", None, ""),
    "delete_rows": ("DELETE", "book?id=gt.12345&select=title,review(body)", None, REP),
    "put": ("PUT", "book?id=eq.1", ROW, REP),
}


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("name", SHAPES)
def test_a_write_has_its_text(name: str, database: str) -> None:
    """A change of a statement shows as a change of a file that a person reads; no value is in it."""
    method, url, body, prefer = SHAPES[name]
    kind = "text/csv" if body is CSV else "application/json"
    parts = texts_of(write_of(database, method, url, body, prefer=prefer, kind=kind))
    asked = f"-- {method} {url}  {prefer}".rstrip()
    text = "\n".join([asked, *(f"-- {part}\n{_lines(text)}" for part, text in parts.items())])
    assert not any(value in text.partition("\n")[2] for value in ("secret", "12345", "67.89"))
    file = GOLDEN / f"write_{name}.{database}.sql"
    assert text.strip() == file.read_text().strip(), f"if the change is meant, write it to {file.name}"


def _lines(text: str) -> str:
    return re.sub(r"[ \n]+\n?", lambda gap: "\n" if "\n" in gap[0] else " ", text)
