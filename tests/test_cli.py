"""The commands: what they do, what they say, and how they fail."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.demo import is_demo_file
from service.errors import PoolgateError
from service.settings import Settings, load_settings

DOCS = Path(__file__).parent.parent / "docs" / "cli.md"


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in os.environ:
        if name.startswith("POOLGATE_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


Server = Callable[[Settings, str | None], int]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[Server], None]:
    """Puts a function in the place of the real server."""

    def put(function: Server) -> None:
        module = types.ModuleType("service.server")
        module.serve = function  # type: ignore[attr-defined]  # a module made by hand declares nothing
        monkeypatch.setitem(sys.modules, "service.server", module)

    return put


def test_serve_hands_on_what_was_asked(server: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The flags become settings, the application is named, the server's status is the exit status."""
    for name in ("POOLGATE_BIND", "POOLGATE_DATABASE_URL", "POOLGATE_WORKERS", "POOLGATE_SERVER"):
        monkeypatch.setenv(name, "")  # puts back what the command changes
    seen: list[tuple[Settings, str | None]] = []
    server(lambda settings, app: seen.append((settings, app)) or 7)
    flags = ("--bind", "127.0.0.1:81", "--database", "sqlite:///own.db", "--workers", "2")
    flags += ("--server", "granian", "--app", "shop:app")
    result = run("serve", *flags)
    assert (result.exit_code, result.output) == (7, "")
    ((settings, app),) = seen
    assert (settings.bind, settings.database_url, settings.workers) == ("127.0.0.1:81", "sqlite:///own.db", 2)
    assert (app, settings.anonymous, settings.server) == ("shop:app", "none", "granian")


@pytest.mark.parametrize("found, told", [
    (None, "The server granian is not installed: pip install 'poolgate[granian]'"),
    ("2.9.0", "granian 2.9.0 is installed, and 2.8 is needed: pip install 'poolgate[granian]'"),
    ("2.80.0", "granian 2.80.0 is installed, and 2.8 is needed: pip install 'poolgate[granian]'"),
])  # fmt: skip
def test_a_server_that_is_not_installed(found: str | None, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install, before anything is started."""

    def version(_: str) -> str:
        if found is None:
            raise PackageNotFoundError
        return found

    monkeypatch.setattr("service.granian.installed.version", version)
    result = run("serve", "--server", "granian", "--database", "sqlite:///shop.db")
    assert (result.exit_code, result.stderr) == (1, f"poolgate: {told}\n")


def test_the_flags_reach_an_application_of_ones_own(
    server: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An application that makes its own settings from the environment gets those of the flags."""
    monkeypatch.setenv("POOLGATE_DATABASE_URL", "sqlite:///other.db")  # also puts back what the command changes
    seen: list[Settings] = []
    server(lambda settings, app: seen.extend((settings, load_settings())) or 0)
    assert run("serve", "--database", "sqlite:///own.db", "--app", "shop:app").exit_code == 0
    assert [settings.database_url for settings in seen] == ["sqlite:///own.db"] * 2


@pytest.mark.slow
def test_serve_falls_back_to_the_demo(server: Callable[[Server], None], empty_folder: Path) -> None:
    """With no database named the demo is built once, served, and that is said."""
    server(lambda settings, app: 0)
    first = run("serve")
    assert first.exit_code == 0
    assert first.stderr == "Building poolgate-demo.db\n"
    assert first.stdout == "No database named: serving the demo, poolgate-demo.db; anonymous callers: read.\n"
    built = os.stat("poolgate-demo.db")
    second = run("serve")
    assert (second.stderr, second.stdout) == ("", first.stdout)
    assert os.stat("poolgate-demo.db").st_ino == built.st_ino


def test_serve_fails_in_a_few_words(server: Callable[[Server], None]) -> None:
    """What the server cannot do is told in a line, with the way out, and exit status 1."""

    def fail(settings: Settings, app: str | None) -> int:
        raise PoolgateError("The port is in use", hint="Name another.")

    server(fail)
    result = run("serve", "--database", "sqlite:///own.db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "poolgate: The port is in use\npoolgate: hint: Name another.\n"


def test_a_bug_is_not_hidden(server: Callable[[Server], None]) -> None:
    """What is no user's fault keeps its traceback."""

    def fail(settings: Settings, app: str | None) -> int:
        raise OSError("disk on fire")

    server(fail)
    assert isinstance(run("serve", "--database", "sqlite:///own.db").exception, OSError)


@pytest.mark.parametrize("command", ["serve", "migrate", "settings"])
def test_wrong_settings(command: str, monkeypatch: pytest.MonkeyPatch, empty_folder: Path) -> None:
    """Wrong settings end every command that needs them, one line per fault, before anything is made."""
    monkeypatch.setenv("POOLGATE_WORKERS", "none")
    monkeypatch.setenv("POOLGATE_POOL_MAXSIZE", "3")
    result = run(command)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert [line.split(":")[:2] for line in lines] == [
        ["poolgate", " POOLGATE_WORKERS"],
        ["poolgate", " POOLGATE_POOL_MAXSIZE"],
    ]
    assert os.listdir(empty_folder) == []


@pytest.mark.slow
def test_demo_and_migrate(empty_folder: Path) -> None:
    """The demo is built where it is wanted, the service's own tables in it, which are taken out and put in again."""
    built = run("demo", "--path", "own.db")
    assert (built.exit_code, built.stderr) == (0, "Building own.db\n")
    assert "poolgate serve --database sqlite:///own.db" in built.stdout
    assert is_demo_file(empty_folder / "own.db")
    again = run("demo", "--path", "own.db")
    assert (again.exit_code, again.stdout, again.stderr) == (0, built.stdout, "")
    environment = {"DATABASE_URL": "sqlite:///own.db"}
    for arguments, told in (
        ([], "nothing to do: the database is at 0001"),
        (["base"], "from 0001 to base: 0001"),
        ([], "from base to 0001: 0001"),
    ):
        result = CliRunner(env=environment).invoke(main, ["migrate", *arguments])
        assert (result.exit_code, result.output) == (0, f"sqlite:///own.db: {told}\n")


@pytest.mark.slow
def test_migrate_with_no_database_named(empty_folder: Path) -> None:
    """It is the whole demo that gets the tables, not a file that only bears its name."""
    assert run("migrate").exit_code == 0
    assert is_demo_file(empty_folder / "poolgate-demo.db")


@pytest.mark.parametrize("arguments, told", [
    (["demo", "--path", "letter.txt"], "letter.txt is there and is not the demo database"),
    (["demo", "--path", "no/such/folder.db"], "no/such/folder.db cannot be written: No such file or directory"),
    (["migrate", "9999"], "there is no revision '9999'"),
    (["migrate"], "sqlite:///letter.txt: letter.txt is not an SQLite database"),
])  # fmt: skip
def test_failures(arguments: list[str], told: str, empty_folder: Path) -> None:
    """What cannot be done is told in one line with exit status 1, and nothing is left behind."""
    (empty_folder / "letter.txt").write_text("Dear all, " * 500)
    result = CliRunner(env={"DATABASE_URL": "sqlite:///letter.txt"}).invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1].startswith(f"poolgate: {told}")
    assert os.listdir(empty_folder) == ["letter.txt"]


@pytest.mark.parametrize("arguments", [["nonsense"], ["serve", "--nonsense"], ["migrate", "a", "b"], ["demo", "x"]])
def test_usage(arguments: list[str]) -> None:
    """A command that cannot be read ends with exit status 2 and says how it is used."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage:" in result.stderr


def test_settings_shows_every_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name, value, source and meaning of each setting, secrets hidden."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:canary@h/db")
    monkeypatch.setenv("POOLGATE_ADMIN_TOKEN", "canary")
    result = run("settings")
    assert result.exit_code == 0
    assert "POOLGATE_DATABASE_URL=postgresql://u:***@h/db  (environment)\n    The database to serve" in result.stdout
    assert "POOLGATE_ADMIN_TOKEN=(hidden)  (environment)" in result.stdout
    assert "POOLGATE_POOL_MAX_SIZE=10  (default)" in result.stdout
    assert "canary" not in result.stdout
    assert all(f"POOLGATE_{name.upper()}" in result.stdout for name in Settings.model_fields)


@pytest.mark.slow
@pytest.mark.parametrize("command", [["-m", "service"], ["-c", "from service.cli import main; main()"]])
def test_as_a_program(command: list[str]) -> None:
    """`python -m service` is the same program; its help comes without loading Flask, a driver or Alembic."""
    code = [sys.executable, "-X", "importtime", *command, "--help"]
    done = subprocess.run(code, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("Usage: ")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "service.cli" in loaded
    assert not loaded & {"flask", "sqlalchemy", "alembic", "asyncpg", "pydantic"}


def test_every_command_is_documented() -> None:
    """Each command has its heading in docs/cli.md and each flag its place, and no other command is promised."""
    text = DOCS.read_text(encoding="utf-8")
    assert isinstance(main, click.Group)
    headings = [line.removeprefix("## ").strip("`") for line in text.splitlines() if line.startswith("## ")]
    assert sorted(headings) == sorted(f"poolgate {name}" for name in main.commands)
    for name, command in main.commands.items():
        section = text.split(f"## `poolgate {name}`\n")[1].split("\n## ")[0]
        commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        flags = [flag for each in commands for it in each.params for flag in it.opts if flag.startswith("--")]
        assert all(f"`{flag} " in section or f"`{flag}`" in section for flag in flags), name
        assert all(f"`poolgate {name} {each.name}" in section for each in commands[1:]), name
