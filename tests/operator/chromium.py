"""A headless Chromium, driven over its DevTools protocol with what the service's own server depends on (wsproto)."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Ping, Request, TextMessage

BINARY = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DEADLINE = 30.0  # seconds in which anything awaited here must have come
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--remote-debugging-port=0", "--no-proxy-server",
)  # fmt: skip


class Page:
    """One tab. Answers come by their number; what the browser tells of itself is kept in `complaints`."""

    def __init__(self, url: str) -> None:
        self.complaints: list[str] = []
        self._number = 0
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=DEADLINE)
        self._wire = WSConnection(ConnectionType.CLIENT)
        self._socket.sendall(self._wire.send(Request(host=parts.netloc, target=parts.path)))
        self._messages = self._receive()
        assert next(self._messages) is None
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def close(self) -> None:
        self._socket.close()

    def do(self, method: str, **params: Any) -> Any:
        """One command's result."""
        self._number += 1
        order = json.dumps({"id": self._number, "method": method, "params": params})
        self._socket.sendall(self._wire.send(TextMessage(data=order)))
        for message in self._messages:
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._note(message)
        raise AssertionError("the browser hung up")

    def open(self, url: str) -> None:
        self.do("Page.navigate", url=url)
        self.until(f"document.readyState === 'complete' && location.href === {url!r}")

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise's once it is there."""
        result = self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, script: str, seconds: float = DEADLINE) -> Any:
        """The expression's value as soon as that is true."""
        deadline = time.monotonic() + seconds
        while not (value := self.run(script)):
            assert time.monotonic() < deadline, f"it did not come to pass: {script}"
            time.sleep(0.02)
        return value

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """A window of that size, in one of the two colour schemes."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.do("Emulation.setEmulatedMedia", features=[scheme])

    def shot(self, path: Path) -> None:
        """A picture of the whole page."""
        picture = self.do("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning", "assert"):
                self.complaints.append(str(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                self.complaints.append(str(params["entry"]))
            case _:
                pass

    def _receive(self) -> Iterator[Any]:
        text = ""
        while data := self._socket.recv(1 << 16):
            self._wire.receive_data(data)
            for event in self._wire.events():
                if isinstance(event, AcceptConnection):
                    yield None
                elif isinstance(event, Ping):
                    self._socket.sendall(self._wire.send(event.response()))
                elif isinstance(event, TextMessage):
                    text += event.data
                    if event.message_finished:
                        yield json.loads(text)
                        text = ""


@contextlib.contextmanager
def browser() -> Iterator[Page]:
    """A browser of the test's own with one tab, which knows nobody's settings and calls nobody."""
    assert BINARY
    with tempfile.TemporaryDirectory(prefix="poolgate-chromium-", ignore_cleanup_errors=True) as folder:
        command = (BINARY, *_FLAGS, f"--user-data-dir={folder}", "about:blank")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            page = Page(_tab(Path(folder), process))
            yield page
            page.close()
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _tab(folder: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + DEADLINE
    told = folder / "DevToolsActivePort"
    while time.monotonic() < deadline:
        assert process.poll() is None, "the browser has ended"
        if told.exists() and (port := told.read_text().partition("\n")[0]):
            tabs = httpx.get(f"http://127.0.0.1:{port}/json", trust_env=False).json()
            found = next((tab for tab in tabs if tab["type"] == "page"), None)
            if found is not None:
                return str(found["webSocketDebuggerUrl"])
        time.sleep(0.02)
    raise AssertionError("the browser did not start")


CONTRAST = """(() => {
  const parse = text => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((v, i) => v * a + below[i] * (1 - a));
  const behind = node => {
    if (!node) return [255, 255, 255];
    const colour = parse(getComputedStyle(node).backgroundColor);
    return colour.length < 4 ? colour : over(colour, behind(node.parentElement));
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !node.checkVisibility() || node.closest('noscript')) continue;
    const style = getComputedStyle(node);
    const ground = behind(node);
    const ink = over(parse(node.closest('svg') ? style.fill : style.color), ground);
    const [low, high] = [light(ink), light(ground)].sort((one, other) => one - other);
    if ((high + 0.05) / (low + 0.05) < 4.5) poor.push(texts.currentNode.data.trim());
  }
  return poor;
})()"""
"""Which texts have less contrast with what lies behind them than WCAG's level AA asks for."""
