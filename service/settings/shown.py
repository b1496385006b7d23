"""Settings as people are shown them: written as in the environment, secrets hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from service import forms, units
from service.settings.fields import Settings
from service.settings.names import SECRETS, variable


class Described(NamedTuple):
    """One setting as `poolgate settings` shows it."""

    name: str
    value: str
    source: Literal["default", "environment", "flag"]
    meaning: str


def describe(settings: Settings) -> list[Described]:
    """Every setting in the order of its definition, for people; secrets hidden."""
    return [
        Described(variable(name), show(name, getattr(settings, name)), _source(settings, name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def show(name: str, value: Any) -> str:
    """A field's value as one would write it in the environment; a secret is hidden, no value is empty."""
    if name in SECRETS and value is not None:
        return "(hidden)"
    if isinstance(value, Mapping):
        return ",".join(f"{key}=(hidden)" for key in value)
    return _SHOWN.get((name, type(value)), _SHOWN.get(type(value), str))(value)


_SHOWN: Mapping[object, Callable[[Any], str]] = {
    type(None): lambda _: "",
    bool: lambda value: str(value).lower(),
    float: units.show_seconds,
    tuple: ",".join,
    ("database_url", str): forms.safe_url,
    ("pool_share", float): lambda value: f"{value:g}",
    ("pool_share", type(None)): lambda _: "none",
    ("pool_reclaim_after", type(None)): lambda _: "none",
    ("rate_limit", type(None)): lambda _: "none",
    ("max_body", int): units.show_size,
    ("max_url", int): units.show_size,
    ("max_answer", int): units.show_size,
    ("max_answer", type(None)): lambda _: "none",
    ("db_max_cost", float): lambda value: f"{value:g}",
    ("db_max_cost", type(None)): lambda _: "none",
    ("db_max_rows", type(None)): lambda _: "none",
    ("stream_max_rows", type(None)): lambda _: "none",
}


def _source(settings: Settings, field: str) -> Literal["default", "environment", "flag"]:
    if field in settings._flags:
        return "flag"
    return "environment" if field in settings.model_fields_set else "default"
