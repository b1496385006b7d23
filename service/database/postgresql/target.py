"""From a PostgreSQL URL, as libpq reads it, to what asyncpg is called with."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from service.database.hoisted import seconds
from service.database.postgresql.tls import FILES, exposed_hosts
from service.errors import SettingsError
from service.forms import safe_url

APPLICATION = "poolgate"
_STATEMENTS = 256  # prepared statements a connection keeps
SILENCE = 0.5
"""Seconds after the server's own time limit when its answer is not waited for any longer: the network is dead."""

_KNOWN_TO_ASYNCPG = frozenset(
    {
        *("host", "port", "dbname", "database", "user", "password", "passfile", "service"),
        *("sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation"),
        *("ssl_min_protocol_version", "ssl_max_protocol_version"),
        *("target_session_attrs", "krbsrvname", "gsslib"),
    }
)
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# What libpq knows, asyncpg does not, and nothing is lost by leaving out, for these values ("" stands for any).
_LEFT_OUT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "channel_binding": ("disable", "prefer"),
        "gssencmode": ("disable", "prefer"),
        "client_encoding": ("utf8", "utf-8", "auto", "unicode"),
        "sslcompression": ("0",),
        "load_balance_hosts": ("disable",),
        "fallback_application_name": ("",),
        "keepalives": ("",),
        "keepalives_idle": ("",),
        "keepalives_interval": ("",),
        "keepalives_count": ("",),
        "tcp_user_timeout": ("",),
    }
)


@dataclass(frozen=True)
class Target:
    """Where to connect, and with what.

    Args:
        arguments: of `asyncpg.connect`.
        safe_url: the URL without its passwords.
        limits: further settings for the pool's connections, which not every server knows.
        files: that the URL names, by the parameter's name.
        exposed: hosts to which a connection may go over a network and not be encrypted.
    """

    arguments: Mapping[str, Any] = field(repr=False)
    safe_url: str
    limits: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    exposed: tuple[str, ...] = ()

    def named(self, application: str) -> dict[str, Any]:
        """The arguments for a connection that goes by another name on the server."""
        return self.with_settings({"application_name": application})

    @property
    def statement_timeout(self) -> float:
        """Seconds that a statement may run on the server; infinite for no limit."""
        found = seconds(self.arguments["server_settings"]["statement_timeout"])
        return math.inf if found is None else found

    def with_settings(self, settings: Mapping[str, str]) -> dict[str, Any]:
        """The arguments for a connection with other settings on the server."""
        return {**self.arguments, "server_settings": {**self.arguments["server_settings"], **settings}}


def target_of(url: str, *, statement_timeout: float, connect_timeout: float, search_path: Sequence[str] = ()) -> Target:
    """Reads the URL.

    Args:
        statement_timeout: seconds the server lets a statement run; a transaction may idle as long.
        connect_timeout: seconds a connect may take, unless the URL says.
        search_path: schemas in which a name without one is looked up; none leaves it to the server.

    Raises:
        SettingsError: with every parameter that is not understood.
    """
    parts = urlsplit(url)
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    faults = [fault for name, value in parameters.items() if (fault := _fault(name, value))]
    if faults:
        raise SettingsError([f"DATABASE_URL: {fault}" for fault in faults])
    milliseconds = str(max(1, round(statement_timeout * 1000)))
    server_settings = {
        "application_name": parameters.get("application_name") or APPLICATION,
        "statement_timeout": milliseconds,
        "idle_in_transaction_session_timeout": milliseconds,
        **({"search_path": ", ".join(_quoted(name) for name in search_path)} if search_path else {}),
        **(options := _options(parameters.get("options", ""))),
    }
    user, password, dsn = _rebuilt(parts, {k: v for k, v in parameters.items() if k in _KNOWN_TO_ASYNCPG})
    arguments = {
        "dsn": dsn,
        "user": user,
        "password": password,
        "timeout": _seconds(parameters.get("connect_timeout", "")) or connect_timeout,
        # They travel in the first message of a connection: nothing is set afterwards.
        "server_settings": server_settings,
        "statement_cache_size": _STATEMENTS,
        # Who sets another limit on the server in the URL has it there alone.
        "command_timeout": None if "statement_timeout" in options else statement_timeout + SILENCE,
    }
    limits = {name: value for name, value in _limits(statement_timeout).items() if name not in options}
    exposed = exposed_hosts(parts, parameters, os.environ)
    files = {name: parameters[name] for name in FILES if parameters.get(name)}
    return Target(MappingProxyType(arguments), safe_url(url), MappingProxyType(limits), files, exposed)


def _limits(statement_timeout: float) -> dict[str, str]:
    def milliseconds(seconds: float) -> str:
        return str(max(1, round(seconds * 1000)))

    return {
        # Sooner than the statement's own end, so that a lock is told from a slow statement.
        "lock_timeout": milliseconds(statement_timeout / 2),
        # Ends the session, not the statement: for a transaction that goes on and on, as the last resort.
        "transaction_timeout": milliseconds(statement_timeout * 3),
        # A statement whose client has gone, this process having been killed, ends soon after.
        "client_connection_check_interval": "1000",
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _fault(name: str, value: str) -> str | None:
    if name == "sslmode":
        return None if value in _SSL_MODES else f"sslmode={value} is not known; expected one of {', '.join(_SSL_MODES)}"
    if name == "connect_timeout":
        return None if _seconds(value) is not None else f"connect_timeout={value} is no number of seconds"
    if name == "options":
        return (
            None
            if _options_or_none(value) is not None
            else f"options={value} is not understood; expected -c name=value"
        )
    if name == "port":
        return None if all(port.isdecimal() for port in value.split(",")) else f"port={value} is no port"
    if name in _LEFT_OUT:
        harmless = _LEFT_OUT[name]
        if "" in harmless or value.lower() in harmless:
            return None
        return f"{name}={value} cannot be had from the driver; leave it out, or expected one of {', '.join(harmless)}"
    if name in _KNOWN_TO_ASYNCPG or name == "application_name":
        return None
    return f"the parameter {name!r} is not known"


def _seconds(value: str) -> float | None:
    """libpq's whole seconds; 0 and below mean no limit, which we do not have: then ours counts."""
    try:
        return max(0.0, float(value or "0"))
    except ValueError:
        return None


def _options(value: str) -> dict[str, str]:
    return _options_or_none(value) or {}


def _options_or_none(value: str) -> dict[str, str] | None:
    """The settings in `-c name=value --name=value`; None if there is anything else in it."""
    try:
        words = shlex.split(value)
    except ValueError:
        return None
    found = {}
    while words:
        word = words.pop(0)
        if word == "-c" and words:
            word = f"-c{words.pop(0)}"
        name, equals, setting = word[2:].partition("=")
        if word[:2] not in ("-c", "--") or not equals or not name:
            return None
        found[name.replace("-", "_")] = setting
    return found


def _rebuilt(parts: SplitResult, parameters: Mapping[str, str]) -> tuple[str | None, str | None, str]:
    """User, password, and the rest as a URL. asyncpg ends the password at the first `@`; people write it unescaped."""
    login, at, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":") if at else ("", "", "")
    query = urlencode(parameters, quote_via=quote)
    dsn = f"postgresql://{hosts}{parts.path}{'?' if query else ''}{query}"
    return unquote(user) or None, unquote(password) or None, dsn
