"""What the statements of related rows look like: one for a whole tree, that a person would write so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from library import statement

from service.rest.plan.terms import Count

GOLDEN = Path(__file__).parent / "golden"
QUERIES = {
    "embed_one": "book?select=title,author(name)&order=id",
    "embed_many": "book?select=title,review(body)&review.order=id.desc&review.limit=3&order=id",
    "embed_junction": "book?select=title,tag(name)&tag.name=eq.x",
    "embed_self": "author?select=name,mentor_id(name),pupils:author(name)",
    "embed_deep": "author?select=name,book(title,review(body),tag(name))&id=eq.1",
    "embed_inner": "book?select=title,review!inner(body)&review.score_id=gt.2",
    "embed_page_inner": "author?select=name,book!inner(title)&book.offset=1",
    "embed_null": "book?select=title,review(),tag()&or=(review.is.null,tag.not.is.null)",
    "embed_order": "book?select=title,author(name)&order=author(name).desc,id",
    "spread_one": "book?select=title,...author(writer:name)",
    "spread_many": "author?select=name,...book(title,price)&book.order=id",
    "spread_deep": "author?select=name,...book(title,...review(body))",
    "group_all": "book?select=count(),price.sum()",
    "group_by": "book?select=author_id,n:count(),total:price.sum()::int&order=author_id&price=gt.1",
    "group_embed": "book?select=author(name),price.max()",
    "group_json": "book?select=data,count()&order=data",
    "group_spread": "book?select=...author(name,n:count()),price.sum()&order=author(name)",
    "group_having": "book?select=author_id,total:price.sum()&having=(total.gt.10,total.lt.99)&order=total.desc",
    "group_inner": "author?select=name,book!inner(n:count())&book.having=(n.gt.1)",
}


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("name", QUERIES)
def test_a_tree_has_its_text(name: str, database: str) -> None:
    """A change of a statement shows as a change of a file that a person reads."""
    table, _, query = QUERIES[name].partition("?")
    text = re.sub(r"[ \n]+\n?", lambda gap: "\n" if "\n" in gap[0] else " ", statement(database, query, table).text)
    file = GOLDEN / f"{name}.{database}.sql"
    assert f"-- {QUERIES[name]}\n{text}".strip() == file.read_text().strip(), f"if it is meant, write it to {file.name}"


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_values_are_not_in_the_text(database: str) -> None:
    """Two requests of one tree run one and the same text: no value and no page is part of it."""
    one, other = (
        statement(
            database,
            f"select=title,n:count(),author!inner(name),review(id)&author.name=eq.{text}&review.id=in.({number},1)"
            f"&review.limit={number}&review.offset={number}&having=(n.gt.{number})&author=not.is.null",
            count=Count.EXACT,
        )
        for text, number in (("secret", 98765), ("x", 2))
    )
    assert one.text == other.text
    assert not any(value in one.text for value in ("secret", "98765"))


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_a_tree_is_one_statement(database: str) -> None:
    """However deep, a read is one statement, and what is embedded is looked up for the rows of the page alone."""
    deep = "select=name,book(title,review(body,book(title,tag(name,book(title)))))&limit=5"
    text = statement(database, deep, "author").text
    assert ";" not in text
    assert text.rindex("LIMIT") > text.rindex("FROM")  # the page is the innermost FROM, the embeds stand around it
    assert text.count("LIMIT") == 2  # that one, and the one of the one to-one relation
