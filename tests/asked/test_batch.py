"""The body of a batch, read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.errors import BodyError, PathError
from service.rest.asked.batch import FAILED, Operation, read_batch
from service.rest.asked.payload_json import JsonValue, Number

ROOT = "/rest/v1/"
FIRST: dict[str, Any] = {"path": "films"}
ANSWERS: list[JsonValue] = [
    {
        "status": 201,
        "headers": {"Location": "/rest/v1/films?id=eq.5"},
        "body": [
            {"id": Number("5"), "big": Number("1.10"), "a/b~c": {"": "empty"}, "t": "ü &x", "n": None, "ok": True}
        ],
    }
]


def read(*operations: Any, most: int = 10, root: str = ROOT) -> tuple[Operation, ...]:
    return read_batch(json.dumps(operations).encode(), root, most)


@pytest.mark.parametrize(
    "path, names, query",
    [
        ("films", ("films",), ""),
        ("/films", ("films",), ""),
        ("/rest/v1/films?id=eq.5&x=?", ("films",), "id=eq.5&x=?"),
        ("rpc/add?a=1", ("rpc", "add"), "a=1"),
        ("%66ilms%2Fx", ("films/x",), ""),
        ("fi lms/", ("fi lms", ""), ""),
        ("ü?t=eq.ü", ("ü",), "t=eq.%C3%BC"),
        ("//films", ("", "films"), ""),
        ("rest/v1/films", ("rest", "v1", "films"), ""),
    ],
)
def test_paths(path: str, names: tuple[str, ...], query: str) -> None:
    """A path may begin with the root or a slash; its parts are decoded, its query string is as a client sends it."""
    (operation,) = read({"path": path})
    assert (operation.method, operation.names, operation.query) == ("GET", names, query)
    assert (operation.is_call, operation.is_known) == (names[0] == "rpc", True)


@pytest.mark.parametrize("root", ["/", "", "/a/b", "/a/b/"])
def test_roots(root: str) -> None:
    """What the root is says where the batch is sent to."""
    (operation,) = read({"path": f"{root.rstrip('/')}/films"}, root=root)
    assert operation.names == ("films",)


def test_a_table_called_rpc_is_no_function() -> None:
    """`rpc` alone is a table's name, as in a URL."""
    (operation,) = read({"method": "POST", "path": "rpc", "body": {}})
    assert not operation.is_call


def test_headers_and_bodies() -> None:
    """Headers are found whatever their case; a body is JSON again, with each number's digits; a text may be CSV."""
    body = (
        '[{"method":"POST","path":"t","headers":{"PREFER":"a"},"body":{"n":1.10,"big":12345678901234567890,"e":1E2}}]'
    )
    (operation,) = read_batch(body.encode(), ROOT, 1)
    assert operation.headers == {"Prefer": "a"}
    assert operation.payload == b'{"n":1.10,"big":12345678901234567890,"e":1E2}'
    csv, text, none = read(
        {"method": "POST", "path": "t", "headers": {"content-type": "text/csv"}, "body": "a,b\n1,2"},
        {"method": "POST", "path": "t", "body": "ü"},
        {"method": "POST", "path": "t", "body": None, "headers": None},
    )
    assert (csv.payload, text.payload, none.payload) == (b"a,b\n1,2", '"ü"'.encode(), b"")


@pytest.mark.parametrize(
    "body, mentions",
    [
        (b"", "array"),
        (b"{}", "array"),
        (b"null", "array"),
        (b"[", "JSON"),
        (b"[{}", "JSON"),
        (b"[{}]x", "JSON"),
        (b'["\xff"]', "UTF-8"),
        (b"[]", "no operation"),
        (b"[" * 300 + b"]" * 300, "deep"),
        (b'[{"path":"a","body":[1,NaN]}]', "JSON"),
        (b'[{"path":"\\ud800"}]', "surrogate"),
        (b"[1,2,3,4]", "3 operations"),
    ],
)
def test_what_is_no_batch(body: bytes, mentions: str) -> None:
    """What cannot be read as a whole is refused, and is no single operation's fault."""
    with pytest.raises(BodyError, match=mentions) as refused:
        read_batch(body, ROOT, 3)
    assert FAILED not in refused.value.headers


@pytest.mark.parametrize(
    "operation, mentions",
    [
        (1, "no object"),
        (None, "no object"),
        ([], "no object"),
        ({}, "path is"),
        ({"path": 5}, "path is"),
        ({"path": None}, "path is"),
        ({"path": "a", "url": "b"}, "'url'"),
        ({"path": "a", "method": "get"}, "method is"),
        ({"path": "a", "method": None}, "method is"),
        ({"path": "a", "method": ["GET"]}, "method is"),
        ({"path": "a", "method": "OPTIONS"}, "method is"),
        ({"path": "a", "headers": []}, "headers is"),
        ({"path": "a", "headers": {"a": 1}}, "headers is"),
        ({"path": "a", "headers": {"a": None}}, "headers is"),
        ({"path": "a", "body": {}}, "GET takes no body"),
        ({"path": "a", "method": "DELETE", "body": 1}, "DELETE takes no body"),
        ({"path": ""}, "no table"),
        ({"path": "/rest/v1/?a=1"}, "no table"),
        ({"path": "${/0/body/0/id}"}, "cannot name"),
        ({"path": "rpc/${/0/body/0/id}"}, "cannot name"),
        ({"path": "a%24%7B/0/x%7D", "method": "GET"}, None),
        ({"path": "${/0/headers/Location}x"}, "cannot name"),
        ({"path": "a?id=eq.${/1/body/0/id}"}, "comes no earlier"),
        ({"path": "a?id=eq.${/9/body/0/id}"}, "comes no earlier"),
        ({"path": "${/1/headers/Location}"}, "comes no earlier"),
        ({"path": "a?id=eq.${/x}"}, "no reference"),
        ({"path": "a?id=eq.$%7B%2Fbody%7D"}, "no reference"),
        ({"path": "a", "method": "POST", "body": {"x": [{"$ref": "/1/body"}]}}, "comes no earlier"),
        ({"path": "a", "method": "POST", "body": {"$ref": "/999999"}}, "comes no earlier"),
    ],
)
def test_what_is_no_operation(operation: Any, mentions: str | None) -> None:
    """The error says which operation it is of, in its message and in a header."""
    if mentions is None:
        assert len(read(FIRST, operation)) == 2
        return
    with pytest.raises((BodyError, PathError), match=mentions) as refused:
        read(FIRST, operation)
    assert refused.value.headers == {FAILED: "1"}
    assert refused.value.message.startswith("Operation 1")


@pytest.mark.parametrize(
    "body",
    [
        {"$ref": "#/definitions/x"},
        {"$ref": 5},
        {"$ref": "/0/body", "more": 1},
        {"$ref": "/x"},
        {"ref": "/0/body"},
        "${/0/body}",
        {"${/0/body}": 1},
    ],
)
def test_what_is_no_reference(body: Any) -> None:
    """A document that only looks like a reference is left as it is."""
    operation = read(FIRST, {"path": "a", "method": "POST", "body": body})[1]
    assert not operation.refers
    assert operation.with_answers([]) is operation


@pytest.mark.parametrize(
    "body, expected",
    [
        ({"$ref": "/0/body/0/id"}, "5"),
        ({"id": {"$ref": "/0/body/0/big"}, "more": [[{"$ref": "/0/status"}]]}, '{"id":1.10,"more":[[201]]}'),
        ({"$ref": "/0/body/0/a~1b~0c"}, '{"":"empty"}'),
        ({"$ref": "/0/body/0/a~1b~0c/"}, '"empty"'),
        ([{"$ref": "/0/body/0/n"}, {"$ref": "/0/body/0/ok"}], "[null,true]"),
        ({"l": {"$ref": "/0/headers/Location"}}, '{"l":"/rest/v1/films?id=eq.5"}'),
    ],
)
def test_references_in_bodies(body: Any, expected: str) -> None:
    """Any value of an answer can be put into a body, numbers with the digits that they have."""
    operation = read(FIRST, {"path": "a", "method": "POST", "body": body})[1].with_answers(_numbered())
    assert (operation.payload.decode(), operation.refers) == (expected, False)


@pytest.mark.parametrize(
    "path, expected",
    [
        ("a?id=eq.${/0/body/0/id}", "a?id=eq.5"),
        ("a?id=in.(${/0/body/0/id},${/0/body/0/big})", "a?id=in.(5,1.10)"),
        ("a?id=eq.$%7B%2F0%2Fbody/0/id%7D", "a?id=eq.5"),
        ("a?t=eq.${/0/body/0/t}", "a?t=eq.%C3%BC%20%26x"),
        ("a?ok=is.${/0/body/0/ok}", "a?ok=is.true"),
        ("${/0/headers/Location}", "films?id=eq.5"),
        ("${/0/headers/Location}&select=id&t=eq.${/0/body/0/id}", "films?id=eq.5&select=id&t=eq.5"),
    ],
)
def test_references_in_paths(path: str, expected: str) -> None:
    """What is put into a query string is encoded, so that it stays one value; a Location is a path."""
    operation = read(FIRST, {"path": path})[1]
    assert operation.refers
    assert operation.with_answers(_numbered(), ROOT).path == expected


@pytest.mark.parametrize(
    "pointer", ["/0/body/1", "/0/body/00000000000", "/0/body/-1", "/0/body/0/x", "/0/body/0/id/0", "/0/body/²", "/0/x"]
)
def test_nothing_there(pointer: str) -> None:
    """A reference to what is not there says what it refers to."""
    operation = read(FIRST, {"path": "a", "method": "POST", "body": {"$ref": pointer}})[1]
    with pytest.raises(BodyError, match="nothing at") as refused:
        operation.with_answers(_numbered())
    assert pointer in refused.value.message


@pytest.mark.parametrize("pointer", ["/0", "/0/body", "/0/body/0/n"])
def test_what_cannot_stand_in_a_url(pointer: str) -> None:
    """Neither null nor a document is a value of a query string."""
    operation = read(FIRST, {"path": f"a?id=eq.${{{pointer}}}"})[1]
    with pytest.raises(BodyError, match="cannot stand in a URL"):
        operation.with_answers(_numbered())


def _numbered() -> list[JsonValue]:
    first = ANSWERS[0]
    assert isinstance(first, dict)
    return [{**first, "status": Number("201")}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=5) | st.just("$ref"), each, max_size=3),
    max_leaves=12,
)
POINTERS = st.lists(st.sampled_from(["0", "1", "body", "headers", "Location", "id", "", "~1", "x"]), max_size=5).map(
    lambda parts: "/" + "/".join(parts)
)
PATHS = st.lists(
    st.sampled_from(["films", "rpc", "/", "?", "&", "%2", "%24%7B", "ü", "\ud800", "id=eq."])
    | POINTERS.map(lambda pointer: f"${{{pointer}}}")
).map("".join)
OPERATIONS = JSON | st.fixed_dictionaries(
    {"path": PATHS},
    optional={
        "method": st.sampled_from(["GET", "POST", "PATCH", "nope"]),
        "headers": st.dictionaries(st.sampled_from(["Prefer", "content-type"]), st.text(max_size=9)),
        "body": JSON | POINTERS.map(lambda pointer: {"a": {"$ref": pointer}}),
    },
)


@given(st.lists(OPERATIONS, max_size=4) | JSON)
@example([{"path": "a"}, {"path": "${/0/headers/Location}"}])
def test_any_json(given: Any) -> None:
    """Any JSON is operations, or an error that says why not; references are replaced, or there is nothing at them."""
    try:
        operations = read_batch(json.dumps(given).encode(), ROOT, 3)
        for operation in operations:
            whole = operation.with_answers(_numbered(), ROOT)
            assert not whole.refers
            assert isinstance(whole.payload, bytes)
            assert all(isinstance(name, str) for name in whole.names)
    except (BodyError, PathError):
        return
    assert 0 < len(operations) <= 3
    assert [each.number for each in operations] == list(range(len(operations)))


@given(st.binary(max_size=40).map(lambda noise: b"[" + noise))
def test_any_bytes(body: bytes) -> None:
    """Any bytes at all are refused, or read."""
    try:
        read = read_batch(body, ROOT, 3)
    except (BodyError, PathError):
        return
    assert 0 < len(read) <= 3
