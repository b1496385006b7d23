"""What is known to differ from PostgREST, and why: what each of these explains is in no need of mending."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Differences = Mapping[str, tuple[Any, Any]]
ANY = re.compile("")


@dataclass(frozen=True)
class Known:
    """One difference.

    Args:
        why: in a sentence.
        asked: found in the request's name as a case has it: method, URL and headers.
        what: told of what differs; True where this is it.
    """

    why: str
    asked: re.Pattern[str]
    what: Callable[[Differences], bool]

    def explains(self, name: str, found: Differences) -> bool:
        return self.asked.search(name) is not None and self.what(found)


def status(ours: int, *theirs: int) -> Callable[[Differences], bool]:
    return lambda found: found.get("status", ())[:1] == (ours,) and found["status"][1] in theirs


def theirs(*codes: str | None) -> Callable[[Differences], bool]:
    """They refuse it with one of these codes, or with none."""
    return lambda found: "refused" in found and found["refused"][1] in codes


def ours(*codes: str) -> Callable[[Differences], bool]:
    return lambda found: "refused" in found and found["refused"][0] in codes


def only(*names: str) -> Callable[[Differences], bool]:
    return lambda found: set(found) <= {*names}


def on(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


# Poolgate's own doing, or an accident of PostgREST's.
CHOSEN = [
    Known(
        "`having`, an order by an aggregate's key and by what groups are made of are Poolgate's own",
        on(r"having=|count\(\)|\.(sum|avg|max|min|count)\(\)"),
        theirs("PGRST100", "42703", "42702", "42803", "42883"),
    ),
    Known(
        "its order by `max` is PostgreSQL's function of that name over the whole row",
        on(r"order=max"),
        only("body", "Content-Range"),
    ),
    Known("counts of groups are of the groups", on(r"count.*count=exact"), only("status", "Content-Range")),
    Known(
        "!inner drops rows that have nothing to aggregate",
        on(r"!inner\(.*(count|sum)\(\)"),
        only("body", "Content-Range"),
    ),
    Known(
        "groups come in no order unless one is asked for",
        on(r"select=potters!potter_id\(name\),count\(\)$"),
        only("body"),
    ),
    Known("a column as text or bytes is Poolgate's own", on(r"text/plain|octet-stream"), theirs("PGRST107", None)),
    Known("NDJSON is Poolgate's own", on(r"ndjson|jsonl"), theirs("PGRST107", None)),
    Known(
        "types are compared without regard to case; ranges of types, an empty header and q=0 are understood",
        on(r"Accept: "),
        lambda found: found.get("status", (0, 0)) in ((200, 415), (406, 200)),
    ),
    Known(
        "what q=0 refuses is not sent; a q that is no quality counts as 0",
        on(r"Accept: .*q="),
        only("Content-Type", "body"),
    ),
    Known("plans without nulls", on(r"plan; for=.*stripped|stripped\""), only("Content-Type", "body")),
    Known("plans are of other statements", on(r"vnd\.pgrst\.plan"), only("body")),
    Known(
        "CSV: no doubled backslashes, fewer quotes, a head line without rows, streamed beyond DB_MAX_ROWS",
        on(r"text/csv"),
        only("body", "Content-Range"),
    ),
    Known("GeoJSON needs PostGIS, which is not there", on(r"geo\+json"), theirs("42883")),
    Known("OPTIONS of what is not there has a body that says so", on(r"^OPTIONS"), ours("PGRST205")),
    Known(
        "a computed relationship that gives no row is null, not an object of nulls",
        on(r"owner"),
        only("body", "Content-Range"),
    ),
    Known("to-many embeds in a spread of a row that is not there are []", on(r"\.\.\.author_id"), only("body")),
    Known(
        "spreads of one relation twice, of nothing, and an order by what is spread",
        on(r"\.\.\.\w+"),
        theirs("42712", "42601", "42703"),
    ),
    Known("an order by a related column that is not selected", on(r"order=\w+\(\w+\)"), theirs("42703")),
    Known(
        "foreign keys and junctions between a relation and itself by their names",
        on(r"!?follows|_fkey"),
        theirs("PGRST200", None),
    ),
    Known("two embeds with one key are told as what they are", on(r"a:books"), ours("42712")),
    Known("functions that give nothing, or rows, are no columns", on(r"pots\?select=(nothing|smaller)"), ours("42703")),
    Known("of two columns with one key one stands, PostgREST writes both", on(r"select=\*,id:title"), only("body")),
    Known("JSON (not jsonb) can be compared, ordered and grouped by", on(r"doc|extra"), theirs("42883")),
    Known(
        "a filter, a list or a tree that ends too early or too late is refused, not read in part",
        on(r"select=(,id|\(id\)|id::text::int)|in\.\(1,2\)x|size \(10\)|\"open|is\.truely|or=id\.eq"),
        ours("PGRST100"),
    ),
    Known("a condition without = is refused, not passed over", on(r"items\?(id|nope)$"), ours("PGRST100")),
    Known("the setting MAX_FILTERS and its like", on(r"or\(or\(or"), ours("PGRST100")),
    Known("a key is not cut at 63 bytes", on(r"k{60}"), ours("42622")),
    Known("a NUL is refused, and does not end the text", on(r"%00"), ours("PGRST100")),
    Known("a range or a decimal may stand in a tree without quotes", on(r"or=\(span"), theirs("PGRST100")),
    Known("blanks may stand between any two items", on(r"select= name"), theirs("PGRST100")),
    Known("a limit beyond bigint is no limit", on(r"limit=9{19}"), theirs("22003")),
    Known("nothing is cast to `unknown`", on(r"::unknown"), ours("42846")),
]

# PostgREST's version 12 has not what the newer ones and Poolgate have.
OLDER = [
    Known("415 before 12.1", on(r"Accept: "), status(406, 415)),
    Known("`isdistinct`, `is.not_null`", on(r"(?i)is\.not_null|isdistinct"), theirs("PGRST100")),
    Known("to-many spreads", on(r"\.\.\."), theirs("PGRST119")),
    Known("PGRST205", ANY, lambda found: found.get("refused") == ("PGRST205", "42P01")),
    Known("PGRST120", ANY, lambda found: found.get("refused") == ("PGRST120", "42703")),
    Known("PGRST125", ANY, lambda found: found.get("refused") == ("PGRST125", None)),
    Known("types with a modifier", on(r"varchar\(3\)"), theirs("PGRST100")),
    Known("aggregates in spreads, for which it looks at the setting too late", on(r"\.\.\..*\(\)"), ours("PGRST123")),
    Known("an index at the end of an embed", on(r"extra->0\)"), only("body")),
    Known("a Range header on HEAD", on(r"^HEAD.*Range: "), only("status", "Content-Range")),
    Known("a negative offset is none", on(r"offset=-1"), only("body", "Content-Range")),
    Known("a time zone that does not exist", on(r"timezone=(Nowhere|x)"), ours("22023")),
    Known("max-affected", on(r"max-affected"), theirs("PGRST122")),
]
KNOWN = CHOSEN + OLDER


def explanation(name: str, found: Differences) -> Known | None:
    """The first that explains it."""
    return next((each for each in KNOWN if each.explains(name, found)), None)
