"""The page for people, as far as no browser is needed."""

from __future__ import annotations

import gzip
import re

import pytest
from samples import Serving


async def test_the_page_loads_nothing_from_elsewhere(sqlite_url: str, serving: Serving) -> None:
    """Every file it names is here, and its policy forbids all others, and scripts and styles in the page itself."""
    async with serving(sqlite_url) as http:
        page = await http.get("/docs")
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        loaded = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"', page.text)
        assert len(loaded) == 6
        for url in loaded:
            assert url.startswith("/")
            assert (await http.get(url)).status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_the_policy_allows_the_address_of_a_proxy(sqlite_url: str, serving: Serving) -> None:
    """Where requests are to go elsewhere by a setting, they may, there alone."""
    async with serving(sqlite_url, openapi_server_proxy_uri="https://example.org/api") as http:
        policy = (await http.get("/docs")).headers["Content-Security-Policy"]
    assert "connect-src 'self' https://example.org;" in policy


@pytest.mark.parametrize("name", ["swagger-ui-bundle.js", "swagger-ui.css"])
async def test_files_of_swagger_ui(sqlite_url: str, serving: Serving, name: str) -> None:
    """They are kept by browsers, for their URL names the version, and sent packed to who can unpack."""
    async with serving(sqlite_url) as http:
        packed = await http.get(f"/docs/ui/{name}", headers={"Accept-Encoding": "gzip"})
        plain = await http.get(f"/docs/ui/{name}", headers={"Accept-Encoding": "gzip;q=0"})
        assert packed.content == plain.content  # httpx has unpacked it
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) < len(plain.content) / 3
        assert "Content-Encoding" not in plain.headers
        assert len(gzip.compress(plain.content)) == int(packed.headers["Content-Length"])
        assert "immutable" in plain.headers["Cache-Control"]
        assert plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["index.html", "oauth2-redirect.html", "..%2F__init__.py", "swagger-ui.js"])
async def test_no_other_files(sqlite_url: str, serving: Serving, name: str) -> None:
    """Of the package nothing is served but what the page needs."""
    async with serving(sqlite_url) as http:
        assert (await http.get(f"/docs/ui/{name}")).status_code == 404


async def test_schemas_to_choose_from(postgresql_url: str, serving: Serving) -> None:
    """Where there are several, the page has a form for them; a name that is none of them is not repeated."""
    async with serving(postgresql_url, db_schemas=("public", "information_schema")) as http:
        first = (await http.get("/docs")).text
        other = (await http.get("/docs?schema=information_schema")).text
        none = (await http.get("/docs?schema=%22%3E%3Cscript%3E")).text
    assert "data-schema" not in first
    assert 'data-schema="information_schema"' in other
    assert "<option selected>information_schema</option>" in other
    assert "data-schema" not in none
    assert '"><script>' not in none
