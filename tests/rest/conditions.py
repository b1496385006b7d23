"""Conditions at random over the table `mix`, and how they are written in a URL."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from truth import Json, Leaf, Tree

# What the columns hold; conditions ask for the same values, and for some that are not there.
INTEGERS = (None, 0, 1, -1, 2, 10, 2**53 + 1, 2**63 - 1, -(2**63))
REALS = (None, 0.0, 1.0, -1.5, 0.1, 0.30000000000000004, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308)
NUMERICS = tuple(None if text is None else Decimal(text) for text in (None, "0", "1.10", "-2.5", "100", "0.1"))
BOOLEANS = (None, True, False)
TEXTS = (
    None, "", "a", "A", "ab", "a%b", "a_b", "a*b", "é", "😀", 'b"c', "x,y", "(z)", "back\\slash", "null", "NULL",
    "[x]", "a?b", "10", "9", "{", "a.b", " lead", "it's", "line\nfeed", "a-z", "^", "a]b", "and(",
)  # fmt: skip
DOCUMENTS = (
    None, "null", "5", "true", '"str"', "[]", "[3,4]", '{"k":1,"s":"x","l":[1,null,"z"]}', '{"k":1.0,"s":"y"}',
    '{"k":null,"s":null}', '{"k":"1","l":["a"]}', '{"k":true}', '{"k":-2.5,"l":[]}', '{"s":"a\\"b","k":"x"}',
    '{"k":"","s":""}', '{"k":{"b":2,"a":1}}', '{"k":100}', '{"k":[1,{"z":null}]}',
)  # fmt: skip
HELD = {"i": INTEGERS, "r": REALS, "n": NUMERICS, "b": BOOLEANS, "t": TEXTS, "j": DOCUMENTS}
ROWS = 30

_SCALARS = ("null", "1", "1.0", "1e0", "true", "false", '"1"', '"x"', '"y"', "-2.5", "0", "100", '""')
_CONTAINERS = ('{"a": 1, "b": 2.0}', '{"b":2,"a":1}', '[1, {"z": null}]', "[3,4]", "[]", "{}")
_PATTERNS = (
    "*",
    "a*",
    "*b",
    "a_b",
    "A%",
    r"a\%b",
    r"*\\*",
    "*[*",
    "?",
    "a?b",
    "*]*",
    "é",
    "_",
    "__",
    "",
    "*\n*",
    "x,y",
)
_EXPRESSIONS = ("a", "^a", "b$", "a.b", "[xy]", "a|é", "", r"\.", "^$", "^.$", '"', r"\(z\)", "l.*s")
_COMPARISONS = ("eq", "neq", "gt", "gte", "lt", "lte")
_QUANTIFIABLE = ("eq", "gt", "gte", "lt", "lte")


def text_of(given: Any) -> str:
    """A value as a URL has it."""
    if isinstance(given, bool):
        return str(given).lower()
    return repr(given) if isinstance(given, float) else str(given)


def parsed(text: str) -> Json:
    return Json(json.loads(text, parse_float=Decimal))


def operands(column: str) -> st.SearchStrategy[tuple[Any, str]]:
    """A Python value and its text, of the column's type."""
    if column == "j":
        return st.sampled_from([(parsed(text), text) for text in _SCALARS + _CONTAINERS])
    if column in ("j->k", "j->l->0", "j->l->-1"):
        return st.sampled_from([(parsed(text), text) for text in _SCALARS])
    name = "t" if "->>" in column else column
    return st.sampled_from([(held, text_of(held)) for held in HELD[name] if held is not None])


def leaves() -> st.SearchStrategy[Leaf]:
    columns = st.sampled_from(["i", "r", "n", "b", "t", "j", "j->k", "j->l->0", "j->l->-1", "j->>s", "j->l->>2"])
    return columns.flatmap(_leaf)


@st.composite
def _leaf(draw: st.DrawFn, column: str) -> Leaf:
    kinds = ["compare", "in", "is", "quantified"] + ["pattern", "pattern"] * (column in ("t", "j->>s"))
    negated, kind = draw(st.booleans()), draw(st.sampled_from(kinds))
    if kind == "is":
        word = draw(st.sampled_from(["null", "not_null", "true", "false", "unknown"][: 5 if column == "b" else 2]))
        return Leaf(column, "is", word, word, negated)
    if kind == "pattern":
        name = draw(st.sampled_from(["like", "ilike", "match", "imatch"]))
        one = st.sampled_from(_PATTERNS if name.endswith("like") else _EXPRESSIONS).map(lambda text: (text, text))
        names = (name,)
    else:
        one = operands(column)
        # Of documents only whether they are equal is the same everywhere: SQLite orders arrays and objects by text.
        names = ("eq",) if column == "j" else _QUANTIFIABLE if kind == "quantified" else (*_COMPARISONS, "isdistinct")
    if kind == "in" or kind == "quantified" or (kind == "pattern" and draw(st.booleans())):
        quantifier = None if kind == "in" else draw(st.sampled_from(["any", "all"]))
        several = draw(st.lists(one, min_size=0, max_size=3))
        if kind == "in" and [text for _, text in several] == [""]:
            several = []  # how the dialect reads in.("")
        name = "in" if kind == "in" else draw(st.sampled_from(names))
        return Leaf(column, name, [v for v, _ in several], [text for _, text in several], negated, quantifier)
    value, text = draw(one)
    return Leaf(column, draw(st.sampled_from(names)), value, text, negated)


def conditions() -> st.SearchStrategy[Leaf | Tree]:
    return st.recursive(
        leaves(),
        lambda inner: st.builds(
            Tree, st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3).map(tuple), st.booleans()
        ),
        max_leaves=6,
    )


def parameter(condition: Leaf | Tree) -> str:
    """The condition as one parameter of a query string."""
    if isinstance(condition, Tree):
        return f"{'not.' * condition.negated}{condition.operator}={quote(_listed(condition))}"
    return f"{quote(condition.column)}={quote(_operation(condition, nested=False))}"


def _listed(tree: Tree) -> str:
    return f"({','.join(_nested(each) for each in tree.conditions)})"


def _nested(condition: Leaf | Tree) -> str:
    if isinstance(condition, Tree):
        return f"{'not.' * condition.negated}{condition.operator}{_listed(condition)}"
    return f"{condition.column}.{_operation(condition, nested=True)}"


def _operation(leaf: Leaf, *, nested: bool) -> str:
    name = f"{'not.' * leaf.negated}{leaf.operator}"
    if leaf.operator == "is":
        return f"{name}.{leaf.texts}"
    if leaf.operator == "in":
        return f"{name}.({','.join(map(_quoted, leaf.texts))})"
    if leaf.quantifier:
        array = f"{{{','.join(map(_quoted, leaf.texts))}}}"
        return f"{name}({leaf.quantifier}).{_quoted(array) if nested else array}"
    return f"{name}.{_quoted(leaf.texts) if nested else leaf.texts}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def script(types: dict[str, str]) -> str:
    """The table `mix`, each column going through its values at a step of its own so that they meet in many ways."""
    columns = ", ".join(f"{name} {types[name]}" for name in HELD)
    steps = dict(zip(HELD, (1, 2, 5, 1, 7, 11), strict=True))
    rows = (
        ", ".join(_literal(held[(number * steps[name]) % len(held)]) for name, held in HELD.items())
        for number in range(ROWS)
    )
    values = ",\n".join(f"({number}, {row})" for number, row in enumerate(rows))
    return f"create table mix (id integer primary key, {columns});\ninsert into mix values {values};"


def _literal(held: Any) -> str:
    if held is None:
        return "null"
    if isinstance(held, str):
        return "'" + held.replace("'", "''") + "'"
    return text_of(held)
