"""Whether granian is there, and is one that was tried; looked up without importing it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from service.errors import ServeError

TRIED = "2.8"
"""The version, but for its last part: what is used of it is not documented and may change with the next."""


def check_installed() -> None:
    """Call it before anything is started.

    Raises:
        ServeError: it is not installed, or another version.
    """
    try:
        found = version("granian")
    except PackageNotFoundError:
        raise ServeError(f"The server granian is not installed: {_INSTALL}") from None
    if not found.startswith(f"{TRIED}."):
        raise ServeError(f"granian {found} is installed, and {TRIED} is needed: {_INSTALL}")


_INSTALL = "pip install 'poolgate[granian]'"
