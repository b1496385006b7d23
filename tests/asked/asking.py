"""Short ways to ask, for the tests of this folder."""

from __future__ import annotations

from typing import Any

import pytest

from service.errors import AskedError
from service.rest.asked import read_request
from service.rest.terms import Asked, Filter, Logic


def ask(query: str, method: str = "GET", **headers: str) -> Asked:
    """Read a request; `prefer="..."`, `accept_profile="..."` are headers."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return read_request(method, "films", query, named)


def only_filter(query: str) -> tuple[Filter, Any]:
    """The one filter of a query and its operand."""
    asked = ask(query)
    ((_, condition),) = asked.read.where
    assert isinstance(condition, Filter)
    return condition, None if condition.value is None else asked.values[condition.value]


def only_tree(query: str) -> tuple[Logic, tuple[Any, ...]]:
    """The one logic tree of a query and all operands."""
    asked = ask(query)
    ((_, condition),) = asked.read.where
    assert isinstance(condition, Logic)
    return condition, asked.values


def refused(kind: type[AskedError], query: str, method: str = "GET", **headers: str) -> AskedError:
    """The error of exactly this kind that a request ends in."""
    with pytest.raises(AskedError) as caught:
        ask(query, method, **headers)
    assert type(caught.value) is kind
    return caught.value
