"""What the database's own code says of an answer."""

from __future__ import annotations

import pytest

from service.database.postgresql.raised import raised_answer
from service.errors import PoolgateError
from service.rest.answer.answer import Answer
from service.rest.answer.errors import answer_error
from service.rest.answer.told import as_told

OWN = Answer(200, {"Content-Type": "application/json", "Vary": "Accept"}, b"[]")


@pytest.mark.parametrize("unset", [None, ""])
def test_nothing_told_changes_nothing(unset: str | None) -> None:
    """A setting that was never set is NULL, or empty once another transaction has set it."""
    assert as_told(OWN, unset, unset) == OWN


def test_headers_stand_in_the_place_of_ours() -> None:
    """Whatever the case of their names; a second one of a name stands beside the first."""
    found = as_told(OWN, None, '[{"vary": "*"}, {"Set-Cookie": "a"}, {"set-cookie": "b"}]')
    assert found.headers == {"Content-Type": "application/json", "Vary": "*", "Set-Cookie": "a"}
    assert found.again == (("set-cookie", "b"),)


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body(status: int) -> None:
    """Then there is none, nor a type of it."""
    found = as_told(OWN, str(status), None)
    assert (found.status, found.body, "Content-Type" in found.headers) == (status, b"", False)


@pytest.mark.parametrize("status", ["1", "199", "600", "20x", " 200", "٢٠٠", "2000"])
def test_what_is_no_status(status: str) -> None:
    """It is the function that is at fault."""
    with pytest.raises(PoolgateError) as caught:
        as_told(OWN, status, None)
    assert (caught.value.status, caught.value.code) == (500, "PGRST112")


@pytest.mark.parametrize(
    "headers",
    ["x", "{}", "[{}]", '["a"]', '[{"a": null}]', '[{"": "b"}]', '[{"a": "b\\nc"}]', '[{"connection": "close"}]'],
)
def test_what_are_no_headers(headers: str) -> None:
    """Nothing gets into a message that would end it early or begin another."""
    with pytest.raises(PoolgateError) as caught:
        as_told(OWN, None, headers)
    assert (caught.value.status, caught.value.code) == (500, "PGRST111")


def test_other_errors_are_what_they_are() -> None:
    """Only PT and PGRST say how a request is to be answered."""
    assert raised_answer("P0001", "no", None, None) is None


@pytest.mark.parametrize("code", ["a b", "x\r\nSet-Cookie: y", "é", ""])
def test_a_code_of_any_characters(code: str) -> None:
    """It stands in the body as it was raised, and in no header."""
    error = raised_answer("PGRST", f'{{"code": {code!a}, "message": "m"}}'.replace("'", '"'), '{"status": 400}', None)
    assert error is not None
    told = answer_error(error).headers["Proxy-Status"]
    assert told.isascii()
    assert not set("\r\n ") & set(told.removeprefix("PostgREST; "))
