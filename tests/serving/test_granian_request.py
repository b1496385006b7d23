"""One request of granian's as the application sees it, without granian."""

from __future__ import annotations

from typing import Any

import pytest

from service.granian.request import Request


class Caller:
    """granian's side of one request; notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def send(self, message: Any) -> None:
        self.sent.append(message)


def scope_of(**more: Any) -> dict[str, Any]:
    addresses = {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}
    return {"http_version": "1.1", "headers": [], **addresses, **more}


@pytest.mark.parametrize(
    "asked, given", [([], []), ([(b"transfer-encoding", b"chunked")], [(b"connection", b"close")])]
)
async def test_what_asgi_lets_be_left_out(asked: list[Any], given: list[Any]) -> None:
    """An answer's headers and a part's body have values of their own where an application gives none."""
    caller = Caller()
    request = Request(scope_of(headers=asked), caller)
    await request.send({"type": "http.response.start", "status": 200})
    await request.send({"type": "http.response.body", "more_body": True})
    await request.send({"type": "http.response.body"})
    assert caller.sent[0]["headers"] == given
    assert caller.sent[-1] == {"type": "http.response.body"}


async def test_a_broken_answer_of_a_renamed_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the connection that is broken off, whatever middleware has written into the scope, as for a proxy."""
    broken: list[Any] = []
    monkeypatch.setattr("service.granian.request.break_off", lambda *addresses: broken.append(addresses))
    request = Request(scope_of(http_version="1"), Caller())
    await request.send({"type": "http.response.start", "status": 200, "headers": []})
    request.scope["client"], request.scope["server"] = ("192.0.2.1", 0), None
    request.end()
    assert broken == [(("127.0.0.1", 1), ("127.0.0.1", 2))]
