"""No text of a caller's gets into a statement that writes but as a quoted name, or refused."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from test_injection import CONSTANTS, QUOTED_NAMES, TEXTS, in_quotes
from writes import texts_of, write_of

from service.errors import AskedError, BodyError, DatabaseError, PlanError

PREFERS = ("", "return=representation", "return=representation,resolution=merge-duplicates,missing=default")
ODD = 'odd "name"'
BAD = re.compile(r"drop|1=1|;|--|/\*|\$\$|POSTCOMPILE|\(select 1")


def skeleton(database: str, method: str, url: str, body: str | None, **more: str) -> str:
    """The statements without their quoted names."""
    made = texts_of(write_of(database, method, url, body, **more))
    return "\n".join(QUOTED_NAMES.sub('""', text) for text in made.values())


@pytest.mark.parametrize("prefer", PREFERS)
@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_a_value_is_in_no_statement(database: str, prefer: str) -> None:
    """Whatever the values of a body are, in JSON, CSV or a form, and whatever a filter is, the text is the same."""
    for text in TEXTS:
        for method, url in (("POST", "book"), ("PATCH", "book?title=eq.{}"), ("DELETE", "book?title=eq.{}")):
            one, other = (url.format(quote(value)) for value in ("x", text))
            body, bad = (json.dumps({"title": value, "data": [value]}) for value in ("x", text))
            if method == "DELETE":
                body = bad = None
            expected = skeleton(database, method, one, body, prefer=prefer)
            assert skeleton(database, method, other, bad, prefer=prefer) == expected, text
        csv = 'title\n"' + text.replace('"', '""') + '"\n'
        expected = skeleton(database, "POST", "book", "title\nx\n", prefer=prefer, kind="text/csv")
        assert skeleton(database, "POST", "book", csv, prefer=prefer, kind="text/csv") == expected, text
        form = "application/x-www-form-urlencoded"
        expected = skeleton(database, "POST", "book", "title=x", prefer=prefer, kind=form)
        assert skeleton(database, "POST", "book", f"title={quote(text)}", prefer=prefer, kind=form) == expected, text


def bodies_named(text: str) -> list[tuple[str, str]]:
    """Bodies with such a column."""
    return [
        (json.dumps({text: 1}), "application/json"),
        (json.dumps([{"id": 1, text: {"a": 1}}]), "application/json"),
        ('id,"' + text.replace('"', '""') + '"\n1,2\n', "text/csv"),
        (f"id=1&{quote(text)}=2", "application/x-www-form-urlencoded"),
    ]


@pytest.mark.parametrize("prefer", PREFERS)
@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_a_columns_name_is_one_that_is_there(database: str, prefer: str) -> None:
    """A key of a body, a head of CSV and a form's field are columns of the table or refused."""
    for text in TEXTS:
        for method in ("POST", "PATCH"):
            for body, kind in bodies_named(text):
                with pytest.raises((PlanError, BodyError)):
                    write_of(database, method, "book", body, prefer=prefer, kind=kind)


@pytest.mark.parametrize("query", ["columns={}", "on_conflict={}", "columns=id,{}", "select={}", "order={}", "{}=eq.1"])
@pytest.mark.parametrize("prefer", PREFERS)
@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_a_name_in_the_url_is_one_that_is_there(database: str, prefer: str, query: str) -> None:
    """What the URL names is a column of the table, an alias, or refused."""
    for text in TEXTS:
        for each in (text, in_quotes(text)):
            for method in ("POST", "PATCH"):
                try:
                    made = skeleton(database, method, f"book?{query.format(quote(each))}", '{"id":1}', prefer=prefer)
                except (AskedError, PlanError, DatabaseError):
                    continue
                assert not BAD.search(CONSTANTS.sub("''", made)), (text, made)


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_an_odd_name_is_quoted(database: str) -> None:
    """A column's own quotes are doubled wherever it stands, in what is put in, merged, changed and given back."""
    prefer = "return=representation,resolution=merge-duplicates"
    url = f"book?on_conflict={quote(in_quotes(ODD))}"
    for method in ("POST", "PATCH"):
        for text in texts_of(write_of(database, method, url, json.dumps({ODD: "x"}), prefer=prefer)).values():
            assert ODD not in text
            assert "odd" not in QUOTED_NAMES.sub("", CONSTANTS.sub("''", text))
