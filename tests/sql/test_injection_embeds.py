"""No text of a caller's gets into a statement by way of embeds, hints, aliases or aggregates."""

from __future__ import annotations

import re

import pytest
from library import statement
from test_injection import CONSTANTS, QUOTED_NAMES, TEXTS, filled

from service.errors import AskedError, DatabaseError, PlanError

FREE = {
    "the alias of an embed": "select={quoted}:author(id)",
    "an alias in an embed": "select=author({quoted}:id)",
    "an alias in a spread": "select=...author({quoted}:id)",
    "an alias in a to-many spread": "select=...review({quoted}:id)",
    "the alias of an aggregate": "select=id,{quoted}:price.sum()",
    "the alias of an aggregate in an embed": "select=review({quoted}:count())",
    "the alias of what is grouped by": "select={quoted}:title,count()",
}
VALUES = {
    "of an embed": "select=author(id)&author.name=eq.{text}",
    "of an embed's tree": "select=author(id)&author.or=(name.eq.{quoted},id.eq.1)",
    "of an inner embed": "select=author!inner(id)&author.name=like.{text}",
    "of what there must be": "select=author()&author=is.null&author.name=in.({quoted})",
    "of a spread": "select=...author(id)&author.name=match.{text}",
    "of groups": "select=id,m:title.max()&having=(m.eq.{quoted})",
    "of an embed's groups": "select=review(m:body.max())&review.having=(m.like.{quoted})",
}
NAMED = (
    "select={text}(id)",
    "select={quoted}(id)",
    "select=author!{text}(id)",
    "select=author!{quoted}(id)",
    "select=author!inner!{quoted}(id)",
    "select=...{quoted}(id)",
    "select=author({text})",
    "select=author({quoted})",
    "select=author(id::{text})",
    "select=author(id.{text}())",
    "select=price.sum()::{text}",
    "select=price::{text}.sum()",
    "select=author(id)&{quoted}.id=eq.1",
    "select=author(id)&author.{quoted}=eq.1",
    "select=author(id)&author.{text}=eq.1",
    "select=author(id)&order=author({quoted})",
    "select=author(id)&order={quoted}(id)",
    "select=author(id)&author.order={text}",
    "select=author(id)&author.limit={text}",
    "select=author(id)&author=is.{text}",
    "select=n:count()&having=({quoted}.eq.1)",
    "select=n:count()&having=({text}.eq.1)",
    "select=n:count()&having={text}",
    "select=n:count()&order={quoted}",
)


def written(query: str, text: str) -> str:
    """The query with `text` in its place, each parameter encoded."""
    return "&".join(filled(parameter, text) for parameter in query.split("&"))


def skeleton(database: str, query: str) -> str:
    """The statement without its quoted names."""
    return QUOTED_NAMES.sub('""', statement(database, query).text)


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("query", FREE.values(), ids=FREE)
def test_an_alias_is_a_name(query: str, database: str) -> None:
    """An alias changes nothing but quoted names."""
    expected = skeleton(database, written(query, "x"))
    for text in TEXTS:
        assert skeleton(database, written(query, text)) == expected, text


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("query", VALUES.values(), ids=VALUES)
def test_a_value_is_bound(query: str, database: str) -> None:
    """A value is in no statement, whatever it is a value of."""
    expected = statement(database, written(query, "x")).text
    for text in TEXTS:
        assert statement(database, written(query, text)).text == expected, text


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize("query", NAMED)
def test_a_name_is_known_or_refused(query: str, database: str) -> None:
    """A relation, a hint, a column, an aggregate or a direction that is none is refused before there is a statement."""
    for text in TEXTS:
        try:
            made = statement(database, written(query, text)).text
        except (AskedError, PlanError, DatabaseError):
            continue
        bare = CONSTANTS.sub("''", QUOTED_NAMES.sub('""', made))
        assert not re.search(r"drop|1=1|;|--|/\*|\$\$|POSTCOMPILE|\(select 1", bare), (text, made)
