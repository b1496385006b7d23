"""An answer of one piece as bytes: the very ones that h11 would make of it, or h11 is left to judge."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import h11
import pytest
from hypercorn.utils import build_and_validate_headers, suppress_body
from hypothesis import example, given
from hypothesis import strategies as st

from service.at_once import Connection
from service.heads import date, reason, whole

NAMES = st.one_of(
    st.sampled_from(
        [b"content-length", b"transfer-encoding", b"connection", b"host", b"etag", b"content-type", b"x y", b"", b"A"]
    ),
    st.binary(max_size=6),
)
VALUES = st.one_of(
    st.sampled_from(
        [b"5", b"0", b"5, 5", b"chunked", b"close", b"-1", b"9" * 30, b"", b"a\nb", b"a\r\nb: c", b"a\x00"]
    ),
    st.sampled_from([b" a", b"a ", b"\ta", b"a\t", b"a b", b"a\tb", b" ", b"\xff"]),
    st.binary(max_size=12),
)
METHODS = st.sampled_from([b"GET", b"HEAD", b"POST"])
STATUSES = st.sampled_from([100, 200, 201, 204, 206, 304, 404, 500, 599])
LENGTH = (b"content-length", b"5")


def by_h11(method: bytes, status: int, pairs: list[tuple[bytes, bytes]], body: bytes) -> tuple[bytes, Connection]:
    """What Hypercorn and h11 write, and the connection afterwards."""
    connection = asked(method)
    headers = build_and_validate_headers(pairs)
    written = connection.send(h11.Response(status_code=status, headers=headers, reason=reason(status)))
    if body and not suppress_body(method.decode(), status):
        written = (written or b"") + (connection.send(h11.Data(data=body)) or b"")
    return (written or b"") + (connection.send(h11.EndOfMessage()) or b""), connection


def asked(method: bytes, more: bytes = b"", version: bytes = b"1.1") -> Connection:
    connection = Connection(h11.SERVER)
    connection.receive_data(b"%s / HTTP/%s\r\nhost: a\r\n%s\r\n" % (method, version, more))
    while type(connection.next_event()) is not h11.EndOfMessage:
        pass
    return connection


@given(METHODS, STATUSES, st.lists(st.tuples(NAMES, VALUES), max_size=5), st.sampled_from([b"", b"hello"]))
@example(b"GET", 200, [], b"")
@example(b"GET", 200, [LENGTH, (b"", b"a\nb")], b"hello")
@example(b"GET", 200, [LENGTH, (b"etag", b"a\nb"), (b"content-type", b"c")], b"hello")
@example(b"GET", 200, [LENGTH, LENGTH], b"hello")
@example(b"GET", 200, [LENGTH], b"hell")
@example(b"GET", 200, [(b"content-length", "٥".encode())], b"hello")
@example(b"HEAD", 200, [LENGTH], b"")
@example(b"HEAD", 200, [(b"content-length", b"x")], b"")
@example(b"GET", 204, [(b"etag", b"a")], b"")
@example(b"GET", 304, [LENGTH, (b"etag", b"a")], b"")
def test_an_answer_is_the_one_that_h11_makes(
    method: bytes, status: int, pairs: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """Where it is not left to h11, that would have taken it, written the same bytes and stood where it stands now."""
    found = whole(method, status, pairs, body)
    if found is not None:
        written, by_the_book = by_h11(method, status, pairs, body)
        assert found == written
        connection = asked(method)
        assert connection.asked == method
        connection.answers()
        connection.answered()
        assert connection.states == by_the_book.states
        for each in (connection, by_the_book):
            each.start_next_cycle()
        assert connection.states == by_the_book.states


@pytest.mark.parametrize(
    "method, status, body",
    [(b"GET", 200, b"hello"), (b"HEAD", 200, b"hello"), (b"POST", 201, b"hello"), (b"GET", 404, b"hello")],
)
def test_usual_answers_are_not_left_to_h11(method: bytes, status: int, body: bytes) -> None:
    """What the service itself answers with goes the short way."""
    pairs = [(b"content-type", b"application/json; charset=utf-8"), LENGTH, (b"x-a", b""), (b"date", date())]
    assert whole(method, status, pairs, body) is not None
    assert whole(method, 304, [(b"etag", b'"1"'), (b"date", date())], b"") is not None


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\x00b"], ids=["crlf", "lf", "cr", "nul"])
def test_no_header_ends_another(value: bytes) -> None:
    """What would begin a header of its own is h11's to refuse."""
    assert whole(b"GET", 200, [LENGTH, (b"x-b", value), (b"x-c", b"2")], b"hello") is None


@pytest.mark.parametrize(
    "more, version",
    [(b"connection: close\r\n", b"1.1"), (b"", b"1.0"), (b"connection: upgrade\r\nupgrade: a\r\n", b"1.1")],
    ids=["close", "1.0", "upgrade"],
)
def test_a_connection_that_ends_is_left_to_h11(more: bytes, version: bytes) -> None:
    """It has to say so in the answer; nor is it for anybody else to know what another protocol does."""
    assert asked(b"GET", more, version).asked is None


def test_a_request_that_is_not_whole_is_left_to_h11() -> None:
    """Where its body ends may never be known."""
    connection = Connection(h11.SERVER)
    assert connection.asked is None
    connection.receive_data(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhell")
    assert isinstance(connection.next_event(), h11.Request)
    assert connection.asked is None


def test_the_date_is_now() -> None:
    """To the second, in the form of RFC 9110, 5.6.7."""
    before = parsedate_to_datetime(date().decode())
    assert date().endswith(b" GMT")
    assert abs((parsedate_to_datetime(date().decode()) - before).total_seconds()) <= 1
