"""The commands. Each imports what it needs when it runs, so that `poolgate --help` is there at once.

What a user can get wrong ends in one line per fault on stderr and an exit status, never in a traceback: 2 for settings
and usage, 1 for the rest.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from service import __version__
from service.errors import PoolgateError, SettingsError
from service.keys_cli import keys
from service.terminal import build_demo, complain


class _Commands(click.Group):
    """A group whose commands' errors become lines for people."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            complain(*error.faults)
            ctx.exit(2)
        except PoolgateError as error:
            complain(error.message, *([f"hint: {error.hint}"] if error.hint else []))
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="poolgate")
def main() -> None:
    """One connection pool in front of a database, answering HTTP with JSON.

    Settings come from flags, else from the environment; see `poolgate settings`.
    """


@main.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen.")
@click.option("--database", "database_url", metavar="URL", help="sqlite:///path or postgresql://…")
@click.option("--workers", metavar="N", help="How many processes serve.")
@click.option("--server", metavar="NAME", help="What speaks HTTP: hypercorn (the default) or granian.")
@click.option("--app", "application", metavar="MODULE:ATTR", help="A Flask application of your own, from create_app().")
def serve(
    bind: str | None, database_url: str | None, workers: str | None, server: str | None, application: str | None
) -> None:
    """Serve the database; with none named, the demo."""
    from service.settings import load_settings, variable

    flags = {"bind": bind, "database_url": database_url, "workers": workers, "server": server}
    settings = load_settings(**flags)
    if application:
        # Their module calls create_app(), which reads the environment: there the flags must stand to win.
        os.environ.update({variable(name): value for name, value in flags.items() if value is not None})
    if settings.is_demo:
        path = build_demo()
        click.echo(f"No database named: serving the demo, {path}; anonymous callers: {settings.anonymous}.")
    from service.server import serve as run

    sys.exit(run(settings, application))


@main.command()
@click.option("--path", type=click.Path(dir_okay=False, path_type=Path), help="The file to make: poolgate-demo.db.")
def demo(path: Path | None) -> None:
    """Build the demo database: airports, countries and subdivisions of the world."""
    path = build_demo(path)
    click.echo(f"{path} is ready. To serve it:")
    click.echo(f"  POOLGATE_ANONYMOUS=read poolgate serve --database sqlite:///{quote(str(path))}")


@main.command()
@click.argument("revision", default="head")
def migrate(revision: str) -> None:
    """Bring the service's own tables to REVISION: head (the default), base or an identifier.

    With no database named in the settings, those of the demo.
    """
    from service.migrate import migrate as run
    from service.settings import load_settings, show

    settings = load_settings()
    if settings.is_demo:
        build_demo()
    done = asyncio.run(run(settings.database_url, revision))
    click.echo(f"{show('database_url', settings.database_url)}: {done}")


@main.command()
@click.option("--database", "database_url", metavar="URL", help="sqlite:///path or postgresql://…")
@click.option("--requests", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="On each side.")
@click.option("--clients", type=click.IntRange(1, 100), default=10, show_default=True, help="Who ask at once.")
@click.option("--seconds", type=click.FloatRange(0.1, 600), default=10, show_default=True, help="At most, a side.")
def compare(database_url: str | None, requests: int, clients: int, seconds: float) -> None:
    """Run the same query through one pool, and with a connection for each request."""
    from service.compare import as_table, compare_database
    from service.settings import load_settings, show

    settings = load_settings(database_url=database_url)
    if settings.is_demo:
        build_demo()
    done = asyncio.run(compare_database(settings, requests=requests, clients=clients, seconds=seconds))
    click.echo(f"{done.query} on {show('database_url', settings.database_url)}, {clients} at once\n")
    click.echo(as_table(done))
    width = shutil.get_terminal_size().columns
    for sentence in done.sentences:
        click.echo(textwrap.fill(sentence, width))


@main.command()
def settings() -> None:
    """Show every setting with its value, source and meaning; secrets hidden."""
    from service.settings import describe, load_settings

    width = shutil.get_terminal_size().columns
    for setting in describe(load_settings()):
        click.echo(f"{setting.name}={setting.value}  ({setting.source})")
        click.echo(textwrap.fill(setting.meaning, width, initial_indent="    ", subsequent_indent="    "))


main.add_command(keys)
