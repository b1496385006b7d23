"""What is said of settings that cannot be used: all of it at once, and what may have been meant."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from service.settings.fields import Settings
from service.settings.names import FLAGS, PREFIX, SECRETS, variable
from service.settings.shown import show

# Names that a PostgREST configuration may bring along, or a guess, and that are called otherwise here.
_CALLED_HERE = MappingProxyType(
    {
        "db_uri": "database_url",
        "db_schema": "db_schemas",
        "db_pool": "pool_max_size",
        "db_pool_acquisition_timeout": "pool_acquire_timeout",
        "db_pool_max_lifetime": "pool_max_lifetime",
        "db_pool_max_idletime": "pool_max_idle",
        "server_host": "bind",
        "server_port": "bind",
        "database": "database_url",
        "host": "bind",
        "port": "bind",
        "pool_size": "pool_max_size",
    }
)


def faults(error: ValidationError, given: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each fault.

    Args:
        given: the flags by field name.
    """
    for fault in error.errors(include_url=False):
        field = str(fault["loc"][0])
        if fault["type"] == "default_factory_not_called":
            continue  # a default that follows another setting: that one's fault is told already
        if fault["type"] == "extra_forbidden":
            yield f"{field}: there is no such setting{_near(field)}"
        else:
            yield f"{_as_written(field, given)}: {_clause(field, fault)}"


def _clause(field: str, fault: Mapping[str, Any]) -> str:
    value = "the secret" if field in SECRETS else repr(show(field, fault["input"]))
    context = fault.get("ctx", {})
    if "error" in context:
        return f"{value} {context['error']}"
    if "expected" in context:
        return f"{value} is not known; expected {context['expected'].replace(chr(39), '')}"
    return f"{value} cannot be used: {fault['msg'].lower()}"


def _as_written(field: str, given: Mapping[str, Any]) -> str:
    if field in given:
        return FLAGS.get(field, field)
    if field == "database_url" and not os.environ.get(variable(field), "").strip():
        return "DATABASE_URL"
    return variable(field)


def _near(name: str) -> str:
    bare = name.removeprefix(PREFIX).lower()
    near = [_CALLED_HERE[bare]] if bare in _CALLED_HERE else difflib.get_close_matches(bare, Settings.model_fields, 1)
    if not near:
        return "; `poolgate settings` lists them all"
    return f"; did you mean {variable(near[0]) if name.startswith(PREFIX) else near[0]}?"
