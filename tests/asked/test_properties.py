"""What holds for every text: nothing but an AskedError, equal shapes for other values, and the way there and back."""

from __future__ import annotations

from types import UnionType
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import AskedError
from service.rest.asked import read_request, write_request
from service.rest.asked.fields import Kind
from service.rest.terms import (
    AGGREGATES,
    OPERATORS,
    STAR,
    Asked,
    Condition,
    EmbedPath,
    Field,
    Filter,
    Group,
    Is,
    Logic,
    OrderTerm,
    Page,
    Read,
    SelectEmbed,
    SelectField,
    SelectItem,
    Step,
    Value,
)

RESERVED = [*sorted({kind.value for kind in Kind} - {""}), "not", "count", "inner", "left"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NAME = st.sampled_from([*RESERVED, "id", "full name", "birth-date", "a.b", "имя", '"', "\\", " "]) | TEXT.filter(bool)
STEPS = st.lists(
    st.builds(Step, TEXT | st.integers(-(2**31), 2**31 - 1), st.booleans()), max_size=2
).map(tuple)  # fmt: skip
FIELD = st.builds(Field, NAME, STEPS)
COLUMN = FIELD.filter(lambda field: field.name != "*")
MAYBE_NAME = st.none() | NAME
CAST = st.none() | st.sampled_from(["int", "text[]", "double precision", "numeric(10,2)", "public.mood", "a.sum"])
PATH = st.lists(NAME, max_size=2).map(tuple)
DEEPER = st.lists(NAME, min_size=1, max_size=2).map(tuple)
WORDS = """
    a b id eq in is not and or any all null ( ) { } [ ] " \\ . .. ... , : :: -> ->> * ! = & + % %2 %zz %00 %FF é 0 -1
    99999999999999999999 select= order= limit= offset= or= and= not.or= columns= eq. in.( is. cs.{ fts( count()
"""
PIECES = st.sampled_from([" ", *WORDS.split()])


def plain_field(field: Field, alias: str | None, cast: str | None) -> SelectField:
    return SelectField(field, alias, cast)


ITEM: st.SearchStrategy[SelectItem] = st.recursive(
    st.just(STAR)
    | st.builds(plain_field, COLUMN, MAYBE_NAME, CAST)
    | st.builds(SelectField, COLUMN, MAYBE_NAME, CAST, st.sampled_from(sorted(AGGREGATES)), CAST)
    | st.builds(SelectField, st.none(), MAYBE_NAME, st.none(), st.just("count"), CAST),
    lambda items: st.builds(
        lambda relation, items, alias, hint, inner, spread: SelectEmbed(
            relation, tuple(items), None if spread else alias, hint, inner, spread
        ),
        NAME,
        st.lists(items, max_size=3),
        MAYBE_NAME,
        MAYBE_NAME,
        st.booleans(),
        st.booleans(),
    ),
    max_leaves=5,
)
TERM = st.builds(OrderTerm, FIELD, st.none() | st.booleans(), st.none() | st.booleans(), MAYBE_NAME)
ROOT_PAGE = st.builds(Page, st.integers(0, 2**62), st.none() | st.integers(1, 2**62)) | st.just(Page(0, 0))
PAGE = st.builds(Page, st.integers(0, 2**62), st.none() | st.integers(0, 2**62))
LIST = st.lists(TEXT, max_size=3).map(tuple).filter(lambda items: items != ("",))


@st.composite
def conditions(draw: st.DrawFn, values: list[Value], depth: int = 0) -> Condition:
    """A condition whose operands are appended to `values` from left to right."""
    negated = draw(st.booleans())
    if depth < 3 and draw(st.integers(0, 3)) == 0:
        parts = [draw(conditions(values, depth + 1)) for _ in range(draw(st.integers(1, 3)))]
        return Logic(draw(st.sampled_from(["and", "or"])), tuple(parts), negated)
    field = draw(FIELD)
    operator = draw(st.sampled_from(list(OPERATORS.values())))
    if operator.group is Group.IS:
        return Filter(field, "is", None, negated, is_=draw(st.sampled_from(Is)))
    quantifier = draw(st.sampled_from([None, "any", "all"])) if operator.quantifiable else None
    language = draw(st.sampled_from([None, "english", "simple_1"])) if operator.group is Group.FULL_TEXT else None
    values.append(draw(LIST if quantifier or operator.group is Group.SET else TEXT))
    return Filter(field, operator.name, len(values) - 1, negated, quantifier, language)


@st.composite
def groups(draw: st.DrawFn, values: list[Value]) -> Logic:
    """What `having` holds."""
    return Logic("and", tuple(draw(conditions(values, 1)) for _ in range(draw(st.integers(1, 2)))))


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    """Any request the terms can express."""
    values: list[Value] = []
    where = tuple((draw(PATH), draw(conditions(values))) for _ in range(draw(st.integers(0, 3))))
    having = tuple((draw(PATH), draw(groups(values))) for _ in range(draw(st.integers(0, 2))))
    orders: dict[EmbedPath, Any] = draw(
        st.dictionaries(PATH, st.lists(TERM, min_size=1, max_size=3).map(tuple), max_size=2)
    )
    pages = draw(st.dictionaries(DEEPER, PAGE, max_size=2))
    names = st.none() | st.lists(NAME, min_size=1, max_size=3, unique=True).map(tuple)
    return Asked(
        method="GET",
        relation="films",
        profile=None,
        read=Read(tuple(draw(st.lists(ITEM, max_size=4))), where, tuple(orders.items()), having),
        values=tuple(values),
        page=draw(ROOT_PAGE),
        pages=tuple(pages.items()),
        columns=draw(names),
        on_conflict=draw(names),
    )


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(requests())
def test_a_written_request_reads_as_itself(asked: Asked) -> None:
    """Whatever the terms can express can be written as a query string that means the same."""
    again = read_request("GET", "films", write_request(asked), {})
    assert again.read == asked.read
    assert hash(again.read) == hash(asked.read)
    assert again.values == asked.values
    assert again.page == asked.page
    assert dict(again.pages) == dict(asked.pages)
    assert (again.columns, again.on_conflict) == (asked.columns, asked.on_conflict)
    assert write_request(read_request("GET", "films", write_request(again), {})) == write_request(again)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(requests(), st.data())
def test_other_values_have_the_same_shape(asked: Asked, data: st.DataObject) -> None:
    """Two requests that differ in values only have equal shapes, so that they run one statement."""
    others = tuple(data.draw(TEXT if isinstance(value, str) else LIST) for value in asked.values)
    query = write_request(asked)
    other = write_request(Asked("GET", "films", None, asked.read, others, columns=asked.columns))
    assert read_request("GET", "films", other, {}).read == read_request("GET", "films", query, {}).read
    assert hash(read_request("GET", "films", other, {}).read) == hash(asked.read)
    assert read_request("GET", "films", other, {}).values == others


@pytest.mark.parametrize("nouns", [SelectItem, Condition], ids=["select", "where"])
def test_nouns_of_one_place_are_never_equal(nouns: UnionType) -> None:
    """Where two kinds of noun may stand they differ in length: equal items would make one pass for the other."""
    lengths = [len(noun._fields) for noun in get_args(nouns)]
    assert len(set(lengths)) == len(lengths) > 1


def only_asked_errors(query: str, headers: dict[str, str]) -> None:
    """Read, and let through nothing but an AskedError; what could be read is written and read again."""
    for call in (False, True):
        try:
            asked = read_request("GET", "films", query, headers, call=call)
            written = write_request(asked)
        except AskedError:
            continue
        else:
            again = read_request("GET", "films", written, {}, call=call)
            assert (again.read, again.values, again.arguments) == (asked.read, asked.values, asked.arguments)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(
    st.lists(PIECES, max_size=25).map("".join), st.sampled_from(["", "select=", "order=", "or=", "a=", "a=eq(any)."])
)
def test_scrambled_grammar_raises_asked_errors_only(text: str, before: str) -> None:
    """Pieces of the grammar in any order are read or refused, never a crash."""
    only_asked_errors(before + text, {})


@settings(max_examples=300, deadline=None)
@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")), st.text(max_size=30))
def test_any_text_raises_asked_errors_only(query: str, header: str) -> None:
    """Any text or bytes for a query string and headers are read or refused, never a crash."""
    only_asked_errors(query, dict.fromkeys(("Range", "Range-Unit", "Prefer", "Accept", "Accept-Profile"), header))
