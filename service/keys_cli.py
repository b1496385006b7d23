"""`poolgate keys`: API keys are made, listed and revoked. A running service notices within seconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.errors import PoolgateError
from service.terminal import build_demo
from service.units import seconds

if TYPE_CHECKING:
    from service.database.key_store import KeyStore, ListedKey
    from service.settings import Settings

T = TypeVar("T")
_LONGEST_NAME = 100
_HEADINGS = ("prefix", "name", "role", "created", "expires", "last used", "state")
_database = click.option("--database", "database_url", metavar="URL", help="sqlite:///path or postgresql://…")


@click.group()
def keys() -> None:
    """API keys: make, list and revoke them."""


@keys.command()
@click.option("--name", required=True, metavar="NAME", help="Whose it is, or what for; as you will look for it.")
@click.option("--role", metavar="ROLE", help="read, write, or one of the database's; else as anonymous callers.")
@click.option("--expires", metavar="WHEN", help="After a while, as 90d or 12h, or at a time: 2027-01-31.")
@_database
def create(name: str, role: str | None, expires: str | None, database_url: str | None) -> None:
    """Make a key and print it, once: of the key itself nothing is kept."""
    check_name(name)
    expires_at = None if expires is None else read_expiry(expires, datetime.now(UTC))

    async def work(store: KeyStore, settings: Settings) -> str:
        if role is not None:
            await store.check_role(role, roles_of(settings))
        return await store.create(name, role, expires_at)

    key = _run(database_url, work)
    until = "" if expires_at is None else f", until {_minutes(expires_at)} UTC"
    as_whom = "as anonymous callers" if role is None else f"as {role}"
    click.echo(f"The key of {name!r}, to be used {as_whom}{until}. It is shown this once and kept nowhere:", err=True)
    click.echo(key)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@_database
def list_keys(as_json: bool, database_url: str | None) -> None:
    """Show all keys: prefix, name, role, times and state."""

    async def work(store: KeyStore, settings: Settings) -> list[ListedKey]:
        return await store.all()

    found, now = _run(database_url, work), datetime.now(UTC)
    if as_json:
        click.echo(json.dumps([_as_object(key, now) for key in found], indent=2))
    elif found:
        click.echo(_as_table([_HEADINGS, *(_as_row(key, now) for key in found)]))
    else:
        click.echo("There are no keys; poolgate keys create --name NAME makes one.", err=True)


@keys.command()
@click.argument("which", metavar="PREFIX|NAME")
@_database
def revoke(which: str, database_url: str | None) -> None:
    """Take a key out of use, for good. Callers who send it get a 401 some two seconds later."""

    async def work(store: KeyStore, settings: Settings) -> str:
        now = datetime.now(UTC)
        key = choose(await store.all(), which, now)
        shown = f"{key.prefix} ({_printable(key.name)})"
        if key.revoked_at is not None:
            return f"{shown} was revoked already, {_minutes(key.revoked_at)} UTC."
        await store.revoke(key)
        return f"{shown} is revoked."

    click.echo(_run(database_url, work))


def check_name(name: str) -> None:
    """Refuse a name that could not be listed, or that would be taken for a prefix.

    Raises:
        click.BadParameter: it cannot be used.
    """
    from service.auth.api_key import MARK

    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise click.BadParameter(f"expected 1 to {_LONGEST_NAME} characters that can be printed", param_hint="--name")
    if name.startswith(MARK):
        raise click.BadParameter(f"a name may not begin like a key, with {MARK}", param_hint="--name")


def read_expiry(text: str, now: datetime) -> datetime:
    """When a key is to end: a duration as in the settings (`90d`), or a date and perhaps a time (ISO 8601).

    A time without a zone is UTC.

    Raises:
        click.BadParameter: it is neither, or not in the future.
    """
    try:
        at = _after(text, now)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{text!r} is no time; expected a duration, as 90d or 12h, or a date, as 2027-01-31 or "
            "2027-01-31T12:00:00+02:00",
            param_hint="--expires",
        ) from None
    if at <= now:
        raise click.BadParameter(f"{text!r} is not in the future", param_hint="--expires")
    return at


def _after(text: str, now: datetime) -> datetime:
    try:
        return now + timedelta(seconds=seconds(text))
    except (ValueError, OverflowError):
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def roles_of(settings: Settings) -> Collection[str]:
    """The roles that are none of the database's: those of the file of rules, where there is one.

    Raises:
        SettingsError: that file has faults.
    """
    from service.auth.authenticator import LEVELS
    from service.rules.file import read_rules

    return tuple(LEVELS if settings.rules is None else read_rules(settings.rules))


def choose(found: Sequence[ListedKey], which: str, now: datetime) -> ListedKey:
    """The key that is meant, by its prefix or its name; of several of a name, the only one that is still of use.

    Raises:
        PoolgateError: there is none, or it cannot be told which.
    """
    from service.auth.api_key import is_key, prefix_of

    # Whoever has found a key somewhere has all of it; it is not repeated.
    prefix = prefix_of(which) if is_key(which) else which
    named = [key for key in found if prefix in (key.prefix, key.name)]
    for state in ("active", "expired", "revoked"):
        of_state = [key for key in named if key.state(now) == state]
        if len(of_state) > 1 and state != "revoked":
            raise PoolgateError(
                f"{len(of_state)} keys have that name",
                hint=f"Say which one by its prefix: {', '.join(key.prefix for key in of_state)}",
            )
        if of_state:
            return of_state[-1]
    raise PoolgateError("there is no key of that prefix or name", hint="poolgate keys list shows all of them.")


def _run(database_url: str | None, work: Callable[[KeyStore, Settings], Awaitable[T]]) -> T:
    from service.database.key_store import key_store
    from service.settings import load_settings

    settings = load_settings(database_url=database_url)
    if settings.is_demo:
        build_demo()

    async def run() -> T:
        async with key_store(settings.database_url) as store:
            return await work(store, settings)

    return asyncio.run(run())


def _as_object(key: ListedKey, now: datetime) -> dict[str, Any]:
    times = {name: getattr(key, name) for name in ("created_at", "expires_at", "last_used_at", "revoked_at")}
    shown = {name: None if at is None else at.astimezone(UTC).isoformat() for name, at in times.items()}
    return {"prefix": key.prefix, "name": key.name, "role": key.role, **shown, "state": key.state(now)}


def _as_row(key: ListedKey, now: datetime) -> tuple[str, ...]:
    times = (key.created_at, key.expires_at, key.last_used_at)
    shown = ("-" if at is None else _minutes(at) for at in times)
    return (key.prefix, _printable(key.name), _printable(key.role or "-"), *shown, key.state(now))


def _as_table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _minutes(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _printable(text: str) -> str:
    """Without what a terminal would obey, should somebody have written such into the table."""
    return "".join(each if each.isprintable() else "?" for each in text)
