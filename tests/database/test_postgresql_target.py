"""PostgreSQL's URLs, as libpq reads them."""

from __future__ import annotations

from typing import Any

import pytest

from service.database.postgresql.target import Target, target_of
from service.errors import SettingsError


def read(url: str) -> Target:
    return target_of(url, statement_timeout=10, connect_timeout=5)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://host/db", {"dsn": "postgresql://host/db", "user": None, "password": None}),
        ("postgres://bob:p%40ss%2Fw%3A@h:5433/db", {"user": "bob", "password": "p@ss/w:", "dsn": "postgresql://h:5433/db"}),
        ("postgres://bob:p@ss@h/db", {"user": "bob", "password": "p@ss", "dsn": "postgresql://h/db"}),
        ("postgresql://u@[::1]:5433/db", {"dsn": "postgresql://[::1]:5433/db", "user": "u"}),
        ("postgresql://a:1,b:2/db?target_session_attrs=read-write",
         {"dsn": "postgresql://a:1,b:2/db?target_session_attrs=read-write"}),
        ("postgresql:///db?host=/var/run&port=5433", {"dsn": "postgresql:///db?host=%2Fvar%2Frun&port=5433"}),
        ("postgresql://h/db?sslmode=require", {"dsn": "postgresql://h/db?sslmode=require"}),
        ("postgresql://h/db?connect_timeout=3", {"timeout": 3.0, "dsn": "postgresql://h/db"}),
        ("postgresql://h/db?connect_timeout=0", {"timeout": 5}),
        ("postgresql://h/db?channel_binding=prefer&keepalives=1", {"dsn": "postgresql://h/db"}),
        ("postgresql://", {"dsn": "postgresql://"}),
    ],
)  # fmt: skip
def test_urls(url: str, expected: dict[str, Any]) -> None:
    """What asyncpg knows is passed on, what it would take for a setting of the server is read here."""
    arguments = read(url).arguments
    assert {name: arguments[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"application_name": "poolgate", "statement_timeout": "10000"}),
        ("", {"idle_in_transaction_session_timeout": "10000"}),
        ("application_name=shop", {"application_name": "shop"}),
        ("options=-c%20statement_timeout%3D5s%20--lock-timeout=1s", {"statement_timeout": "5s", "lock_timeout": "1s"}),
        ("options=-cgeqo%3Doff", {"geqo": "off"}),
    ],
)  # fmt: skip
def test_settings_of_the_server(query: str, expected: dict[str, str]) -> None:
    """Ours travel with the first message; what the URL says of them wins."""
    settings = read(f"postgresql://h/db?{query}").arguments["server_settings"]
    assert {name: settings[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("colour=red", "'colour' is not known"),
        ("sslmode=maybe", "sslmode=maybe is not known; expected one of disable"),
        ("connect_timeout=soon", "no number of seconds"),
        ("channel_binding=require", "cannot be had from the driver"),
        ("port=x", "no port"),
        ("options=fast", "options=fast is not understood"),
        ("options=-c%20'", "not understood"),
    ],
)
def test_faults(query: str, says: str) -> None:
    """A parameter that is not understood is a fault in the settings, not something left out."""
    with pytest.raises(SettingsError, match=says):
        read(f"postgresql://h/db?{query}")


def test_all_faults_at_once() -> None:
    """Every fault of a URL is told together, and no password with them."""
    with pytest.raises(SettingsError) as caught:
        read("postgresql://u:secret@h/db?colour=red&sslmode=maybe&password=secret")
    assert len(caught.value.faults) == 2
    assert "secret" not in str(caught.value)


def test_passwords_are_not_shown() -> None:
    """Neither the safe URL nor the repr has a password, wherever it stood."""
    target = read("postgresql://u:secret@h/db?sslpassword=secret&password=secret")
    assert "secret" not in repr(target)
    assert "secret" not in target.safe_url
    assert "u" in target.safe_url
