"""In what writes are answered otherwise than by PostgREST 12.0.2, or change other rows, and why."""

from __future__ import annotations

from known import Differences, Known, on, only, ours, status, theirs


def rows(found: Differences) -> bool:
    """Both did it, and changed other rows."""
    return "refused" not in found and "rows" in found


def in_order(found: Differences) -> bool:
    """The same rows come back in another order."""
    ours, theirs = found.get("body", ((), ()))
    return set(found) == {"body"} and sorted(map(str, ours)) == sorted(map(str, theirs))


def hidden(found: Differences) -> bool:
    """They tell less of what both did, or undo it as too few rows for one object."""
    ours, theirs = found.get("body", ((), ()))
    return len(theirs) < len(ours) if "body" in found else found.get("refused") == (None, "PGRST116")


# Poolgate's own doing, or an accident of PostgREST's.
CHOSEN = [
    Known("an embed that drops rows says which are changed", on(r"!inner"), rows),
    Known("is.null of an embed does too", on(r"=is\.null"), theirs("42703")),
    Known("a condition without = is refused: it would change all rows", on(r"items\?id( |$)"), ours("PGRST100")),
    Known("JSON (not jsonb) can be compared", on(r"doc->"), theirs("42883")),
    Known("what cannot be written is known before it is tried", on(r"item_count"), status(405, 500)),
    Known("a view in whose place a trigger writes has no key, so no PUT", on(r"PUT /shouted"), theirs("42P10")),
    Known("and OPTIONS says so", on(r"OPTIONS /shouted"), only("Allow")),
    Known("that there is no PUT comes before what is wrong with it", on(r"^PUT"), lambda found:
          found.get("refused") == ("PGRST117", "PGRST105")),
    Known("that there is no such table comes before it too", on(r"^PUT /garlic"), ours("PGRST205")),
    Known("a type that says JSON is JSON", on(r"Content-Type: .*\+json"), status(201, 400)),
    Known("a mark of the byte order is passed over", on("\ufeff"), status(201, 400)),
    Known("a type of body that is not read is 415", on(r"Content-Type: "), status(415, 400)),
    Known("an empty `select` is all columns, not the key alone", on(r"select= "), only("body")),
    Known("a table's name in Location is encoded", on(r"POST /odd name"), only("Location")),
    Known("rows come back in the body's order, not in that of a join", on(r"countries\(name\) "), in_order),
    Known("what is no object is told before the database is asked", on(r",333\]"), ours("PGRST102")),
    Known("an object has a key once", on(r'"name":"a","name":"saw"'), status(400, 201)),
    Known("a body that is no object is no row", on(r' "name"$'), status(400, 201)),
    Known("documents in forms and CSV are parsed", on(r"/documents"), rows),
    Known("and refused if they are none", on(r"/documents"), ours("22P02")),
    Known("in CSV a quoted NULL is the text", on(r'"NULL"'), rows),
    Known("columns= says which columns count of CSV as well", on(r"columns=name Content-Type: text/csv"), rows),
    Known("NDJSON", on(r"x-ndjson"), status(201, 415)),
    Known("`select` is read whether or not rows are wanted", on(r"select=\("), ours("PGRST100")),
    Known("a quoted name in PUT's filter is the column", on(r'PUT /odd name\?"'), theirs("PGRST105")),
    Known("a filter twice is none that PUT takes", on(r"code=eq\.no&code=eq\.no"), ours("PGRST105")),
    Known("of several objects PUT takes none, not the first", on(r"^PUT .*\[\{"), ours("PGRST115")),
    Known("a PUT whose body lacks the key", on(r"^PUT"), lambda found: found.get("refused") == ("PGRST115", "42703")),
    Known("PUT names missing=default, which has its effect there", on(r"^PUT"), only("Preference-Applied")),
    Known("PATCH takes one object, not the first of several", on(r"^PATCH .*\},\{"), ours("PGRST102")),
    Known("Content-Range has the rows that were changed, not those of an aggregate", on(r"count\(\)"),
          only("Content-Range")),
    Known("a default is not asked for where there is a value", on(r"/items\?columns=id,name.*missing=default"),
          lambda found: set(found) <= {"rows", "body"}),
    Known("count=planned tells the number, which is known", on(r"count=planned"), only("Content-Range")),
    Known("the schema is told also where no rows are", on(r"Profile|/boxes"), only("Content-Profile")),
]  # fmt: skip

# Version 16 does as Poolgate does.
OLDER = [
    Known("`order` is that of the rows that come back", on(r"order="), in_order),
    Known("and its columns must be there", on(r"order=nam"), ours("42703")),
    Known("limit on PATCH and DELETE is gone", on(r"(limit|offset)=1"), theirs("PGRST109")),
    Known("PGRST205", on(""), lambda found: found.get("refused") in (("PGRST205", "42P01"), ("PGRST205", None))),
    Known("a column's default comes before its domain's", on(r"(greetings|richer).*missing=default"), rows),
    Known("406 for what cannot be made", on(r"Accept: image"), status(406, 415)),
    Known("max-affected", on(r"max-affected"), theirs("PGRST122")),
    Known("max-affected is named", on(r"max-affected"), only("Preference-Applied")),
    Known("a time zone that does not exist", on(r"timezone=Jupiter"), ours("22023")),
]
KNOWN = CHOSEN + OLDER

FAULTS = {"22001", "22003", "22008", "22P02", "23502", "PGRST115"}
"""Of values by themselves."""
AT_RANDOM = [
    *(each for each in CHOSEN if each.asked.pattern == "^PUT"),
    Known("PUT has no Content-Range, so no count that it could name", on(r"^PUT.*count="), only("Preference-Applied")),
    Known("what a tree asks for need not be selected", on(r"(and|or)=\("), theirs("42703")),
    Known("rows that a tree does not find any more were changed all the same", on(r"^PATCH.*(and|or)=\("), hidden),
    Known("how long a value is counts where a row gets it", on(r"^PATCH /kinds"), theirs("22001")),
    Known("without a key there is no merging, so nothing is 201", on(r"^POST /no_key.*merge.* \[\]"), status(201, 200)),
    Known(
        "an empty text alone in a line of CSV is a row",
        on(r'text/csv \w+\r?\n(.*\n)*""'),
        only("body", "rows", "Content-Range", "status", "refused"),
    ),
    Known("of several faults one is told", on("kinds|^PUT"), lambda found: {*found.get("refused", ("",))} <= FAULTS),
]
"""Of writes at random."""
