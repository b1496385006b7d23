"""The application that `--app MODULE:ATTRIBUTE` names."""

from __future__ import annotations

import importlib
import inspect
import logging
import sys
import traceback
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

from service.asgi import AsyncFlask
from service.errors import PoolgateError, ServeError

logger = logging.getLogger("poolgate")


def load_app(spec: str) -> AsyncFlask:
    """Import the module and take the application, or call the function that makes it.

    Args:
        spec: `module:attribute` of an application made by `create_app`, to which views were added, or of a factory of
            one; the attribute is `app` where it is left out.

    Raises:
        ServeError: there is no such module or attribute, importing it failed, or it is no such application.
    """
    module, _, attribute = spec.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")  # the current folder, as with `python -m`
    loaded = _attempt(spec, "be imported", lambda: importlib.import_module(module))
    try:
        found = attrgetter(attribute or "app")(loaded)
    except AttributeError as error:
        raise ServeError(f"--app {spec}: {error}", hint=_WRITE) from error
    if inspect.isroutine(found):
        found = _attempt(spec, "be made", found)
    if not isinstance(found, AsyncFlask) or "poolgate" not in found.extensions:
        raise ServeError(f"--app {spec} is no application made by service.create_app()", hint=_WRITE)
    return found


_WRITE = "Write MODULE:ATTRIBUTE, as in shop:app for what `app = create_app()` made in shop.py."


def _attempt(spec: str, what: str, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except PoolgateError:
        raise
    except Exception as error:
        logger.debug("--app %s cannot %s", spec, what, exc_info=error)
        if isinstance(error, ModuleNotFoundError) and error.name == spec.partition(":")[0]:
            raise ServeError(f"--app {spec}: there is no module {error.name!r} here", hint=_WRITE) from error
        why = f"{type(error).__name__}: {error}{_where(error)}"
        raise ServeError(
            f"--app {spec} cannot {what}: {why}", hint="POOLGATE_LOG_LEVEL=debug shows all of it."
        ) from error


def _where(error: Exception) -> str:
    """The line of the developer's own code at which it happened."""
    if isinstance(error, SyntaxError):
        return ""  # it says so itself
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if len(own) > 1 else ""
