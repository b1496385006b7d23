"""`having=(...)`: conditions on aggregates, told from a filter of a column that is called so."""

from __future__ import annotations

import pytest

from asked.asking import ask, only_filter, refused
from service.errors import QueryError
from service.rest.asked import read_request, write_request
from service.rest.terms import Field, Filter, Logic

N1 = Filter(Field("n"), "gt", 0)


def test_a_tree_is_asked_of_groups() -> None:
    """The value is a logic tree whose conditions must all hold."""
    asked = ask("having=(n.gt.1,or(m.is.null,m.lt.2))")
    ((path, tree),) = asked.read.having
    assert path == ()
    assert (tree.operator, tree.negated, tree.conditions[0]) == ("and", False, N1)
    assert isinstance(tree.conditions[1], Logic)
    assert (asked.values, asked.read.where) == (("1", "2"), ())


def test_an_embed_has_its_own() -> None:
    """A path in front says whose groups are meant."""
    assert ask("a.b.having=(n.gt.1)").read.having == ((("a", "b"), Logic("and", (N1,))),)


def test_a_column_may_be_called_so() -> None:
    """A value that begins with an operator is a filter, and so is any value of the name in quotes."""
    assert only_filter("having=gt.1")[0].field == Field("having")
    assert only_filter("a.having=gt.1")[0].field == Field("having")
    refused(QueryError, '"having"=(n.gt.1)')
    refused(QueryError, "having->a=(n.gt.1)")


def test_its_values_come_last() -> None:
    """Wherever it stands, its values are behind those of the filters: what is written reads as itself."""
    asked = ask("having=(n.gt.1)&a=eq.2&having=(m.lt.3)")
    assert asked.values == ("2", "1", "3")
    again = read_request("GET", "films", write_request(asked), {})
    assert (again.read, again.values) == (asked.read, asked.values)


@pytest.mark.parametrize("text", ["()", "(", "(n)", "(n.gt)", "(n.gt.1", "(n.gt.1)x", "(.gt.1)", "(n.nope.1)"])
def test_what_is_no_tree_is_refused(text: str) -> None:
    """A value that begins with a bracket is a tree or an error, never a filter."""
    refused(QueryError, f"having={text}")


def test_a_function_may_have_such_an_argument() -> None:
    """Of a function's call it is an argument, as any parameter without an operator."""
    assert read_request("GET", "f", "having=(1,2)", {}, call=True).arguments == (("having", "(1,2)"),)
