"""The forms that the texts of single settings must have: URLs, addresses, paths, secrets.

Every check returns the value to keep, or raises `ValueError` with the clause that completes "<setting>: <text> …": what
is wrong; what is expected. Only `folder`, `file` and those of secrets look at the disk.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit


def database_url(value: str) -> str:
    scheme, mark, rest = value.partition("://")
    if not mark or scheme not in ("sqlite", "postgresql", "postgres"):
        known = "sqlite:///path, postgresql://user@host/database or postgres://…"
        hint = "; the driver is not part of it" if "+" in scheme else ""
        raise ValueError(f"is of no known kind; expected {known}{hint}")
    if scheme == "sqlite":
        _names_a_file(rest)
    else:
        _names_hosts(rest)
    return value


def _names_a_file(rest: str) -> None:
    if not rest.startswith("/") or rest.endswith("/") or rest.startswith(("/:memory:", "/?")):
        raise ValueError("names no file; expected sqlite:///relative.db or sqlite:////absolute.db")


def _names_hosts(rest: str) -> None:
    hosts = re.split(r"[/?]", rest.rpartition("@")[2], maxsplit=1)[0]
    for host in hosts.split(","):
        if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]*)(:\d{1,5})?", host):
            raise ValueError("has a host that does not read; expected host, host:port or [address]:port")


def bind(value: str) -> str:
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]]+):(\d{1,5})", value)
    if match is None or int(match[2]) > 65535:
        raise ValueError("is no address; expected HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000")
    return value


def rate_limit(value: object) -> str:
    from limits import parse_many  # takes 0.1 s to import, and few set this

    text = str(value).strip()
    expected = "a number and a time, such as 100/minute, or several: 10/second;1000/hour"
    try:
        limits = parse_many(text)
    except ValueError:
        raise ValueError(f"is no rate; expected {expected}") from None
    if any(limit.amount < 1 for limit in limits):
        raise ValueError(f"lets nobody ask; expected {expected}")
    return text


_URLS = (1024, 32 * 1024)
"""Bytes: a URL has to have room for a cursor and some filters, and a request's head for its URL and its headers."""


def url_size(value: int) -> int:
    if not _URLS[0] <= value <= _URLS[1]:
        raise ValueError("is out of bounds; expected 1KiB to 32KiB")
    return value


def answer_size(value: int | None) -> int | None:
    if value is not None and value < 1024:
        raise ValueError("is out of bounds; expected at least 1KiB, or none")
    return value


def lifetime(value: float) -> float:
    if not 1 <= value <= 366 * 86400:
        raise ValueError("is out of bounds; expected 1s to 366d")
    return value


def rest_prefix(value: str) -> str:
    prefix = value.rstrip("/") or "/"
    if not re.fullmatch(r"/|(/[A-Za-z0-9._~-]+)+", value.rstrip("/") or "/") or re.match(r"/-(/|$)", prefix):
        raise ValueError("is no prefix; expected / or a path such as /rest/v1, not under /-/")
    return prefix


_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://([a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?", re.ASCII)
_USUAL_PORT = {"http": "80", "https": "443"}


def _origin(value: str) -> str:
    found = _ORIGIN.fullmatch(value)
    if found is None or found[1] == "file":  # a page from a file has the origin null, and so has many another
        raise ValueError(
            "has no exact origin; expected * or origins such as https://example.org, separated by commas, as browsers "
            "write them: in small letters, without a path, a pattern or null"
        )
    if found[3] is not None and found[3] == _USUAL_PORT.get(found[1]):
        raise ValueError("has a port that browsers leave away; expected no port where it is the scheme's own")
    return value


def origins(value: tuple[str, ...]) -> tuple[str, ...]:
    if "*" in value:
        if len(value) > 1:
            raise ValueError("has origins beside *; expected * alone, for every one without credentials, or origins")
        return value
    return tuple(_origin(one) for one in value)


def address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("is no address; expected one such as https://example.org/rest/v1")
    return value


def folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError("is no folder; expected a folder of .sql files")
    return value


def file(value: Path) -> Path:
    if not value.is_file():
        raise ValueError("is no file; expected the path of a TOML file")
    return value


def token(value: str) -> str:
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError("cannot stand in a header; expected ASCII characters without blanks")
    return value


_LARGEST_SECRET = 1024**2


def jwt_secret(value: str, *, base64: bool = False) -> str:
    from service.auth.jwks import read_keys  # not before there is a secret: cryptography takes a tenth of a second

    read_keys(secret_text(value), base64=base64)
    return value


def jwt_algorithms(value: tuple[str, ...], secret: str | None, *, base64: bool = False) -> tuple[str, ...]:
    from service.auth.jwks import ALGORITHMS, read_keys, restricted

    if any(name not in ALGORITHMS for name in value):
        raise ValueError(f"has an algorithm that is not known here; expected some of {', '.join(ALGORITHMS)}")
    if secret is not None:
        restricted(read_keys(secret_text(secret), base64=base64), value)
    return value


def secret_text(value: str) -> str:
    """The text that a setting holds, or the file that it names after an `@`."""
    if not value.startswith("@"):
        return value
    try:
        with Path(value[1:]).open(encoding="utf-8") as file:
            text = file.read(_LARGEST_SECRET + 1)
    except (OSError, ValueError):
        raise ValueError("names a file that cannot be read; expected @ and the path of a readable text file") from None
    if len(text) > _LARGEST_SECRET:
        raise ValueError("names a file that is too large; expected @ and the path of a file of at most 1 MiB")
    return text


def role_key(value: str) -> str:
    from service.auth.claim_path import read_path

    read_path(value)
    return value


_PASSWORDS = (
    (re.compile(r"^([^:/?#]+://[^:/?#@]*):.*@(?=[^@]*$)", re.DOTALL), r"\1:***@"),
    (re.compile(r"([?&](?:ssl)?password=)[^&#]*"), r"\1***"),
    # Without an @: what stands where a port does, and is none.
    (re.compile(r"^((?:[^:/?#]+)://[^:/?#@\[\]]*):(?!\d{0,5}(?:[,/?#]|$))[^@/?#]*(?=[/?#]|$)"), r"\1:***"),
)


def safe_url(url: str) -> str:
    """The URL with `***` in the place of every password in it; `***` alone if it is none: what it is nobody knows."""
    if "://" not in url:
        return "***"
    for where, instead in _PASSWORDS:
        url = where.sub(instead, url, count=1 if where.pattern.startswith("^") else 0)
    return url
