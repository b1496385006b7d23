"""The pool's page in a real browser."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import chromium
import pytest
from chromium import CONTRAST, Page, browser
from poolgate_process import Process, make_shop, starting, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium.BINARY is None, reason="there is no Chromium on this machine"),
]
NUMBER = "Number(document.getElementById('{}').textContent)"
LIVE = "document.getElementById('status').textContent === 'Live'"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("site")
    with starting(folder) as start:
        yield start(database_url=make_shop(folder / "shop.db"), anonymous="read")


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture
def page(tab: Page, site: Process) -> Iterator[Page]:
    tab.complaints.clear()
    tab.resize(1000, 900)
    tab.open(f"{site.url}/-/pool")
    tab.until(LIVE)
    yield tab
    assert tab.complaints == []


def test_the_numbers_are_live(page: Page, site: Process) -> None:
    """What requests do shows without a reload: in the table, in the chart, and nothing is wrong in the console."""
    count = "Number(document.getElementById('times-usage').cells[1].textContent)"
    before = page.run(count)
    for _ in range(5):
        assert site.get("/rest/v1/item").status_code == 200
    page.until(f"{count} >= {before + 5}")
    assert page.run(NUMBER.format("max_size")) == site.get("/-/pool").json()["max_size"]
    assert page.run("document.querySelector('#chart path.rate').getBBox().width") > 0
    assert "connections were in use" in page.run("document.getElementById('chart').getAttribute('aria-label')")
    assert "A connection was opened" in page.run("document.getElementById('news').textContent")


def test_the_comparison_at_the_press_of_a_button(page: Page) -> None:
    """It is reached and started by the keyboard, runs, and shows both sides with a verdict each."""
    page.run("document.getElementById('compare').focus()")
    page.do("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
    page.until("!document.getElementById('versus').hidden")
    rows = page.run(
        "[...document.querySelectorAll('#sides tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    shown = {name: (one, other) for name, one, other in rows}
    assert set(shown["verdict"]) in ({"good", "bad"}, {"even"})
    assert shown["connections opened"][1] == "400"
    assert int(shown["connections opened"][0]) <= 10
    assert shown["failed"] == ("0", "0")
    assert page.run("document.activeElement.id") == "compare"
    assert page.run("document.querySelectorAll('#sides rect').length") >= 8


@pytest.mark.parametrize("path", ["/", "/-/pool"])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_telephone(page: Page, site: Process, path: str, dark: bool) -> None:
    """At 400 pixels nothing is wider than the window, in both colour schemes, and colours do differ."""
    page.resize(400, 800, dark=dark)
    page.open(site.url + path)
    assert page.run("document.documentElement.scrollWidth") <= 400
    colour = page.run("getComputedStyle(document.body).backgroundColor")
    assert (max(int(part) for part in colour[4:-1].split(",")) < 60) is dark


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read(page: Page, dark: bool) -> None:
    """Text has the contrast of 4.5 that WCAG's level AA asks for, against what lies behind it."""
    page.resize(1000, 900, dark=dark)
    assert page.run(CONTRAST) == []


def test_without_javascript(tab: Page, site: Process) -> None:
    """The numbers are there all the same, and what needs JavaScript is not."""
    tab.do("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open("about:blank")
        tab.open(f"{site.url}/-/pool")
        shown = tab.run("document.body.innerText")
        assert tab.run(NUMBER.format("max_size")) == 11
        assert tab.run("document.getElementById('compare').checkVisibility()") is False
    finally:
        tab.do("Emulation.setScriptExecutionDisabled", value=False)
    assert "Live" not in shown
    assert "run poolgate compare in a shell" in shown


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("several")
    with starting(folder) as start:
        process = start("--workers", "3", database_url=make_shop(folder / "shop.db"), anonymous="read")
        until(lambda: process.lines_with("all 3 workers serve"))
        yield process


ROWS = "[...document.querySelectorAll('#crew tr')].map(row => [...row.cells].map(cell => cell.textContent))"


@pytest.mark.parametrize("dark", [False, True])
def test_several_workers(tab: Page, several: Process, dark: bool) -> None:
    """Sums, and a row for each worker; one that does not answer is named in words, legibly, without a reload."""
    tab.complaints.clear()
    tab.resize(400, 800, dark=dark)
    tab.open(f"{several.url}/-/pool")
    tab.until(LIVE)
    tab.until("document.getElementById('serving').textContent === 'All 3 workers serve.'")
    rows = tab.run(ROWS)
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert {int(row[1]) for row in rows} == set(several.up)
    assert sorted(row[2] for row in rows) == ["serves", "serves", "serves, and tells this"]
    assert tab.run(NUMBER.format("max_size")) == 3 * 11
    assert "process " in tab.run("document.getElementById('news').textContent")
    stopped = next(int(row[1]) for row in rows if row[2] == "serves")
    os.kill(stopped, signal.SIGSTOP)
    try:
        tab.until("document.getElementById('serving').textContent === '2 of 3 workers serve.'")
        named = next(row for row in tab.run(ROWS) if row[1] == str(stopped))
        assert named[2].startswith("has not answered for ")
        assert tab.run(CONTRAST) == []
        assert tab.run("document.documentElement.scrollWidth") <= 400
    finally:
        os.kill(stopped, signal.SIGCONT)
    tab.until("document.getElementById('serving').textContent === 'All 3 workers serve.'")
    assert tab.complaints == []
