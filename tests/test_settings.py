"""Settings: where values come from, which forms they may have, and what is said of those that cannot be used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from service import units
from service.errors import SettingsError
from service.forms import safe_url
from service.settings import DEMO_URL, FLAGS, Settings, describe, load_settings, show

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("POOLGATE_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)


def faults(**flags: object) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(**flags)
    return caught.value.faults


def test_defaults() -> None:
    """With nothing set the service serves the demo, readable by anybody on this machine."""
    settings = load_settings()
    assert (settings.database_url, settings.is_demo, settings.anonymous) == (DEMO_URL, True, "read")
    assert (settings.bind, settings.pool_min_size, settings.pool_max_size) == ("127.0.0.1:8000", 2, 10)
    assert (settings.max_body, settings.pool_max_lifetime, settings.db_max_rows) == (1048576, 1800.0, 1000)
    assert (settings.db_schemas, dict(settings.app_settings)) == ((), {})


def test_a_named_database_is_closed_to_anonymous_callers() -> None:
    """Only the demo may be read by anybody unless the operator says so."""
    assert load_settings(database_url="sqlite:///own.db").anonymous == "none"
    assert load_settings(database_url="sqlite:///own.db", anonymous="read").anonymous == "read"
    assert load_settings(anonymous="none").anonymous == "none"


def test_a_flag_wins_over_the_environment_and_that_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting's source is known."""
    monkeypatch.setenv("POOLGATE_BIND", "127.0.0.1:1")
    monkeypatch.setenv("POOLGATE_WORKERS", "3")
    settings = load_settings(bind="127.0.0.1:2", workers=None)
    sources = {setting.name: (setting.value, setting.source) for setting in describe(settings)}
    assert sources["POOLGATE_BIND"] == ("127.0.0.1:2", "flag")
    assert sources["POOLGATE_WORKERS"] == ("3", "environment")
    assert sources["POOLGATE_LOG_LEVEL"] == ("info", "default")


def test_database_url_without_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    """DATABASE_URL is taken as it stands on most platforms; the one with the prefix wins."""
    monkeypatch.setenv("DATABASE_URL", "postgres://there/one")
    assert load_settings().database_url == "postgres://there/one"
    monkeypatch.setenv("POOLGATE_DATABASE_URL", "sqlite:///two.db")
    assert load_settings().database_url == "sqlite:///two.db"


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that a container's configuration leaves empty is not a fault."""
    for name in ("DATABASE_URL", "POOLGATE_DATABASE_URL", "POOLGATE_ADMIN_TOKEN", "POOLGATE_NO_SUCH"):
        monkeypatch.setenv(name, " ")
    settings = load_settings()
    assert settings.is_demo
    assert settings.admin_token is None


@pytest.mark.parametrize("name, text, value", [
    ("DATABASE_URL", "sqlite:///relative.db", "sqlite:///relative.db"),
    ("DATABASE_URL", "sqlite:////absolute.db?x=1", "sqlite:////absolute.db?x=1"),
    ("DATABASE_URL", "postgresql://u:p@/db?host=/run/pg", "postgresql://u:p@/db?host=/run/pg"),
    ("DATABASE_URL", "postgresql://a,b:2,[::1]:3/db", "postgresql://a,b:2,[::1]:3/db"),
    ("DATABASE_URL", "postgresql:///db", "postgresql:///db"),
    ("BIND", "[::1]:0", "[::1]:0"),
    ("BIND", "0.0.0.0:65535", "0.0.0.0:65535"),
    ("WORKERS", "4", 4),
    ("ANONYMOUS", "Write", "write"),
    ("STATEMENT_TIMEOUT", "2.5", 2.5),
    ("STATEMENT_TIMEOUT", "500ms", 0.5),
    ("POOL_MAX_LIFETIME", "30min", 1800.0),
    ("POOL_MAX_LIFETIME", "1 h", 3600.0),
    ("POOL_MAX_IDLE", "1d", 86400.0),
    ("MAX_BODY", "100", 100),
    ("MAX_BODY", "64KiB", 65536),
    ("MAX_BODY", "1.5MiB", 1572864),
    ("MAX_BODY", "2MB", 2_000_000),
    ("REST_PREFIX", "/", "/"),
    ("REST_PREFIX", "/api/v2/", "/api/v2"),
    ("ADMIN_TOKEN", "t0ken!", "t0ken!"),
    ("LOG_LEVEL", "warn", "warning"),
    ("LOG_LEVEL", "crit", "critical"),
    ("LOG_FORMAT", "JSON", "json"),
    ("POOL_MIN_SIZE", "0", 0),
    ("POOL_MAX_WAITING", "0", 0),
    ("POOL_MODE", "per-request", "per-request"),
    ("DB_SCHEMAS", "api, private", ("api", "private")),
    ("DB_EXTRA_SEARCH_PATH", "public,extensions", ("public", "extensions")),
    ("DB_MAX_ROWS", "none", None),
    ("DB_MAX_ROWS", "7", 7),
    ("DB_TX_END", "rollback-allow-override", "rollback-allow-override"),
    ("DB_AGGREGATES_ENABLED", "on", True),
    ("DB_PLAN_ENABLED", "False", False),
    ("JWT_SECRET", "x" * 32, "x" * 32),
    ("JWT_SECRET", '{"kty":"oct","k":"' + "k" * 43 + '"}', '{"kty":"oct","k":"' + "k" * 43 + '"}'),
    ("JWT_SECRET_IS_BASE64", "true", True),
    ("JWT_ALGORITHMS", "RS256, ES256", ("RS256", "ES256")),
    ("JWT_ROLES", "web_user,editor", ("web_user", "editor")),
    ("JWT_CACHE_MAX_ENTRIES", "0", 0),
    ("JWT_ROLE_CLAIM_KEY", ".role", ".role"),
    ("OPENAPI_MODE", "ignore-privileges", "ignore-privileges"),
    ("SERVER_CORS_ALLOWED_ORIGINS", "https://a.example, http://b:81", ("https://a.example", "http://b:81")),
    ("SERVER_CORS_ALLOWED_ORIGINS", "*", ("*",)),
    ("POOL_SHARE", "0.25", 0.25),
    ("POOL_SHARE", "25 %", 0.25),
    ("POOL_SHARE", "none", None),
    ("POOL_RECLAIM_AFTER", "none", None),
    ("POOL_RECLAIM_AFTER", "1min", 60.0),
])  # fmt: skip
def test_forms(monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object) -> None:
    """Every form that the documentation promises is read, PostgREST's among them."""
    monkeypatch.setenv(f"POOLGATE_{name}", text)
    assert getattr(load_settings(), name.lower()) == value


@pytest.mark.parametrize("name, text, told", [
    ("DATABASE_URL", "mysql://host/db", "of no known kind"),
    ("DATABASE_URL", "postgresql+asyncpg://host/db", "the driver is not part of it"),
    ("DATABASE_URL", "poolgate.db", "of no known kind"),
    ("DATABASE_URL", "sqlite://", "names no file"),
    ("DATABASE_URL", "sqlite:///:memory:", "names no file"),
    ("DATABASE_URL", "sqlite:///folder/", "names no file"),
    ("DATABASE_URL", "postgresql://u:p@host:port/db", "a host that does not read"),
    ("DATABASE_URL", "postgresql://[::1/db", "a host that does not read"),
    ("POOL_SHARE", "0", "a part above 0"),
    ("POOL_SHARE", "101%", "a part above 0"),
    ("POOL_SHARE", "half", "a part above 0"),
    ("BIND", "8000", "HOST:PORT"),
    ("BIND", "127.0.0.1:65536", "HOST:PORT"),
    ("BIND", "a b:80", "HOST:PORT"),
    ("WORKERS", "0", "1 to 256"),
    ("WORKERS", "two", "not a whole number"),
    ("WORKERS", "1.5", "not a whole number"),
    ("ANONYMOUS", "yes", "expected none, read or write"),
    ("STATEMENT_TIMEOUT", "0", "not above 0"),
    ("STATEMENT_TIMEOUT", "-1", "500ms"),
    ("STATEMENT_TIMEOUT", "5m", "not a duration"),
    ("STATEMENT_TIMEOUT", "nan", "500ms"),
    ("STATEMENT_TIMEOUT", "9" * 400, "not above 0"),
    ("MAX_BODY", "0", "not a size"),
    ("MAX_BODY", "0.5", "not a size"),
    ("MAX_BODY", "1 megabyte", "not a size"),
    ("REST_PREFIX", "rest", "such as /rest/v1"),
    ("REST_PREFIX", "/a?b", "such as /rest/v1"),
    ("REST_PREFIX", "/-/rest", "not under /-/"),
    ("FUNCTIONS", "/no/such/folder", "no folder"),
    ("ADMIN_TOKEN", "two words", "without blanks"),
    ("LOG_LEVEL", "loud", "debug, info, warning, error or critical"),
    ("POOL_MAX_SIZE", "0", "1 to 10000"),
    ("DB_SCHEMAS", "api,,private", "empty word"),
    ("DB_MAX_ROWS", "-1", "at least 1"),
    ("DB_TX_END", "commit-override", "commit-allow-override"),
    ("DB_PLAN_ENABLED", "maybe", "true or false"),
    ("JWT_SECRET", "x" * 31, "at least 32 bytes"),
    ("JWT_SECRET", "{not json, though long enough for a secret}", "is not JSON"),
    ("JWT_SECRET", "@/no/such/file", "cannot be read"),
    ("JWT_SECRET", '{"kty":"oct"}', "cannot be read"),
    ("JWT_ALGORITHMS", "none", "HS256"),
    ("JWT_CACHE_MAX_ENTRIES", "-1", "0 to 1000000"),
    ("JWT_ROLE_CLAIM_KEY", "role", "$.role"),
    ("OPENAPI_MODE", "on", "follow-privileges"),
    ("SERVER_CORS_ALLOWED_ORIGINS", "https://a.example/", "no exact origin"),
    ("SERVER_CORS_ALLOWED_ORIGINS", "a.example", "no exact origin"),
])  # fmt: skip
def test_wrong_forms(monkeypatch: pytest.MonkeyPatch, name: str, text: str, told: str) -> None:
    """A value that cannot be used is told by the variable's own name, with what is expected."""
    monkeypatch.setenv(f"POOLGATE_{name}", text)
    (fault,) = faults()
    assert fault.startswith(f"POOLGATE_{name}: ")
    assert "; expected " in fault
    assert told in fault


def test_all_faults_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten faults are ten lines of one error, each naming what the user wrote."""
    for name in ("WORKERS", "LOG_LEVEL", "MAX_BODY", "STATEMENT_TIMEOUT", "DB_TX_END", "POOL_MAX_SIZE", "OPENAPI_MODE"):
        monkeypatch.setenv(f"POOLGATE_{name}", "wrong")
    monkeypatch.setenv("POOLGATE_UNKNOWN", "1")
    monkeypatch.setenv("DATABASE_URL", "mysql://host/db")
    names = {fault.partition(":")[0] for fault in faults(bind="wrong")}
    assert len(faults(bind="wrong")) == len(names) == 10
    assert {"--bind", "DATABASE_URL", "POOLGATE_UNKNOWN", "POOLGATE_WORKERS"} < names


def test_smallest_size_follows_the_largest() -> None:
    """A pool of one needs one setting, and a smallest size above the largest is a fault."""
    assert load_settings(pool_max_size=1).pool_min_size == 1
    assert "which is 3" in faults(pool_min_size=4, pool_max_size=3)[0]


@pytest.mark.parametrize("name, told", [
    ("POOLGATE_POOL_MAXSIZE", "did you mean POOLGATE_POOL_MAX_SIZE?"),
    ("POOLGATE_STATMENT_TIMEOUT", "did you mean POOLGATE_STATEMENT_TIMEOUT?"),
    ("POOLGATE_bind", "did you mean POOLGATE_BIND?"),
    ("POOLGATE_DB_URI", "did you mean POOLGATE_DATABASE_URL?"),
    ("POOLGATE_DB_POOL", "did you mean POOLGATE_POOL_MAX_SIZE?"),
    ("POOLGATE_APP_SETTINGS", "did you mean POOLGATE_APP_SETTINGS_*?"),
    ("POOLGATE_XYZZY", "`poolgate settings` lists them all"),
])  # fmt: skip
def test_unknown_variables(monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    """A misspelt setting is a fault with the nearest name, also where PostgREST calls it otherwise."""
    monkeypatch.setenv(name, "1")
    assert faults() == (f"{name}: there is no such setting; {told}",)


def test_unknown_flag() -> None:
    """A misspelt name given from Python gets the nearest one too."""
    assert faults(pool_size=3) == ("pool_size: there is no such setting; did you mean pool_max_size?",)


def test_app_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of one's own are collected under their names in small letters, and cannot be changed."""
    monkeypatch.setenv("POOLGATE_APP_SETTINGS_TENANT", "blue")
    monkeypatch.setenv("POOLGATE_APP_SETTINGS_A_B", "x,y")
    settings = load_settings()
    assert dict(settings.app_settings) == {"tenant": "blue", "a_b": "x,y"}
    with pytest.raises(TypeError):
        settings.app_settings["tenant"] = "red"  # type: ignore[index]  # that it cannot be set is the point


def test_secret_from_a_file(tmp_path: Path) -> None:
    """A secret may lie in a file, and is held to the same rules there."""
    file = tmp_path / "secret"
    file.write_text("s" * 40 + "\n")
    assert load_settings(jwt_secret=f"@{file}").jwt_secret == f"@{file}"  # read again when it changes
    file.write_text("short")
    assert "at least 32 bytes" in faults(jwt_secret=f"@{file}")[0]


def test_frozen() -> None:
    """Settings never change once they are made."""
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().bind = "elsewhere:1"


CANARY = "canary-0123456789-0123456789-0123456789"


def test_secrets_are_hidden() -> None:
    """No secret shows where settings are shown or printed."""
    settings = load_settings(
        database_url=f"postgresql://u:{CANARY}@h/db?sslpassword={CANARY}",
        admin_token=CANARY,
        jwt_secret=CANARY,
        app_settings={"key": CANARY},
    )
    shown = {setting.name: setting.value for setting in describe(settings)}
    assert CANARY not in json.dumps(shown)
    assert shown["POOLGATE_DATABASE_URL"] == "postgresql://u:***@h/db?sslpassword=***"
    assert shown["POOLGATE_ADMIN_TOKEN"] == "(hidden)"
    assert CANARY not in repr(settings.model_copy(update={"app_settings": {}}))


def test_secrets_are_hidden_in_faults() -> None:
    """A fault never repeats a secret, not even to say what is wrong with it."""
    told = faults(database_url=f"mysql://u:{CANARY}@h/db", admin_token=f"{CANARY} x", jwt_secret="{" + CANARY)
    assert len(told) == 3
    assert CANARY not in str(told)


@pytest.mark.parametrize("url, shown", [
    ("sqlite:////a/b.db", "sqlite:////a/b.db"),
    ("postgresql://h:5432/db", "postgresql://h:5432/db"),
    ("postgresql://u@h/db", "postgresql://u@h/db"),
    ("postgresql://u:p%40@h:1/db", "postgresql://u:***@h:1/db"),
    ("postgresql://u:p/?#@@h/db", "postgresql://u:***@h/db"),
    ("postgresql://:p@h/db", "postgresql://:***@h/db"),
    ("postgresql:///db?user=u&password=p&host=h", "postgresql:///db?user=u&password=***&host=h"),
])  # fmt: skip
def test_safe_url(url: str, shown: str) -> None:
    """A URL is shown whole but for its passwords, however they are written."""
    assert safe_url(url) == shown


@pytest.mark.parametrize("value", [0.001, 0.5, 1.0, 1.5, 90.0, 1800.0, 3600.0, 86400.0])
def test_durations_read_back(value: float) -> None:
    """A duration as it is shown reads as the same duration."""
    assert units.seconds(units.show_seconds(value)) == value


@pytest.mark.parametrize("value", [1, 1000, 1024, 65536, 1048576, 1048577])
def test_sizes_read_back(value: int) -> None:
    """A size as it is shown reads as the same size."""
    assert units.size(units.show_size(value)) == value


def test_shown_defaults_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `poolgate settings` shows can be put into the environment as it is."""
    before = load_settings()
    for setting in describe(before):
        if setting.name.endswith("*"):
            continue
        monkeypatch.setenv(setting.name, setting.value)
    assert load_settings().model_dump() == before.model_dump()


def test_every_setting_is_documented() -> None:
    """Each setting has its heading in docs/settings.md, with its default, and there is no other heading."""
    text = DOCS.read_text(encoding="utf-8")
    headings = [line.removeprefix("### ").strip("`") for line in text.splitlines() if line.startswith("### ")]
    known = {setting.name: setting for setting in describe(load_settings())}
    assert sorted(headings) == sorted(known)
    for name, setting in known.items():
        paragraph = text.split(f"### `{name}`\n")[1].split("\n#")[0]
        assert f"Default: {f'`{setting.value}`' if setting.value else 'none'}" in paragraph, name


def test_every_flag_is_a_field() -> None:
    """The names that faults use for flags belong to settings."""
    assert set(FLAGS) <= set(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())
    assert show("functions", None) == ""
