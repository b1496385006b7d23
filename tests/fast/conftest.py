"""The shop on each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from two_ways import shop

from service.testing import Schema, Template
from tests.conftest import fresh


@pytest.fixture(params=["sqlite", "postgresql"])
def shop_url(request: pytest.FixtureRequest, templates: Callable[[str, Schema], Template]) -> Iterator[str]:
    """Once on each kind of database."""
    yield from fresh(templates(request.param, shop(request.param)))


@pytest.fixture
def small_url(sqlite_templates: Callable[[Schema], Template]) -> Iterator[str]:
    """Where the kind of database makes no difference."""
    yield from fresh(sqlite_templates(shop("sqlite")))
