"""The parameters of reads and writes: those of every relation, and one for each column."""

from __future__ import annotations

from collections.abc import Iterator

from service.catalog.model import Column, Relation
from service.rest.asked.print import write_name
from service.rest.openapi.names import FILTER, key, refer
from service.rest.openapi.offer import Json, Offer
from service.rest.openapi.words import suiting
from service.rest.terms import Group

_TREE = {"type": "string", "pattern": r"^\(.*\)$"}
_COUNT = {"type": "integer", "minimum": 0}


def _query(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _header(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "header", "description": description, "schema": schema}


SHARED = {
    "select": _query(
        "select",
        {"type": "string"},
        "The columns of the answer and related rows: `id,name`, `title:name`, `price::text`, "
        "`document->>key`, `parent(name)`. Without it: every column.",
    ),
    "order": _query("order", {"type": "string"}, "The order of the rows: `price.desc,name.asc.nullslast`."),
    "limit": _query("limit", _COUNT, "The most rows of the answer."),
    "offset": _query("offset", _COUNT, "How many rows are passed over first."),
    "cursor": _query(
        "cursor",
        {"type": "string"},
        "Begins a walk by pages (left empty), or goes on with it: as the `Link` of the page before has it.",
    ),
    "and": _query("and", _TREE, "Conditions all of which must hold: `(price.gt.5,or(name.eq.nut,name.is.null))`."),
    "or": _query("or", _TREE, "Conditions one of which must hold: `(price.lt.5,stock.is.null)`."),
    "not.and": _query("not.and", _TREE, "Conditions not all of which may hold."),
    "not.or": _query("not.or", _TREE, "Conditions none of which may hold."),
    "range": _header(
        "Range",
        {"type": "string", "pattern": "^[0-9]+-[0-9]*$"},
        "The rows of the page by their places, from 0: `0-24`; within `limit` and `offset`, if they are given.",
    ),
    "range-unit": _header("Range-Unit", {"type": "string", "enum": ["items"]}, "What `Range` counts."),
    "prefer": _header(
        "Prefer",
        {"type": "string"},
        "`count=exact`, `count=planned` or `count=estimated` has `Content-Range` tell how many rows there are in all. "
        "`handling=strict` refuses preferences that are not known.",
    ),
}
"""What reads take whatever is read, by their keys in `components`."""

TREES = ("and", "or", "not.and", "not.or")
_WRITTEN = {
    "columns": _query(
        "columns",
        {"type": "string"},
        "The columns that are written: `name,price`. Other keys of the body are passed over, and its objects need not "
        "have the same keys.",
    ),
    "on_conflict": _query(
        "on_conflict",
        {"type": "string"},
        "The unique columns by which `Prefer: resolution=` knows a row that is there already; without it, "
        "the primary key.",
    ),
    "idempotency-key": _header(
        "Idempotency-Key",
        {"type": "string"},
        "A name for this request, made by the caller. Sent again with the same key and body it is not done again, but "
        "answered as before.",
    ),
}
_PREFERENCES = {
    "return": "`return=representation` has the rows sent back as they are then, `return=minimal` (the default) "
    "does not.",
    "location": "`return=headers-only` has the new row's address sent in `Location`.",
    "resolution": "`resolution=merge-duplicates` changes rows that are there already, "
    "`resolution=ignore-duplicates` leaves them as they are.",
    "missing": "`missing=default` gives a column that an object lacks its default, `missing=null` (the default) NULL.",
    "count": "`count=exact` has `Content-Range` tell how many rows were written.",
    "tx": "`tx=rollback` undoes everything before it is answered, `tx=commit` does not.",
    "handling": "`handling=strict` refuses preferences that are not known.",
    "max-affected": "With it `max-affected=10` refuses to write more rows than that.",
}
_HEEDED = {
    "POST": ("return", "location", "resolution", "missing", "count", "tx", "handling"),
    "PUT": ("return", "missing", "tx", "handling"),
    "PATCH": ("return", "missing", "count", "tx", "handling", "max-affected"),
    "DELETE": ("return", "count", "tx", "handling", "max-affected"),
}
_EQUAL = {"type": "string", "pattern": r"^eq\."}


def column_parameter(column: Column, offered: frozenset[Group]) -> Json:
    """The filter by a column."""
    about = f"`{column.type}`: {suiting(column.kind, offered)}"
    return _query(
        write_name(column.name),
        refer("schemas", FILTER),
        f"{column.comment.strip()}\n\n{about}" if column.comment else about,
    )


def column_key(relation: Relation, name: str) -> str:
    """Where a column's filter stands in `components`."""
    return f"filter.{key(relation.name)}.{key(name)}"


def filters(relation: Relation) -> Iterator[Json]:
    """The filters by columns."""
    for name in (*relation.columns, *relation.computed):
        yield refer("parameters", column_key(relation, name))


def shared(offer: Offer) -> Iterator[Json]:
    """What a read takes beside them."""
    yield from (refer("parameters", name) for name in SHARED)
    yield from profile(offer)


def written_with(offer: Offer, method: str, relation: Relation) -> list[str]:
    """The keys of what a write takes, beside filters by columns."""
    names = ["select", "order"]
    if method in ("PATCH", "DELETE"):
        names += TREES
    if method != "DELETE":
        names.append("columns")
    if method == "POST" and (relation.primary_key or relation.uniques):
        names.append("on_conflict")
    names += [f"prefer-{method.lower()}", "idempotency-key"]
    return [*names, "content-profile"] if len(offer.catalog.schemas) > 1 else names


def key_parameters(relation: Relation) -> Iterator[Json]:
    """What names the row that is put."""
    for name in relation.primary_key:
        yield {**_query(write_name(name), _EQUAL, "Of the primary key: `eq.` and the row's value."), "required": True}


def written(offer: Offer) -> dict[str, Json]:
    """What writes take whatever is written, by their keys in `components`; reads have the rest of it."""
    found = dict(_WRITTEN)
    for method, kinds in _HEEDED.items():
        told = [text for kind, text in _PREFERENCES.items() if kind in kinds and (kind != "tx" or offer.rollbacks)]
        found[f"prefer-{method.lower()}"] = _header("Prefer", {"type": "string"}, " ".join(told))
    if len(offer.catalog.schemas) > 1:
        found["content-profile"] = _profile("Content-Profile", offer)
    return found


def profile(offer: Offer) -> Iterator[Json]:
    """The header that names the schema, where there are several."""
    if len(offer.catalog.schemas) > 1:
        yield refer("parameters", "profile")


def profile_parameter(offer: Offer) -> Json:
    """Without it requests go to the default schema."""
    return _profile("Accept-Profile", offer)


def _profile(header: str, offer: Offer) -> Json:
    asked = _header(header, {"type": "string", "enum": [offer.schema]}, "The schema.")
    return asked if offer.is_default else {**asked, "required": True}
