"""Each test of functions on both databases."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of the test's own."""
    return str(request.getfixturevalue(f"{request.param}_url"))
