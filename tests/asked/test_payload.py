"""The body of a write, read: JSON, CSV and forms; what each is, and what is refused, and where."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from service.errors import AskedError, BodyError, MediaTypeError
from service.rest.asked.payload import Payload, objects, read_payload
from service.rest.asked.payload_json import DEPTH, Number, write_json

JSON = "application/json"
CSV = "text/csv"
FORM = "application/x-www-form-urlencoded"


def rows(payload: Payload) -> list[dict[str, Any]]:
    return list(objects(payload))


def refused(content_type: str | None, body: bytes | str, columns: tuple[str, ...] | None = None) -> AskedError:
    with pytest.raises(AskedError) as caught:
        read_payload(content_type, body if isinstance(body, bytes) else body.encode(), columns)
    return caught.value


READ = [
    # body, columns, count, whether an array, objects
    ('{"a":1,"b":"x"}', ("a", "b"), 1, False, [{"a": "1", "b": "x"}]),
    (' \t\r\n{"a":1}\n ', ("a",), 1, False, [{"a": "1"}]),
    ('[{"a":1},{"a":null}]', ("a",), 2, True, [{"a": "1"}, {"a": None}]),
    (' [ {"a" : true } , {"a":false} ] ', ("a",), 2, True, [{"a": True}, {"a": False}]),
    ('[{"b":1,"a":2},{"a":3,"b":4}]', ("b", "a"), 2, True, [{"b": "1", "a": "2"}, {"a": "3", "b": "4"}]),
    ("[]", (), 0, True, []),
    ("[ \n ]", (), 0, True, []),
    ("{}", (), 1, False, [{}]),
    ("[{},{}]", (), 2, True, [{}, {}]),
    ('{"":1}', ("",), 1, False, [{"": "1"}]),
    ('{"a":{"b":1,"b":2}}', ("a",), 1, False, [{"a": {"b": "2"}}]),
    ('{"a":{"b":[1,{"c":null}]}}', ("a",), 1, False, [{"a": {"b": ["1", {"c": None}]}}]),
    ('{"имя":"слон 🐘"}', ("имя",), 1, False, [{"имя": "слон 🐘"}]),
    (r'{"a":"\ud83d\ude00\u00e9\n\/"}', ("a",), 1, False, [{"a": "😀é\n/"}]),
    (r'{"a":"\\ud83d"}', ("a",), 1, False, [{"a": r"\ud83d"}]),
    (r'{"a":"\\\ud83d\ude00"}', ("a",), 1, False, [{"a": "\\😀"}]),
    (r'{"a":"\u0000"}', ("a",), 1, False, [{"a": "\0"}]),
    ('{"a":-0}', ("a",), 1, False, [{"a": "-0"}]),
    ('{"a":1.10E+400}', ("a",), 1, False, [{"a": "1.10E+400"}]),
    ('{"a":' + "9" * 5_000 + "}", ("a",), 1, False, [{"a": "9" * 5_000}]),
    ("\ufeff[{}]", (), 1, True, [{}]),
]


@pytest.mark.parametrize("body, columns, count, is_array, found", READ, ids=[case[0][:30] for case in READ])
def test_json_is_read(body: str, columns: tuple[str, ...], count: int, is_array: bool, found: list[Any]) -> None:
    """An object or an array of objects is handed on as it stood, and says what is in it."""
    payload = read_payload(None, body.encode())
    assert payload == Payload(body.removeprefix("\ufeff"), columns, count, is_array, textual=False)
    assert rows(payload) == found


def test_numbers_keep_their_digits() -> None:
    """A number is told from a text, and no digit of it is lost; a document is written back as it was."""
    text = '{"a":1.2300,"b":"1.2300","c":{"d":[12345678901234567890.10,"x\\"\\n",true,false,null,{}]}}'
    (row,) = rows(read_payload(JSON, text.encode()))
    assert (type(row["a"]), type(row["b"])) == (Number, str)
    assert write_json(row) == text


KINDS = [
    None,
    "",
    " ",
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json; q=1",
    "application/vnd.pgrst.object+json",
    "application/merge-patch+json",
    " application/json ",
]


@pytest.mark.parametrize("kind", KINDS)
def test_json_has_many_names(kind: str | None) -> None:
    """A body without a type, and one of any JSON type, is JSON."""
    assert rows(read_payload(kind, b'{"a":1}')) == [{"a": "1"}]


UNREAD = [
    "text/plain",
    "application/xml",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "json",
    "*/*",
    "text/csv-schema",
    "application/jsonx",
    "application/json; charset=latin1",
    "text/csv; header=present; charset=utf-16",
    "application/x-www-form-urlencoded;charset=cp1251",
    "a/b c",
    "\0",
    "x" * 10_000,
]


@pytest.mark.parametrize("kind", UNREAD, ids=[kind[:30] for kind in UNREAD])
def test_other_types_are_not_read(kind: str) -> None:
    """A type that is not read, or not in UTF-8, is 415 and says what to send."""
    error = refused(kind, b'{"a":1}')
    assert (type(error), error.status, error.code) == (MediaTypeError, 415, "PGRST107")
    assert error.hint
    assert error.hint.startswith("Send ")
    assert len(error.message) < 200


BROKEN = [
    ("", "empty", None),
    (" \n\t", "empty", None),
    ("\ufeff", "empty", None),
    ("}{ x = 2", "JSON", "line 1, column 1: expecting value"),
    ("{", "JSON", "line 1, column 2: expecting property name"),
    ("[", "JSON", "line 1, column 2: expecting value"),
    ("[,", "JSON", "line 1, column 2: expecting value"),
    ('[{"a":1},\n {"a":x}]', "JSON", "line 2, column 7: expecting value"),
    ('[{"a":1},]', "JSON", "line 1, column 10: expecting value"),
    ('[{"a":1}\n{"a":1}]', "JSON", 'line 2, column 1: expected "," or "]"'),
    ('[{"a":1}', "JSON", 'line 1, column 9: expected "," or "]"'),
    ('{"a":1} {"a":2}', "JSON", "line 1, column 9: expected the end"),
    ("[{}] ]", "JSON", "line 1, column 6: expected the end"),
    ('{"a":"x', "JSON", "line 1, column 6: unterminated string"),
    ('{"a":"x\ny"}', "JSON", "line 1, column 8: invalid control character"),
    ('{"a":01}', "JSON", "line 1, column 7: expecting ',' delimiter"),
    ("{'a':1}", "JSON", "line 1, column 2: expecting property name"),
    ('{"a":1,}', "JSON", "line 1, column "),
    ('{"a":\v1}', "JSON", "line 1, column 6: expecting value"),
    ('{"a":"\\x"}', "JSON", "line 1, column 7: invalid \\escape"),
    ('{"a":NaN}', "JSON", "line 1, column 6: JSON knows no NaN"),
    ('{"NaN":1,\n"b\\"NaN":[1,-Infinity]}', "JSON", "line 2, column 13: JSON knows no -Infinity"),
    ("Infinity", "JSON", "line 1, column 1: JSON knows no Infinity"),
    ('{"a":1,"a":2}', "key twice", "'a'"),
    ('[{"a":1},{"\\u0061":1,"a":2}]', "key twice", "'a'"),
    ("1", "neither", "it is a single value"),
    ("null", "neither", "it is a single value"),
    ('"x"', "neither", "it is a single value"),
    ("[1]", "neither", "row 1 is no object"),
    ('[{"a":1},null]', "neither", "row 2 is no object"),
    ("[{},[{}]]", "neither", "row 2 is no object"),
    ('[{"a":1},{}]', "same keys", 'row 2 lacks "a"'),
    ('[{"a":1},{"a":1},{"a":1,"b":2}]', "same keys", 'only row 3 has "b"'),
    ('[{},{"":2}]', "same keys", 'only row 2 has ""'),
    (r'[{"\ud83d":1},{}]', "same keys", 'row 2 lacks "?"'),
    ('[{"' + "k" * 9_999 + '":1},{}]', "same keys", 'row 2 lacks "kkk'),
    (r'{"a":"\ud83d"}', "surrogate", r"line 1, column 7: ud83d stands"),
    (r'[{"a":"\ud83d\ude00"},' + "\n" + r'{"a":["\\\uDE00"]}]', "surrogate", "line 2, column 10: uDE00 stands"),
    (r'{"a":"\ud83d\ud83d\ude00"}', "surrogate", "line 1, column 7"),
    (r'{"\udfff":1}', "surrogate", "line 1, column 3"),
]


@pytest.mark.parametrize("body, message, details", BROKEN, ids=[case[0][:30] for case in BROKEN])
def test_what_is_no_json_of_rows_is_refused(body: str, message: str, details: str | None) -> None:
    """A body that cannot be used is 400 PGRST102, and says what is wrong and where."""
    error = refused(JSON, body)
    assert (type(error), error.status, error.code) == (BodyError, 400, "PGRST102")
    assert message in error.message
    assert str(error.details or "").startswith(details or "")
    assert (error.details is None) == (details is None)
    assert len(str(error.details)) < 200


NOT_UTF_8 = [b"\xff", b'{"a":"\xe9"}', b'{"a":"\xed\xa0\x80"}', '{"a":1}'.encode("utf-16"), b'{"a":"\xc0\x80"}']


@pytest.mark.parametrize("body", NOT_UTF_8)
@pytest.mark.parametrize("kind", [JSON, CSV])
def test_what_is_not_utf_8_is_refused(kind: str, body: bytes) -> None:
    """Bytes that are not UTF-8 are the client's error, and say where."""
    error = refused(kind, body)
    assert (type(error), error.message) == (BodyError, "The body is not UTF-8.")
    assert str(error.details).startswith("byte ")


def nested(levels: int, opens: str = "[", closes: str = "]") -> str:
    return '[{"a":' + opens * (levels - 2) + closes * (levels - 2) + "}]"


def test_depth_has_a_bound() -> None:
    """A document as deep as is allowed is read and written again; a deeper one is refused, however deep it is."""
    text = nested(DEPTH + 1)
    (row,) = rows(read_payload(JSON, text.encode()))
    assert f"[{write_json(row)}]" == text
    deep = [
        nested(DEPTH + 2),
        nested(100_000),
        "[" * 100_000,
        "[" + '{"a":' * 100_000,
        '{"a":' * DEPTH + "{}" + "}" * DEPTH,
        '[{"a":1,"b":[1,{"c":' + "[" * DEPTH + "]" * DEPTH + "}]}]",
    ]
    for body in deep:
        error = refused(JSON, body)
        assert (type(error), error.message) == (BodyError, "The body nests too deep.")


NAMED = [
    ('[{"a":1},{"b":2}]', ("a", "b"), ("a", "b"), 2),
    ('[{"a":1,"c":3},{"b":2}]', ("b",), ("b",), 2),
    ('{"a":1,"c":3}', ("b", "a", "b"), ("b", "a"), 1),
    ("[]", ("a",), ("a",), 0),
    ("{}", ("a",), ("a",), 1),
    ('{"a":1}', (), (), 1),
]


@pytest.mark.parametrize("body, named, columns, count", NAMED)
def test_named_columns_count(body: str, named: tuple[str, ...], columns: tuple[str, ...], count: int) -> None:
    """Where the request names the columns, keys may differ, and the named ones are what is written."""
    payload = read_payload(JSON, body.encode(), named)
    assert (payload.columns, payload.count) == (columns, count)


@pytest.mark.parametrize("body", ["", "[", "1", "[1]", '{"a":NaN}', r'{"a":"\ud83d"}', "[" * 10_000])
def test_named_columns_excuse_nothing_else(body: str) -> None:
    """Where the request names the columns, the body still has to be objects of JSON."""
    assert refused(JSON, body, ("a",)).code == "PGRST102"


CSV_READ = [
    ("a,b\n1,hi\n2,bye\n", [{"a": "1", "b": "hi"}, {"a": "2", "b": "bye"}]),
    ("a,b\r\n1,hi\r\n2,bye", [{"a": "1", "b": "hi"}, {"a": "2", "b": "bye"}]),
    ("a,b\n1,hi\r\n2,bye\r\n", [{"a": "1", "b": "hi"}, {"a": "2", "b": "bye"}]),
    ("a,b\nNULL,\n,NULL", [{"a": None, "b": ""}, {"a": "", "b": None}]),
    ('a,b\n"NULL",""\nnull,NULL ', [{"a": "NULL", "b": ""}, {"a": "null", "b": "NULL "}]),
    ('a,b\nNULL,"x"', [{"a": None, "b": "x"}]),
    ('a\n"x,y"\n"x ""y"""\n"x\ny"\n"x\r\ny"\n""', [{"a": v} for v in ("x,y", 'x "y"', "x\ny", "x\r\ny", "")]),
    ("a\n\n1\n\r\n2\n\n", [{"a": "1"}, {"a": "2"}]),
    ("a,b\n , x \n", [{"a": " ", "b": " x "}]),
    ("a,b", []),
    ("a,b\n", []),
    ('"a,b","c""d"\n1,2', [{"a,b": "1", 'c"d': "2"}]),
    ("100%,%s\n1%,%d", [{"100%": "1%", "%s": "%d"}]),
    ("NULL\n1", [{"NULL": "1"}]),
    ("\ufeffa\n1", [{"a": "1"}]),
    ("имя\nслон 🐘\t\x01\\", [{"имя": "слон 🐘\t\x01\\"}]),
    ("a\n\u2028\x0b\x85", [{"a": "\u2028\x0b\x85"}]),
    ("\na\n1", [{"a": "1"}]),
    ("a\n{}\n[1]\n1.0", [{"a": "{}"}, {"a": "[1]"}, {"a": "1.0"}]),
]


@pytest.mark.parametrize("body, found", CSV_READ, ids=[case[0][:20] for case in CSV_READ])
def test_csv_is_read(body: str, found: list[dict[str, str | None]]) -> None:
    """The first line names the columns; every other is an object of texts and nulls."""
    payload = read_payload("text/csv; charset=utf-8", body.encode())
    assert (rows(payload), json.loads(payload.text)) == (found, found)
    assert (payload.count, payload.is_array, payload.textual) == (len(found), True, True)
    assert not found or payload.columns == tuple(found[0])


CSV_BROKEN = [
    ("", "empty", None),
    ("\n\r\n", "empty", None),
    ("a,b\n1,2\n1", "as many fields", "line 3 has 1, expected 2"),
    ("a,b\n1,2,3\n", "as many fields", "line 2 has 3, expected 2"),
    ('a,b\n"x\ny",1\n\n1,2,', "as many fields", "line 5 has 3, expected 2"),
    ('a,b\n1,"x', "not valid CSV", "line 2: field 2 "),
    ('a,b\n1,"x\n2,y\n', "not valid CSV", "line 2: field 2 "),
    ('a,b\n1,x"y"\n', "not valid CSV", "line 2: field 2 "),
    ('a,b\n"x"y,1\n', "not valid CSV", "line 2: field 1 "),
    ("a,b\r1,2\r", "not valid CSV", "line 1: field 2 "),
    ("a,b,a\n1,2,3", "twice", '"a"'),
]


@pytest.mark.parametrize("body, message, details", CSV_BROKEN, ids=[case[0][:20] for case in CSV_BROKEN])
def test_broken_csv_is_refused(body: str, message: str, details: str | None) -> None:
    """A line that does not fit the first one, or whose quotes do not, is 400 PGRST102 and is named."""
    error = refused(CSV, body)
    assert (type(error), error.code) == (BodyError, "PGRST102")
    assert message in error.message
    assert str(error.details or "").startswith(details or "")


def test_csv_with_named_columns() -> None:
    """The columns that the request names are the ones of CSV and forms too."""
    assert read_payload(CSV, b"a,b\n1,2", ("b",)).columns == ("b",)
    assert read_payload(FORM, b"a=1&b=2", ("b", "c")).columns == ("b", "c")


FORMS = [
    ("a=1&b=x", {"a": "1", "b": "x"}),
    ("a=x+y%2Bz&b=%D0%BA%26", {"a": "x y+z", "b": "к&"}),
    ("a=&b", {"a": "", "b": ""}),
    ("a=1&a=2", {"a": "2"}),
    ("a=NULL&b=null", {"a": "NULL", "b": "null"}),
    ("a=x=y", {"a": "x=y"}),
    ('a=%22%5C%0A"', {"a": '"\\\n"'}),
    ("", {}),
    ("&&", {}),
    ("к=🐘", {"к": "🐘"}),
    ("=1", {"": "1"}),
]


@pytest.mark.parametrize("body, found", FORMS)
def test_forms_are_read(body: str, found: dict[str, str]) -> None:
    """A form is one object of texts; a name's last value counts."""
    payload = read_payload(FORM, body.encode())
    assert (rows(payload), payload.columns) == ([found], tuple(found))
    assert (payload.count, payload.is_array, payload.textual) == (1, False, True)


@pytest.mark.parametrize("body", [b"a=%", b"a=%f", b"a=%zz", b"a=%FF", b"%FF=a", b"a=\xff", b"a=%ED%A0%80"])
def test_broken_forms_are_refused(body: bytes) -> None:
    """Broken percent signs and bytes that are not UTF-8 are the client's error."""
    error = refused(FORM, body)
    assert (type(error), error.code) == (BodyError, "PGRST102")
    assert error.message.startswith("The form is not ")


def peak_of(content_type: str, body: bytes) -> tuple[Payload, int, int]:
    """The payload, and the most memory in bytes that reading it took, and then going through its objects."""
    tracemalloc.start()
    try:
        payload = read_payload(content_type, body)
        read = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        held = tracemalloc.get_traced_memory()[0]
        assert sum(1 for _ in objects(payload)) == payload.count
        return payload, read, tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_many_rows_cost_little_more_than_their_text() -> None:
    """No more than a row or two is ever in memory beside the text, however many there are."""
    lines = [(str(at), f"name {at}", "x" * 40) for at in range(20_000)]
    body = json.dumps([dict(zip(("id", "name", "note"), line, strict=True)) for line in lines]).encode()
    payload, read, walked = peak_of(JSON, body)
    assert payload.count == 20_000
    assert read < len(body) + 50_000
    assert walked < 50_000
    table = ("id,name,note\n" + "".join(",".join(line) + "\n" for line in lines)).encode()
    payload, read, walked = peak_of(CSV, table)
    assert payload.count == 20_000
    assert read < 2 * len(table) + 2.5 * len(payload.text)
    assert walked < 50_000
