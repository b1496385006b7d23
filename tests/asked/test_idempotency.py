"""`Idempotency-Key` as it is read, and what tells two requests apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import IdempotencyKeyError
from service.rest.asked.idempotency import fingerprint, read_idempotency_key

KEYS = [
    ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"),
    ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
    (' "a b" ', "a b"),
    (r'"a\"b\\c"', r'a"b\c'),
    ('"a";v=1; w="x;y";z', "a"),
    ("YWJj+/==", "YWJj+/=="),
    ('"' + "k" * 255 + '"', "k" * 255),
    ('"' + r"\"" * 255 + '"', '"' * 255),
    ("k" * 255, "k" * 255),
]
WRONG = [
    *("", '""', " ", '"', '"a', 'a"', '"a" "b"', '"a","b"', "a,b", "a b", "a;b=1", '"a";', '"a";B=1', "\\"),
    *('"é"', "é", '"a\tb"', '"a\x7fb"', r'"\a"', "k" * 256, '"' + "k" * 256 + '"', "k" * 100_000, '"' + "\\" * 5000),
]


@pytest.mark.parametrize("header, key", KEYS)
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_keys_are_read(method: str, header: str, key: str) -> None:
    """A structured string is taken, its parameters are not; so is the same without quotes."""
    assert read_idempotency_key(method, header) == key


@pytest.mark.parametrize("header", WRONG)
def test_what_is_no_key(header: str) -> None:
    """Anything else is a 400 that says what is expected."""
    with pytest.raises(IdempotencyKeyError) as caught:
        read_idempotency_key("POST", header)
    assert (caught.value.status, caught.value.code) == (400, "PGATE400")
    assert caught.value.details


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reads_have_no_key(method: str) -> None:
    """On reads the header says nothing, whatever stands in it."""
    assert read_idempotency_key(method, '"') is None
    assert read_idempotency_key("POST", None) is None


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=255))
def test_every_string_is_read_back(key: str) -> None:
    """What is written as a structured string is that string again."""
    written = key.replace("\\", r"\\").replace('"', r"\"")
    assert read_idempotency_key("POST", f'"{written}"') == key


@given(st.text(max_size=300))
def test_nothing_else_happens(header: str) -> None:
    """Of any text comes a key of 1 to 255 characters, or that error."""
    try:
        key = read_idempotency_key("POST", header)
    except IdempotencyKeyError:
        return
    assert key is not None
    assert 1 <= len(key) <= 255
    assert key.isascii()


def test_fingerprints_differ() -> None:
    """Another body is another request, and so is one header's text moved to the next, or to the body."""
    asked = [
        fingerprint({}, b""),
        fingerprint({}, b"{}"),
        fingerprint({"Prefer": "return=minimal"}, b"{}"),
        fingerprint({"Accept": "return=minimal"}, b"{}"),
        fingerprint({"Content-Type": "text/csv"}, b"{}"),
        fingerprint({"Content-Profile": "a"}, b"{}"),
        fingerprint({"Accept": "ab"}, b"{}"),
        fingerprint({"Accept": "a", "Accept-Profile": "b"}, b"{}"),
    ]
    assert len(set(asked)) == len(asked)
    assert fingerprint({"Prefer": "return=minimal", "User-Agent": "b"}, b"{}") == asked[2]
