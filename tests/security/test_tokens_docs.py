"""What docs/tokens.md and docs/flask.md show of tokens is so."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

import service
from service.app import create_app
from service.auth.claim_path import read_path
from service.auth.jwks import read_keys, restricted
from service.settings import Settings
from service.testing import client, running
from tests.security.token_makers import jwk, octets, token

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "tokens.md").read_text()
CODE = re.findall(r"^```python\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
SECRET = re.findall(r"POOLGATE_JWT_SECRET=(\S+) poolgate", PAGE)[0]
PATHS = [
    (claims, path)
    for claims, paths in re.findall(r"^\| `(\{.+\})` \| (.+) \|$", PAGE, re.MULTILINE)
    for path in re.findall(r"`([^`]+)`", paths)
]
(KEYS,) = re.findall(r"^\| key \|.+\n\|---.+\n((?:\|.+\n)+)", PAGE, re.MULTILINE)


@pytest.mark.parametrize("code, secret", list(zip(CODE, [SECRET, "@keys.json"], strict=True)), ids=["secret", "pair"])
async def test_the_token_is_taken(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    code: str, secret: str,
) -> None:  # fmt: skip
    """The programs of the page print a token that the service takes with the setting shown."""
    monkeypatch.chdir(tmp_path)
    exec(code, {})  # noqa: S102  # the page's own code
    sent = capsys.readouterr().out.strip()
    app = create_app(Settings(database_url=sqlite_url, jwt_secret=secret))
    async with running(app), client(app) as http:
        assert (await http.get("/rest/v1/", headers={"Authorization": f"Bearer {sent}"})).status_code == 200
        assert (await http.get("/rest/v1/")).status_code == 401


@pytest.mark.parametrize("claims, path", PATHS)
def test_the_paths_find_the_role(claims: str, path: str) -> None:
    """Each path of the table finds the role in the claims beside it."""
    selected = read_path(path).select(json.loads(claims))
    assert selected == ("db_editor" if "db_editor" in claims else "editor")


def test_the_algorithms_of_each_kind_of_key() -> None:
    """The table of keys has every kind with its algorithms, the usual ones and the others."""
    rows = [re.findall(r"[HRPE]S\d+|EdDSA", line) for line in KEYS.splitlines()]
    kinds = [octets(64)], [jwk("RSA")], [jwk(f"P-{bits}") for bits in (256, 384, 521)], [jwk("Ed25519")]
    for shown, kind in zip(rows, kinds, strict=True):
        keys = [key for each in kind for key in read_keys(json.dumps(each))]
        usual = [name for key in keys for name in key.algorithms]
        others = [name for key in keys for name in key.able if name not in usual]
        assert shown == usual + others
        assert restricted(keys, usual)


async def test_the_view_that_is_shown(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The view of docs/flask.md tells who asks, and so does its function."""
    text = (DOCS / "flask.md").read_text()
    (code,) = re.findall(r"^## Who asks\n.+?^```python\n(.+?)^```", text, re.MULTILINE | re.DOTALL)
    made: dict[str, Any] = {}
    settings = Settings(database_url=sqlite_url, jwt_secret=SECRET)
    monkeypatch.setattr(service, "create_app", lambda: create_app(settings), raising=False)
    exec(code, made)  # noqa: S102  # the page's own code
    headers = {"Authorization": f"Bearer {token({'role': 'read', 'sub': 'ann', 'exp': time.time() + 9}, SECRET)}"}
    async with running(made["app"]), client(made["app"]) as http:
        assert (await http.get("/me")).status_code == 401
        assert (await http.get("/me", headers=headers)).json() == {"role": "read", "subject": "ann"}
        assert (await http.get("/rest/v1/rpc/whoami", headers=headers)).json() == "read"
