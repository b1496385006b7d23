"""The house rules, checked over the imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "service"
FLOORS = (
    (
        "errors",
        "events",
        "units",
        "headers",
        "environ_text",
        "network",
        "heads",
        "at_once",
        "timing",
        "board",
        "garbage",
        "rest",
        "catalog.model",
        "catalog.holes",
        "auth.jwks",
        "auth.claim_path",
    ),
    ("asgi", "forms", "rate", "proxies", "rest.terms", "catalog.relationships", "catalog.saved_file"),
    ("settings", "pool", "rest.asked", "auth", "catalog.saved"),
    ("current", "auth.opening"),
    ("database",),
    ("catalog", "rest.plan", "logs", "eventlog"),
    ("rest.sql",),
    ("rest.prepare", "rest.openapi", "rules"),
    ("rest.execute",),
    ("rest.answer", "rest.registered", "lifecycle", "key_watch", "compare", "security_checks"),
    ("rest.common", "rest.respond", "rest.sent", "rest.once", "rest.describe"),
    ("rest.parts",),
    ("rest.reads", "rest.writes", "rest.python_calls"),
    ("rest.calls",),
    ("rest.operations", "rest.routes"),
    ("rest.batch",),
    ("operator", "failures", "callers", "unreadable", "compress", "cors", "rest.openapi_routes"),
    ("docs", "request_hooks", "untouched", "edge", "granian.installed"),
    ("fast_path",),
    ("conversation", "post", "listening"),
    ("app", "connections", "granian", "supervisor"),
    ("loading", "migrate"),
    ("server", "testing", "demo"),
    ("terminal",),
    ("keys_cli",),
    ("cli",),
    ("__main__",),
)
PURE = (
    "rest.terms",
    "catalog.model",
    "catalog.relationships",
    "catalog.holes",
    "catalog.saved_file",
    "catalog.saved",
    "rest.asked",
    "rest.plan",
    "rest.sql",
    "rest.openapi",
    "timing",
    "errors",
    "events",
    "headers",
    "environ_text",
    "network",
)
KNOWS_FLASK = (
    *(
        "asgi",
        "app",
        "request_hooks",
        "untouched",
        "fast_path",
        "current",
        "failures",
        "operator",
        "docs",
        "cors",
        "proxies",
    ),
    *("rest.respond", "rest.writes", "rest.batch", "rest.calls", "rest.python_calls"),
    *("rest.routes", "rest.openapi_routes"),
    "compress.responses",
)
KNOWS_DIALECTS = ("database", "rest.sql", "forms")  # forms: how a database URL is written
DOES_IO = (
    "flask",
    "aiosqlite",
    "asyncpg",
    "sqlite3",
    "asyncio",
    "socket",
    "hypercorn",
    "granian",
    "sqlalchemy.ext.asyncio",
)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if name != "__init__":
            yield name, ast.parse(path.read_text())


MODULES = dict(modules())


def imports(name: str) -> Iterator[str]:
    """What a module imports, in full."""
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relatively; the house writes `from service.…`"
            for each in node.names:
                full = f"{node.module}.{each.name}"
                yield full if full.removeprefix("service.") in MODULES else f"{node.module}"


def ours(name: str) -> Iterator[str]:
    """What a module imports of the house, `service.` taken off."""
    for each in imports(name):
        if each == "service" or each.startswith("service."):
            yield each.removeprefix("service").removeprefix(".")


def within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def floor(name: str) -> int:
    """The floor of the longest room's name that `name` stands in."""
    found = [(len(room), number) for number, rooms in enumerate(FLOORS) for room in rooms if within(name, (room,))]
    assert found, f"{name} has no floor: give it one in this test and in docs/architecture.md"
    return max(found)[1]


@pytest.mark.parametrize("name", MODULES)
def test_a_file_imports_only_from_lower_floors(name: str) -> None:
    """Nothing below knows what stands above it; rooms of one floor keep to themselves."""
    room = next(room for room in sorted(FLOORS[floor(name)], key=len, reverse=True) if within(name, (room,)))
    for imported in ours(name):
        # The package's front door is for users of the package, but for its version.
        if imported and not within(imported, (room,)):
            assert floor(imported) < floor(name), f"{name} imports {imported}, which is not below it"


@pytest.mark.parametrize("name", [name for name in MODULES if within(name, PURE)])
def test_pure_rooms_do_no_io(name: str) -> None:
    """The dialect's rooms know neither Flask nor a driver nor a loop."""
    assert not [each for each in imports(name) if within(each, DOES_IO)]


@pytest.mark.parametrize("name", [name for name in MODULES if not within(name, KNOWS_FLASK)])
def test_flask_is_known_to_few(name: str) -> None:
    """Only the bridge, the application and its views know the web framework."""
    assert not [each for each in imports(name) if within(each, ("flask", "werkzeug"))]


@pytest.mark.parametrize("name", [name for name in MODULES if not within(name, KNOWS_DIALECTS)])
def test_no_room_but_two_asks_which_database_it_is(name: str) -> None:
    """A database's name decides nothing outside `database` and `rest.sql`."""
    compared = [
        node
        for node in ast.walk(MODULES[name])
        if isinstance(node, ast.Compare | ast.match_case)
        for each in ast.walk(node.pattern if isinstance(node, ast.match_case) else node)
        if isinstance(each, ast.Constant) and each.value in ("sqlite", "postgresql")
    ]
    assert not compared


def test_the_two_names_of_the_greenlet_bridge_are_there() -> None:
    """SQLAlchemy's bridge is importable, not documented: should it move, this says so."""
    from sqlalchemy.util import greenlet_spawn
    from sqlalchemy.util.concurrency import await_

    assert callable(greenlet_spawn)
    assert callable(await_)
