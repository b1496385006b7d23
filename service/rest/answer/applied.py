"""`Preference-Applied` (RFC 7240, 3): what of `Prefer` had its effect."""

from __future__ import annotations


def as_applied(**preferences: object) -> str:
    """The header's text; empty where nothing had.

    Args:
        preferences: by name, in the dialect's order, `_` for the `-` in it; None has had no effect.
    """
    known = ((name.replace("_", "-"), value) for name, value in preferences.items() if value is not None)
    return ", ".join(f"{name}={value}" for name, value in known)
