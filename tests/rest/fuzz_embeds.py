"""Requests at random with embeds, spreads, aggregates and groups in them: most can be done, some cannot."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fuzz import INJECTIONS
from hypothesis import strategies as st

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "odd": ("id", "body", "real", "flag", "doc", "num", "any", "day", "at", "data", "doc->a", "doc->>a", "doc->l->0"),
    "link": ("id", "odd_id", "body", "doc", "real", "num", "link_id", "doc->a", "doc->>a", "doc->0", "doc->-1"),
    "many_odd": ("odd_id", "link_id", "select"),
}
_WAYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "odd": (("link!odd_id", "link"), ("many_odd", "many_odd"), ("link!many_odd", "link")),
    "link": (
        ("odd!odd_id", "odd"), ("odd_id", "odd"), ("link_odd_id_fkey", "odd"), ("link_id", "link"),
        ("link!link_id", "link"), ("many_odd", "many_odd"), ("odd!many_odd", "odd"),
    ),
    "many_odd": (("odd", "odd"), ("link!link_id", "link"), ("odd_id", "odd")),
}  # fmt: skip
TABLES = tuple(_WAYS)
_JUNK = ("nothing", "*", "count", "k0", "v0", "_row", "p1", "rowid", "link", "odd", "body->a", "id->>0", "having")
_CASTS = ("::text", "::text", "::int", "::json", "::numeric", "::nothing", "::date", "::bool", "::unknown")
_AGGREGATES = ("sum", "avg", "min", "max", "count")
_CONDITIONS = (
    "eq.1", "gt.0", "is.null", "not.is.null", "is.not_null", "is.true", "in.(1,2)", "like.*a*", "eq.NaN", "lt.x", "eq.",
    "match.a", "fts.a", "cs.{1}", "eq(any).{1,2}", "isdistinct.1", "not.in.()", "not.gte.-1",
)  # fmt: skip
_DIRECTIONS = ("", ".desc", ".nullsfirst", ".asc.nullslast")
_ODD_KEYS = ("x", "id", "link", "%(p)s", "a,b", 'q"', "_row", "c0", *INJECTIONS[:8])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _rarely(draw: st.DrawFn, once_in: int) -> bool:
    return draw(st.integers(1, once_in)) == 1


def _column(draw: st.DrawFn, table: str) -> str:
    return draw(st.sampled_from(_JUNK if _rarely(draw, 25) else _COLUMNS[table]))


def _leaf(draw: st.DrawFn, table: str, keys: list[str]) -> str:
    """A column or an aggregate; `keys` are told of what the latter is called."""
    if _rarely(draw, 8):
        return "*"
    cast = draw(st.sampled_from(_CASTS)) if _rarely(draw, 8) else ""
    if not _rarely(draw, 4):
        alias = f"{_quoted(draw(st.sampled_from(_ODD_KEYS)))}:" if _rarely(draw, 5) else ""
        return f"{alias}{_column(draw, table)}{cast}"
    keys.append(f"n{len(keys)}")
    function = draw(st.sampled_from(_AGGREGATES))
    column = "" if function == "count" and draw(st.booleans()) else f"{_column(draw, table)}{cast}."
    return f"{keys[-1]}:{column}{function}()"


def _node(draw: st.DrawFn, table: str, path: str, depth: int, found: list[str]) -> str:
    """The items of one embed; the parameters about it are added to `found`."""
    keys: list[str] = []
    embeds: list[str] = []
    items = [_leaf(draw, table, keys) for _ in range(draw(st.integers(0, 3)))]
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        way, to = draw(st.sampled_from(_WAYS[table]))
        is_spread = draw(st.booleans())
        name = way.partition("!")[0] if is_spread else f"e{len(embeds)}"
        embeds.append(name)
        junk = draw(st.sampled_from(["!nothing", f"!{_quoted(INJECTIONS[0])}"])) if _rarely(draw, 40) else ""
        inside = _node(draw, to, f"{path}{name}.", depth - 1, found)
        start = "..." if is_spread else f"{name}:"
        items.append(f"{start}{way}{junk}{draw(st.sampled_from(['', '', '!inner', '!left']))}({inside})")
    found += [_parameter(draw, table, path, keys, embeds) for _ in range(draw(st.integers(0, 2)))]
    return ",".join(draw(st.permutations(items)))


def _parameter(draw: st.DrawFn, table: str, path: str, keys: list[str], embeds: list[str]) -> str:
    kind = draw(st.sampled_from(["filter", "order", "page", "tree", "having", "order", "embed", "related"]))
    condition, direction = draw(st.sampled_from(_CONDITIONS)), draw(st.sampled_from(_DIRECTIONS))
    column = _column(draw, table)
    if kind == "order":
        return f"{path}order={draw(st.sampled_from([column, *keys]))}{direction}"
    if kind == "page":
        return f"{path}{draw(st.sampled_from(['limit', 'offset']))}={draw(st.sampled_from(['0', '1', '9' * 19, 'x']))}"
    if kind == "having" and keys:
        return f"{path}having=({draw(st.sampled_from(keys))}.{condition})"
    if kind == "embed" and embeds:
        return f"{path}{draw(st.sampled_from(embeds))}={draw(st.sampled_from(['is.null', 'not.is.null', 'eq.1']))}"
    if kind == "related" and embeds:
        return f"{path}order={draw(st.sampled_from(embeds))}(id){direction}"
    if kind == "tree":
        tests = [f"{column}.{condition}", *(f"{name}.is.null" for name in embeds)]
        return f"{path}{draw(st.sampled_from(['or', 'and', 'not.or']))}=({','.join(tests)})"
    return f"{path}{column}={condition}"


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str]:
    """A table, and a query string, percent-encoded."""
    table = draw(st.sampled_from(TABLES))
    found: list[str] = []
    parameters = [f"select={_node(draw, table, '', 3, found)}", *found]
    pairs = (parameter.partition("=") for parameter in parameters)
    return table, "&".join(f"{quote(name)}={quote(value)}" for name, _, value in pairs)
