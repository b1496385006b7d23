"""What a function is called with, read from bodies and query strings."""

from __future__ import annotations

import pytest

from service.errors import BodyError, MediaTypeError
from service.rest.asked.arguments import Arguments, Style, arguments_of_query, read_arguments

FORM = "application/x-www-form-urlencoded"


def test_a_json_object_has_the_names_of_its_keys() -> None:
    """The object itself goes on as it was sent."""
    found = read_arguments(None, b'{"a": 1, "b": [2]}')
    assert found == Arguments(Style.OBJECT, ("a", "b"), {}, True, '{"a": 1, "b": [2]}', ("json", "jsonb"), False)


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b"[]"])
def test_nothing_is_no_arguments(body: bytes) -> None:
    """An empty body calls a function that takes nothing."""
    found = read_arguments("application/json; charset=utf-8", body)
    assert (found.names, found.named) == ((), True)


def test_of_an_array_the_first_object_counts() -> None:
    """As with PostgREST; and it says so, for the statement has to take it out."""
    found = read_arguments("application/json", b' [{"a": 1}, {"b": 2}]')
    assert (found.names, found.first) == (("a",), True)


@pytest.mark.parametrize("body", [b"5", b'"text"', b"null", b"[1, 2]"])
def test_other_json_can_only_be_one_argument(body: bytes) -> None:
    """There are no names in it."""
    found = read_arguments("application/json", body)
    assert not found.named
    assert found.body.encode() == body


def test_columns_say_which_keys_count() -> None:
    """Others are passed over; one that is not there is an argument too, and is null."""
    assert read_arguments(None, b'{"a": 1, "c": 2}', ("a", "b", "a")).names == ("a", "b")


@pytest.mark.parametrize(
    "body", [b"{", b"{}x", b'{"a": NaN}', b'{"a": "\xff"}', b'{"a": "\\ud800"}', b"[" * 5000 + b"]" * 5000]
)
def test_what_is_no_json(body: bytes) -> None:
    """It is said to be none, before any function is looked for."""
    with pytest.raises(BodyError) as caught:
        read_arguments("application/json", body)
    assert caught.value.code == "PGRST102"


@pytest.mark.parametrize(
    ("kind", "body", "takes", "text"),
    [
        ("text/plain", "naïve".encode(), ("text",), "naïve"),
        ("text/plain; charset=utf-8", b"", ("text",), ""),
        ("text/xml", b"<a/>", ("xml",), "<a/>"),
        ("application/octet-stream", b"\x00\xff", ("bytea",), "\\x00ff"),
    ],
)
def test_a_raw_body_is_one_argument(kind: str, body: bytes, takes: tuple[str, ...], text: str) -> None:
    """For the one type of parameter that it fits; bytes as PostgreSQL writes them."""
    found = read_arguments(kind, body)
    assert (found.style, found.named, found.takes, found.body) == (Style.BODY, False, takes, text)


def test_a_form_has_all_values_of_a_name() -> None:
    """In their order; the function's parameter decides whether all of them count."""
    found = read_arguments(FORM, b"v=a+b&v=c%26d&x=")
    assert found == arguments_of_query([("v", "a b"), ("v", "c&d"), ("x", "")])
    assert found.texts == {"v": ("a b", "c&d"), "x": ("",)}


@pytest.mark.parametrize("body", [b"a=%zz", b"a=%ff"])
def test_a_form_that_does_not_decode(body: bytes) -> None:
    """It is the body that is wrong, not the query string."""
    with pytest.raises(BodyError):
        read_arguments(FORM, body)


@pytest.mark.parametrize("kind", ["image/png", "text/csv", "nothing"])
def test_other_types_are_not_read(kind: str) -> None:
    """415, with the types that are."""
    with pytest.raises(MediaTypeError) as caught:
        read_arguments(kind, b"x")
    assert caught.value.status == 415
