"""What a caller's claims tell of a rule's values. What they do not tell in full they do not tell at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.errors import DatabaseError
from service.rest.plan.terms import Claim, Held
from service.rest.terms import Value

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule's value as a statement has it.

    Args:
        convert: makes what is bound of it.
    """

    held: Held
    convert: Callable[[Any], Any] | None

    def value(self, claims: Claims) -> Any:
        """What is bound; None where the claims do not tell it, or tell what its column's type cannot hold.

        Raises:
            DatabaseError: it has no claim, and its column's type cannot hold it.
        """
        found = told(self.held, claims)
        if found is None or self.convert is None:
            return found
        try:
            return self.convert(found)
        except DatabaseError:
            if not self.held.is_claimed:
                raise
            return None


def told(held: Held, claims: Claims) -> Value | None:
    """The value, as it would stand in a URL; None where a claim in it is missing, null, or no such value."""
    if not isinstance(held.value, tuple):
        return held.value if isinstance(held.value, str) else _text(_find(claims, held.value))
    texts: list[str] = []
    for each in held.value:
        found = [each] if isinstance(each, str) else _texts(_find(claims, each))
        if found is None:
            return None
        texts += found
    return tuple(texts)


def _find(claims: Claims, claim: Claim) -> Any:
    """The claim of that very name, else what the dots in it lead to."""
    if claim.name in claims:
        return claims[claim.name]
    found: Any = claims
    for step in claim.name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> list[str] | None:
    """A list's items, where each of them is a value; any other value is a list of itself."""
    found = [_text(each) for each in value] if isinstance(value, list | tuple) else [_text(value)]
    texts = [each for each in found if each is not None]
    return texts if len(texts) == len(found) else None


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        return None
    text = str(value)
    # A database may take such a text for another one: of a NUL for what is before it.
    return text if "\0" not in text and _is_utf8(text) else None


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
