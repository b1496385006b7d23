"""Whether the way to the server is protected, by what the URL and libpq's variables say."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, unquote

FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_FOR_CERTAIN = ("require", "verify-ca", "verify-full")


def exposed_hosts(parts: SplitResult, parameters: Mapping[str, str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """The hosts, other than this machine, to which a connection may go that is not encrypted.

    Args:
        parts: the URL's.
        parameters: of its query string.
        environment: has `PGHOST` and `PGSSLMODE`, where the URL says nothing.
    """
    mode = parameters.get("sslmode") or environment.get("PGSSLMODE") or "prefer"
    if mode in _FOR_CERTAIN:
        return ()
    named = parts.netloc.rpartition("@")[2]
    hosts = [_without_port(each) for each in named.split(",")] if named else []
    if not any(hosts):
        hosts = (parameters.get("host") or environment.get("PGHOST") or "").split(",")
    return tuple(host for host in map(unquote, hosts) if not _is_local(host))


def missing_files(files: Mapping[str, str]) -> list[str]:
    """A line for each file of the URL that is not there; the driver would take it for a server that is not.

    Args:
        files: by the parameter's name.
    """
    return [f"{name}={file}: there is no such file" for name, file in files.items() if not Path(file).is_file()]


def _without_port(host: str) -> str:
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _is_local(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
