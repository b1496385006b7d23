"""`poolgate keys`: made, listed and revoked, on both databases, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from security.keyed import listed, make_shop, run
from service.auth.api_key import digest_of, is_key
from service.cli import main
from service.database.key_store import ListedKey
from service.errors import PoolgateError
from service.keys_cli import choose, read_expiry

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in os.environ:
        if name.startswith("POOLGATE_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    return asyncio.run(make_shop(str(request.getfixturevalue(f"{request.param}_url"))))


def keys(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["keys", *arguments])


def shown(url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(keys("list", "--json", "--database", url).stdout)
    return found


def refused(*arguments: str, status: int = 1) -> str:
    result = keys(*arguments)
    assert (result.exit_code, result.stdout) == (status, ""), result.output
    return result.stderr


def test_the_key_alone_is_on_stdout(url: str) -> None:
    """`KEY=$(poolgate keys create …)` works: stdout is the key and a line's end, all else is on stderr."""
    made = keys("create", "--name", "app", "--role", "write", "--expires", "90d", DATABASE_URL=url)
    assert made.exit_code == 0
    assert is_key(key := made.stdout.removesuffix("\n"))
    assert key not in made.stderr
    assert "'app'" in made.stderr
    assert "as write" in made.stderr
    (one,) = asyncio.run(listed(url))
    assert (one.prefix, one.name, one.role, one.revoked_at, one.last_used_at) == (key[:12], "app", "write", None, None)
    assert one.expires_at is not None
    assert abs(one.expires_at - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=1)
    assert abs(one.created_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_is_stored(url: str) -> None:
    """Of the key itself the table has the prefix and the digest; two keys of one name are two."""
    made = [keys("create", "--name", "app", "--database", url).stdout.strip() for _ in range(2)]

    async def stored() -> list[tuple[Any, ...]]:
        from service.database.single import single_connection

        async with single_connection(url) as connection:
            return [
                tuple(row) for row in await connection.exec_driver_sql("select * from poolgate_api_key order by id")
            ]

    for key, row in zip(made, asyncio.run(stored()), strict=True):
        assert row[1:5] == ("app", key[:12], digest_of(key), None)
        assert key[13:] not in repr(row)


def test_the_table(url: str) -> None:
    """`list` is aligned, one line a key with its state; what a terminal would obey is not printed."""
    assert "There are no keys" in keys("list", "--database", url).stderr
    for name in ("a", "a long name"):
        keys("create", "--name", name, "--role", "read", "--database", url)
    keys("create", "--name", "old", "--expires", "1h", "--database", url)
    asyncio.run(run(url, "update poolgate_api_key set expires_at = '2001-02-03 04:05:06' where name = 'old'"))
    asyncio.run(run(url, "update poolgate_api_key set name = 'a\x1b[2J' where name = 'a'"))
    keys("revoke", "a long name", "--database", url)
    head, *lines = keys("list", "--database", url).stdout.splitlines()
    assert re.split(r"  +", head) == ["prefix", "name", "role", "created", "expires", "last used", "state"]
    states = [line[head.index("state") :] for line in lines]
    assert states == ["active", "revoked", "expired"]
    assert lines[0][head.index("name") :].startswith("a?[2J ")
    assert [line[head.index("role") :].split()[0] for line in lines] == ["read", "read", "-"]
    assert lines[2][head.index("expires") :].startswith("2001-02-03 04:05  -")
    assert [key["state"] for key in shown(url)] == states
    assert shown(url)[2]["expires_at"] == "2001-02-03T04:05:06+00:00"
    assert set(shown(url)[0]) == {
        *("prefix", "name", "role", "created_at", "expires_at", "last_used_at", "revoked_at", "state")
    }


def test_revoke(url: str) -> None:
    """By prefix, by name or by the whole key; a second time says since when, and changes nothing."""
    made = [keys("create", "--name", f"key {n}", "--database", url).stdout.strip() for n in range(3)]
    for number, which in enumerate((made[0][:12], "key 1", made[2])):
        first = keys("revoke", which, "--database", url)
        assert (first.exit_code, first.stdout) == (0, f"{made[number][:12]} (key {number}) is revoked.\n")
        before = shown(url)
        again = keys("revoke", which, "--database", url)
        assert again.exit_code == 0
        assert again.stdout.startswith(f"{made[number][:12]} (key {number}) was revoked already, 20")
        assert shown(url) == before
    assert all(key["revoked_at"] is not None for key in shown(url))


def test_an_ambiguous_name(url: str) -> None:
    """Of several active keys of a name none is revoked; their prefixes are told."""
    made = [keys("create", "--name", "app", "--database", url).stdout.strip() for _ in range(2)]
    told = refused("revoke", "app", "--database", url)
    assert told.startswith("poolgate: 2 keys have that name\n")
    assert all(key[:12] in told for key in made)
    assert {key["state"] for key in shown(url)} == {"active"}
    keys("revoke", made[0][:12], "--database", url)
    assert made[1][:12] in keys("revoke", "app", "--database", url).stdout  # the only one left


def test_what_is_not_there(url: str) -> None:
    """An unknown name is told, and not repeated: somebody may have put a whole key there."""
    unknown = "pgk_01234567_" + "A" * 43
    assert unknown not in refused("revoke", unknown, "--database", url)


@pytest.mark.parametrize("role, told", [("admin", "there is no role 'admin'"), ("", "there is no role ''")])
def test_an_unknown_role(role: str, told: str, url: str) -> None:
    """No key is made with a role that there is not; what there is is told."""
    said = refused("create", "--name", "app", "--role", role, "--database", url)
    assert said.startswith(f"poolgate: {told}\npoolgate: hint: Expected read, write")
    assert shown(url) == []


def test_roles_of_the_database(postgresql_url: str) -> None:
    """On PostgreSQL a role is taken that the connection's own may take on, and no other; nor `none`, which is none."""
    url = asyncio.run(make_shop(postgresql_url))
    script = (
        "create role key_cli_service login",
        "create role key_cli_mine",
        "create role key_cli_other",
        "grant key_cli_mine to key_cli_service",
        "grant all on poolgate_api_key to key_cli_service",
    )
    asyncio.run(run(url, *script))
    own = url.replace("postgres:@", "key_cli_service@")
    try:
        assert keys("create", "--name", "app", "--role", "key_cli_mine", "--database", own).exit_code == 0
        said = refused("create", "--name", "app", "--role", "key_cli_other", "--database", own)
        assert "key_cli_service may not take on the role 'key_cli_other'" in said
        assert "there is no role 'none'" in refused("create", "--name", "app", "--role", "none", "--database", own)
        assert [key["role"] for key in shown(url)] == ["key_cli_mine"]
    finally:
        names = "key_cli_service, key_cli_mine, key_cli_other"
        asyncio.run(run(url, f"drop owned by {names}", f"drop role {names}"))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("command", [["create", "--name", "app"], ["list"], ["revoke", "app"]])
def test_without_the_table(database: str, command: list[str], request: pytest.FixtureRequest) -> None:
    """A database without the table is told in a line, with the command that makes it."""
    url = str(request.getfixturevalue(f"{database}_url"))
    said = refused(*command, "--database", url)
    assert "has no table for API keys\npoolgate: hint: Make it with the command: poolgate migrate\n" in said


def test_without_the_file(empty_folder: Path) -> None:
    """A file that is not there is not made by asking for its keys."""
    said = refused("list", "--database", "sqlite:///none.db")
    assert said.startswith("poolgate: sqlite:///none.db: there is no such file\n")
    assert os.listdir(empty_folder) == []


@pytest.mark.parametrize("options, told", [
    (["--name", ""], "--name: expected 1 to 100 characters"),
    (["--name", "a" * 101], "--name: expected 1 to 100 characters"),
    (["--name", "a\nb"], "--name: expected 1 to 100 characters"),
    (["--name", "pgk_app"], "--name: a name may not begin like a key"),
    (["--name", "app", "--expires", "soon"], "--expires: 'soon' is no time; expected a duration"),
    (["--name", "app", "--expires", "0d"], "--expires: '0d' is no time"),
    (["--name", "app", "--expires", "99999999d"], "--expires: '99999999d' is no time"),
    (["--name", "app", "--expires", "2001-01-01"], "--expires: '2001-01-01' is not in the future"),
    ([], "Missing option '--name'"),
])  # fmt: skip
def test_usage(options: list[str], told: str, empty_folder: Path) -> None:
    """What cannot be read is usage: exit status 2, before anything is made or opened."""
    assert told in refused("create", *options, status=2)
    assert os.listdir(empty_folder) == []


@pytest.mark.parametrize("text, expected", [
    ("90d", NOW + timedelta(days=90)),
    ("12h", NOW + timedelta(hours=12)),
    ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
    ("2027-01-31T12:30", datetime(2027, 1, 31, 12, 30, tzinfo=UTC)),
    ("2027-01-31T12:30:00+02:00", datetime(2027, 1, 31, 10, 30, tzinfo=UTC)),
    ("2027-01-31T12:30:00Z", datetime(2027, 1, 31, 12, 30, tzinfo=UTC)),
])  # fmt: skip
def test_when_it_ends(text: str, expected: datetime) -> None:
    """A duration from now, or an ISO date; without a zone it is UTC."""
    assert read_expiry(text, NOW) == expected


@pytest.mark.parametrize("text", ["2026-11-22", "2026-11-22T12:00", "9999-12-31T23:59-23:00", "0001-01-01T00:00+01:00"])
def test_when_it_cannot_end(text: str) -> None:
    """What is over, or beyond all calendars, is refused in words."""
    with pytest.raises(click.BadParameter):
        read_expiry(text, NOW)


def test_which_of_several() -> None:
    """An active key goes before an expired one, that before a revoked one."""

    def key(number: int, **times: datetime) -> ListedKey:
        fields = {"expires_at": None, "revoked_at": None, "last_used_at": None} | times
        return ListedKey(number, "app", f"pgk_0000000{number}", None, NOW, **fields)  # type: ignore[arg-type]  # as above

    past = NOW - timedelta(days=1)
    revoked, expired, active = key(1, revoked_at=past), key(2, expires_at=past), key(3)
    assert choose([revoked, expired, active], "app", NOW) is active
    assert choose([revoked, expired], "app", NOW) is expired
    assert choose([revoked, key(4, revoked_at=NOW)], "app", NOW).number == 4
    assert choose([revoked, expired, active], "pgk_00000001", NOW) is revoked
    with pytest.raises(PoolgateError):
        choose([expired, key(5, expires_at=past)], "app", NOW)


@pytest.mark.slow
def test_with_no_database_named(empty_folder: Path) -> None:
    """As the other commands it takes the demo, which is built first; a real process keeps the two streams apart."""
    command = [sys.executable, "-m", "service", "keys", "create", "--name", "app"]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True, env={**os.environ, "PYTHONPATH": root}
    )
    assert is_key(done.stdout.removesuffix("\n"))
    assert (empty_folder / "poolgate-demo.db").exists()
    assert [key["name"] for key in shown("sqlite:///poolgate-demo.db")] == ["app"]
