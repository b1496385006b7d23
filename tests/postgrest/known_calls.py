"""In what calls of functions are answered otherwise than by PostgREST 12.0.2, and why."""

from __future__ import annotations

from known import Known, on, only, status, theirs

KNOWN = [
    # Poolgate's own doing, or an accident of PostgREST's.
    Known("values can be selected, filtered and ordered by the function's name", on("give_integers"), theirs("42703")),
    Known("a filter may be on a column that is not selected", on(r"clients\((\)|client:)|or=\(id"), theirs("42703")),
    Known("a value that is filtered away is no row", on("client_id=eq.9"), only("Content-Range")),
    Known("count=planned is told, and what is less than it is a part", on("count=planned"), status(206, 200)),
    Known("a head line of CSV has the function's name", on("give_integers Accept: text/csv"), only("body")),
    Known(
        "NDJSON, and one value as text or bytes",
        on("Accept: (.*/x-nd|text/pl|.*/oct)"),
        status(200, 415),
    ),
    Known("the plans of two statements", on(r"vnd\.pgrst\.plan"), only("body", "Content-Type")),
    Known("a text that is a json parameter's argument is JSON", on("json_kind"), only("body")),
    Known("a body of any JSON is one unnamed parameter's argument", on("unnamed_json"), lambda _: True),
    Known("an array of other things than objects has no arguments", on("POST /rpc/say_hello$"), theirs("PGRST102")),
    Known("a type of body that is not read is 415", on("Content-Type: image/png"), status(415, 400)),
    Known(
        "a status is one of 200 to 599", on("fail_with|give_back"), lambda found: found.get("status", (0,))[0] == 500
    ),
    Known("an answer with 204 has no body, and no type of it", on("give_back"), only("Content-Type")),
    Known("a schema is on the search path once", on("uses_path"), only("body")),
    # What has come since version 12.
    Known("what cannot be made is 406", on("Accept: "), status(406, 415)),
    Known("OPTIONS goes by the function's name", on("^OPTIONS"), theirs("PGRST202")),
    Known("a path too deep is PGRST125", on("/deeper"), theirs(None)),
    Known("a zone that is none is refused", on("Nowhere/City"), status(400, 200)),
    Known("params=single-object is gone", on("params="), theirs("PGRST202")),
    Known("max-affected", on("max-affected"), theirs("PGRST122")),
]
