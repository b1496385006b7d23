"""Applies `migrations/`: the service's own tables, all named `poolgate_*`, forwards and backwards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from service.database.single import single_connection, tell_of_changes
from service.errors import PoolgateError

VERSION_TABLE = "poolgate_migration"


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a run did.

    Args:
        before: the revision found, None for none.
        after: the revision left, None for none.
        steps: the revisions applied or taken back, in order.
    """

    before: str | None
    after: str | None
    steps: tuple[str, ...]

    def __str__(self) -> str:
        if not self.steps:
            return f"nothing to do: the database is at {self.after or 'base'}"
        return f"from {self.before or 'base'} to {self.after or 'base'}: {', '.join(self.steps)}"


async def migrate(url: str, revision: str = "head") -> Migrated:
    """Brings the service's own tables to a revision, all or nothing, on a running event loop.

    Args:
        url: the database, as in the setting `DATABASE_URL`.
        revision: `head`, `base`, or one by its identifier; upwards or downwards as need be.

    Raises:
        PoolgateError: there is no such revision.
        DatabaseAwayError: the database cannot be reached or refused.
    """
    revisions = _revisions()
    target = _place(revisions, revision)
    async with single_connection(url) as connection:
        migrated = await connection.run_sync(_run, revisions, target)
        if migrated.steps:
            await tell_of_changes(connection)
        return migrated


def _run(connection: Connection, revisions: list[str], target: int) -> Migrated:
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    before = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    if before is not None and before not in revisions:
        raise PoolgateError(f"the database is at revision {before}, which this version does not know; upgrade Poolgate")
    start = revisions.index(before) if before else -1
    after = revisions[target] if target >= 0 else None
    if target > start:
        command.upgrade(config, revisions[target])
        return Migrated(before, after, tuple(revisions[start + 1 : target + 1]))
    if target < start:
        command.downgrade(config, after or "base")
    return Migrated(before, after, tuple(reversed(revisions[target + 1 : start + 1])))


def _place(revisions: list[str], revision: str) -> int:
    """The index of a revision among all; -1 for base."""
    known = {"base": -1, "head": len(revisions) - 1} | {name: place for place, name in enumerate(revisions)}
    if revision not in known:
        raise PoolgateError(f"there is no revision {revision!r}; there are base, {', '.join(revisions)} and head")
    return known[revision]


def _revisions() -> list[str]:
    """The identifiers of all revisions, the first one first."""
    scripts = ScriptDirectory(str(_folder())).walk_revisions()
    return [script.revision for script in scripts][::-1]


def _folder() -> Path:
    """In the wheel the migrations lie inside the package, in a checkout beside it."""
    inside = Path(__file__).parent / "migrations"
    return inside if inside.is_dir() else inside.parent.parent / "migrations"
