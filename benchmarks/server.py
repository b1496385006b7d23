"""What a server is, to the benchmarks: how it is started, and what it is asked."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.postgrest import MissingError

PYTHON = (sys.executable, "-m")
HYPERCORN = (*PYTHON, "hypercorn", "--workers", "0", "--worker-class", "uvloop", "--log-level", "warning")
GRANIAN = (*PYTHON, "granian", "--interface", "asgi", "--no-ws", "--loop", "uvloop", "--log-level", "warning")


@dataclass(frozen=True)
class Server:
    """A server that can be started.

    Args:
        name: as the table shows it.
        command: with `{port}` and `{url}` for where to listen and the database's URL, `{file}` for the database's
            path where it is a file, and `{program}` for what `program` finds.
        paths: by the name of the case, with `{key}`.
        database: the one it reads from, by the name that `databases` has for it.
        ready: a path that answers 200 as soon as it serves.
        environment: more of it; `{port}` and `{url}` as above.
        needs: modules; where one is not installed the server is left out and the report says so.
        program: finds what is no Python module, or raises MissingError, which leaves the server out too.
        is_peer: left out of a quick run.
        bound_from_start: it looks how many cores it may use when it starts, and makes as many threads.
        loads_itself: no load is sent to it: where a path has `load?seconds=<n>` for a key, it makes the load in its
            own process, and answers what it counted.
    """

    name: str
    command: tuple[str, ...]
    paths: Mapping[str, str]
    database: str | None = None
    ready: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    program: Callable[[], str] | None = None
    is_peer: bool = True
    bound_from_start: bool = False
    loads_itself: bool = False

    def missing(self) -> str:
        """Why it cannot be started; empty if it can."""
        modules = [module for module in self.needs if importlib.util.find_spec(module) is None]
        if modules:
            return f"{', '.join(modules)} not installed"
        try:
            _ = self.program and self.program()
        except MissingError as error:
            return str(error)
        return ""
