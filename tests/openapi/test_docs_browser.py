"""The page for people in a real browser."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import chromium
import jwt
import pytest
from chromium import CONTRAST, Page, browser
from poolgate_process import Process, make_shop, starting

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium.BINARY is None, reason="there is no Chromium on this machine"),
]
READ = "document.querySelector('.opblock-get')"
RESPONSE = "document.querySelector('.live-responses-table tbody .response-col_status')"
MORE = """
    create table "odd name ☃" (id integer primary key, "order" text, price numeric);
    insert into "odd name ☃" values (1, 'first', 1.5), (2, 'second', null);
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("docs")
    url = make_shop(folder / "shop.db")
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        connection.executescript(MORE)
    with starting(folder) as start:
        yield start(database_url=url, anonymous="read")


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture
def page(tab: Page, site: Process) -> Iterator[Page]:
    tab.complaints.clear()
    tab.resize(1200, 900)
    show(tab, site)
    yield tab
    assert tab.complaints == []


def show(tab: Page, site: Process) -> None:
    tab.open("about:blank")
    tab.open(f"{site.url}/docs")
    tab.until("document.querySelectorAll('nav li').length === 3 && !!document.querySelector('.opblock')")


def press(page: Page, key: str, code: int) -> None:
    text = "\r" if key == "Enter" else ""
    page.do("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, text=text)
    page.do("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)


def enter(page: Page, element: str) -> None:
    """Goes to an element and presses Enter, as who has no mouse does."""
    # Swagger UI makes elements anew while it resolves the description, and a new one has no focus.
    page.until(f"({element}?.focus(), !!{element} && document.activeElement === {element})")
    press(page, "Enter", 13)


def open_read(page: Page, table: str) -> None:
    enter(page, f"[...document.querySelectorAll('nav a')].find(each => each.textContent === {json.dumps(table)})")
    page.until(f"document.querySelector('.info .title')?.textContent.startsWith({json.dumps(table)}) && !!{READ}")
    enter(page, f"{READ}.querySelector('.opblock-summary-control')")
    # Before its description is resolved an operation can be opened, and not be run.
    page.until("!!document.querySelector('.btn.execute') && !!document.querySelector('.parameters input')")


def write(page: Page, name: str, text: str) -> None:
    """Writes into the field of a parameter."""
    page.run(f"[...document.querySelectorAll('input')].find(each => each.placeholder === {json.dumps(name)}).focus()")
    page.do("Input.insertText", text=text)


def poor(page: Page) -> object:
    """Texts that cannot be read well, once colours are at rest."""
    page.until("document.getAnimations().length === 0")
    return page.run(CONTRAST)


def test_a_request_is_tried(page: Page, site: Process) -> None:
    """By the keyboard alone: a table is opened, a filter written and run, and the rows and headers shown."""
    open_read(page, "item")
    write(page, "name", "eq.pen")
    write(page, "Prefer", "count=exact")
    enter(page, "document.querySelector('.btn.execute')")
    page.until(f"!!{RESPONSE}")
    assert page.run(f"{RESPONSE}.textContent").startswith("200")
    shown = page.run("document.querySelector('.live-responses-table').textContent")
    assert '"pen"' in shown
    assert '"ink"' not in shown
    assert "content-range: 0-0/1" in shown
    assert f"{site.url}/rest/v1/item?name=eq.pen" in page.run("document.querySelector('.request-url').textContent")


def test_tables_are_found(page: Page, site: Process) -> None:
    """The list is narrowed by what one types, and a table's page can be come back to by its address."""
    page.run("document.getElementById('find').focus()")
    page.do("Input.insertText", text="ODD")
    shown = "[...document.querySelectorAll('nav li')].filter(each => !each.hidden).map(each => each.textContent)"
    assert page.run(shown) == ["odd name ☃"]
    open_read(page, "odd name ☃")
    there = page.run("location.href")
    page.open("about:blank")
    page.open(there)
    page.until("document.querySelector('.info .title')?.textContent.startsWith('odd name ☃')")
    assert page.run("document.querySelector('nav [aria-current]').textContent") == "odd name ☃"


def test_odd_names_are_tried(page: Page) -> None:
    """A path and a parameter of any letters arrive as what they are."""
    open_read(page, "odd name ☃")
    write(page, '"order"', "eq.second")
    enter(page, "document.querySelector('.btn.execute')")
    page.until(f"!!{RESPONSE}")
    assert page.run(f"{RESPONSE}.textContent").startswith("200")
    assert '"second"' in page.run("document.querySelector('.live-responses-table').textContent")


def test_what_cannot_be_right_is_not_sent(page: Page) -> None:
    """A filter without an operator is marked, before anything is asked."""
    open_read(page, "item")
    write(page, "name", "pen")
    enter(page, "document.querySelector('.btn.execute')")
    page.until("!!document.querySelector('input.invalid')")
    assert not page.run(f"!!{RESPONSE}")


def test_nothing_is_asked_of_anybody_else(page: Page, site: Process) -> None:
    """All that the page loads comes from the service."""
    open_read(page, "item")
    loaded = page.run("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert len(loaded) >= 6
    assert all(url.startswith((site.url, "data:")) for url in loaded), loaded


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read(page: Page, site: Process, dark: bool) -> None:
    """In both colour schemes text has the contrast that WCAG's level AA asks for, closed, opened and tried."""
    page.resize(1200, 900, dark=dark)
    page.until(f"document.documentElement.classList.contains('dark-mode') === {str(dark).lower()}")
    assert poor(page) == []
    open_read(page, "item")
    enter(page, "document.querySelector('.btn.execute')")
    page.until(f"!!{RESPONSE}")
    assert poor(page) == []


def test_it_fits_a_telephone(page: Page, site: Process) -> None:
    """At 400 pixels nothing makes the page wider than the window."""
    page.resize(400, 800)
    open_read(page, "item")
    assert page.run("document.documentElement.scrollWidth") <= 400


def test_who_is_not_let_in_is_told(tab: Page, tmp_path: Path) -> None:
    """Where the description is refused, the page says why and what to do."""
    with starting(tmp_path) as start:
        site = start(database_url=make_shop(tmp_path / "shop.db"), anonymous="none")
        tab.open(f"{site.url}/docs")
        tab.until("document.getElementById('docs').textContent.includes('Anonymous access is off')")
        assert "POOLGATE_ANONYMOUS" in tab.run("document.getElementById('docs').textContent")


def test_who_has_a_token_reads_and_tries(tab: Page, tmp_path: Path) -> None:
    """With a token in its field the page shows the description, and what is tried is asked with it."""
    secret = "s" * 40
    with starting(tmp_path) as start:
        site = start(database_url=make_shop(tmp_path / "shop.db"), anonymous="none", jwt_secret=secret)
        tab.open(f"{site.url}/docs")
        tab.until("document.getElementById('docs').textContent.includes('Anonymous access is off')")
        tab.run("document.getElementById('credentials').focus()")
        tab.do("Input.insertText", text=jwt.encode({"role": "read"}, secret))
        enter(tab, "document.querySelector('#who button')")
        tab.until("document.querySelectorAll('nav li').length === 2 && !!document.querySelector('.opblock')")
        open_read(tab, "item")
        enter(tab, "document.querySelector('.btn.execute')")
        tab.until(f"!!{RESPONSE}")
        assert tab.run(f"{RESPONSE}.textContent").startswith("200")
    tab.complaints.clear()  # the first answer was a 401
