"""What two answers to one request differ in: only what a client can rely on counts, texts of errors do not."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx

HEADERS = ("Content-Range", "Content-Type", "Preference-Applied", "Content-Profile", "Allow", "Location")


def differences(ours: httpx.Response, theirs: httpx.Response) -> dict[str, tuple[Any, Any]]:
    """By what it is in ("status", "refused", "body" or a header): ours and theirs."""
    found: dict[str, tuple[Any, Any]] = {"status": (ours.status_code, theirs.status_code)}
    if ours.status_code >= 300 or theirs.status_code >= 300:
        found["refused"] = code(ours), code(theirs)
    else:
        found |= {name: (ours.headers.get(name), theirs.headers.get(name)) for name in HEADERS}
        found["body"] = value(ours), value(theirs)
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def code(answer: httpx.Response) -> str | None:
    """The error's code; None where there is none, or no body to say it."""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return None


def value(answer: httpx.Response) -> Any:
    """The body: JSON by its values, whatever the order of keys, else the text."""
    try:
        return json.loads(answer.content, parse_float=Decimal)
    except ValueError:
        return answer.text
