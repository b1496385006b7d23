"""Security 18, in a real browser: a page of another origin reads what it may, and nothing else."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import chromium
import pytest
from chromium import Page, browser
from poolgate_process import Process, make_shop, starting

from security.edge_app import ITEM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium.BINARY is None, reason="there is no Chromium on this machine"),
]


class _Empty(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is the library's
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>a site</title><link rel=icon href=data:,>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[str, str]]:
    """Two origins, each with a page."""
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Empty) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tuple(f"http://127.0.0.1:{server.server_port}" for server in servers)  # type: ignore[misc]  # there are two
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def service(sites: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("cors")
    with starting(folder) as start:
        shop = make_shop(folder / "shop.db")
        yield start(database_url=shop, anonymous="write", server_cors_allowed_origins=sites[0], max_url="1KiB")


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with browser() as page:
        yield page


FETCH = """fetch({url!r}, {options}).then(
    async answer => [answer.status, await answer.text(), answer.headers.get('content-range'),
                     answer.headers.get('x-request-id')],
    error => [0, String(error), null, null])"""
POST = """{method: 'POST', body: %s, headers: {
    Prefer: 'return=representation', 'X-Own': '1', 'Content-Type': 'application/json'}}"""


def test_a_page_of_a_named_origin(tab: Page, service: Process, sites: tuple[str, str]) -> None:
    """Security 18: It reads rows and headers, writes after a preflight, with credentials, and reads errors."""
    tab.open(f"{sites[0]}/")
    url = f"{service.url}{ITEM}"
    status, text, content_range, identity = tab.run(
        FETCH.format(url=f"{url}?order=id", options="{credentials: 'include'}")
    )
    assert (status, content_range) == (200, "0-1/*")
    assert '"pen"' in text
    assert identity
    body = "JSON.stringify({id: 7, name: 'from a page'})"
    status, text, _, _ = tab.run(FETCH.format(url=url, options=POST % body))
    assert (status, text) == (201, '[{"id":7,"name":"from a page"}]')
    for path, expected in (
        (f"{ITEM}?id=eq.x", 400),
        ("/rest/v1/nothing", 404),
        (f"{ITEM}?id=in.({'1,' * 999})", 414),
    ):
        options = "{headers: {Authorization: 'Bearer x'}}"
        status, text, _, _ = tab.run(FETCH.format(url=service.url + path, options=options))
        assert status == expected
        assert '"code"' in text


def test_a_page_of_another_origin(tab: Page, service: Process, sites: tuple[str, str]) -> None:
    """Security 18: It reads nothing, and what needs a preflight is not even sent."""
    tab.open(f"{sites[1]}/")
    url = f"{service.url}{ITEM}"
    assert tab.run(FETCH.format(url=url, options="{}"))[0] == 0
    body = "JSON.stringify({id: 8, name: 'from elsewhere'})"
    assert tab.run(FETCH.format(url=url, options=POST % body))[0] == 0
    assert service.get(f"{ITEM}?id=eq.8").json() == []
