"""The Python functions of one application, by name."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from service.catalog.saved_file import NAME
from service.rest.registered.signature import Signature, read_signature


@dataclass(frozen=True)
class Registered:
    """A function that is called by HTTP.

    Args:
        readonly: it changes nothing, and so may be called with GET.
        role: who alone may call it; None for everybody.
        description: of its docstring.
    """

    name: str
    function: Callable[..., Awaitable[object]]
    signature: Signature
    readonly: bool = False
    role: str | None = None
    description: str | None = None


class Registry:
    """The functions; filled before the application starts, and asked with every call."""

    def __init__(self) -> None:
        self._functions: dict[str, Registered] = {}
        self.version = 0
        """Counts what was registered."""

    def add(
        self,
        name: str,
        function: Callable[..., Awaitable[object]],
        *,
        readonly: bool = False,
        role: str | None = None,
    ) -> None:
        """Register a function.

        Raises:
            TypeError: it cannot be called by HTTP.
            ValueError: the name is none, or taken by another Python function.
        """
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a function; expected letters, digits and _")
        if name in self._functions:
            raise ValueError(f"There is a function {name!r} already")
        about = inspect.getdoc(function)
        self._functions[name] = Registered(name, function, read_signature(function), readonly, role, about)
        self.version += 1

    def find(self, name: str) -> Registered | None:
        """The function of that name, or None."""
        return self._functions.get(name)

    def __iter__(self) -> Iterator[Registered]:
        return iter(sorted(self._functions.values(), key=lambda each: each.name))
