"""An answer's headers in h11's form: the very ones that h11 would make of them, or h11 is left to judge."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import h11
import pytest
from h11._headers import normalize_and_validate
from hypothesis import example, given
from hypothesis import strategies as st

from service.heads import date, h11_headers

NAMES = st.one_of(
    st.sampled_from(
        [b"content-length", b"transfer-encoding", b"connection", b"host", b"etag", b"content-type", b"x y", b""]
    ),
    st.binary(max_size=6),
)
VALUES = st.one_of(
    st.sampled_from([b"12", b"12, 12", b"chunked", b"close", b"-1", b"9" * 30, b"", b"a\nb", b"a\r\nb: c", b"a\x00"]),
    st.binary(max_size=12),
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=5))
@example([])
@example([(b"", b"a\nb")])
@example([(b"etag", b"a\nb"), (b"content-type", b"c")])
@example([(b"content-length", b"1"), (b"content-length", b"1")])
@example([(b"content-length", "٣".encode())])
def test_headers_are_those_that_h11_makes(pairs: list[tuple[bytes, bytes]]) -> None:
    """Where they are not left to h11, it would have taken them, and as they are."""
    stripped = [(name.lower().strip(), value.strip()) for name, value in pairs]
    found = h11_headers(stripped)
    if found is not None:
        made = normalize_and_validate(stripped, _parsed=False)
        assert found._full_items == made._full_items
        assert found == h11.Response(status_code=200, headers=stripped).headers


def test_usual_headers_are_not_left_to_h11() -> None:
    """What the service itself answers with goes the short way."""
    pairs = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", b"230"), (b"date", date())]
    assert h11_headers(pairs) is not None


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\x00b"], ids=["crlf", "lf", "cr", "nul"])
def test_no_header_ends_another(value: bytes) -> None:
    """What would begin a header of its own is h11's to refuse."""
    assert h11_headers([(b"x-a", b"1"), (b"x-b", value), (b"x-c", b"2")]) is None


def test_the_date_is_now() -> None:
    """To the second, in the form of RFC 9110, 5.6.7."""
    before = parsedate_to_datetime(date().decode())
    assert date().endswith(b" GMT")
    assert abs((parsedate_to_datetime(date().decode()) - before).total_seconds()) <= 1
