"""Values come out exactly as they are stored: digits, code points, bytes, shapes; and as the right kind of JSON."""

from __future__ import annotations

from case import POSTGRESQL, SQLITE, refused, rows

INTEGERS = [
    rows(
        "integers?order=id",
        '[{"id":1,"small":-32768,"medium":-2147483648,"big":-9223372036854775808},'
        '{"id":2,"small":32767,"medium":2147483647,"big":9223372036854775807},'
        '{"id":3,"small":0,"medium":0,"big":9007199254740993},'
        '{"id":4,"small":null,"medium":null,"big":null}]',
    ),
    rows("many?id=eq.4999&select=id,square", '[{"id":4999,"square":24990001}]'),
]
DECIMALS = [
    rows(
        "decimals?order=id",
        '[{"id":1,"fixed":12345678901234567890.1234567890,"free":0.1},'
        '{"id":2,"fixed":-0.0000000001,"free":123456789012345678901234567890.123456789},'
        '{"id":3,"fixed":100.0000000000,"free":1.10},{"id":4,"fixed":null,"free":"NaN"},{"id":5,"fixed":null,"free":"Infinity"}]',
        on=POSTGRESQL,
    ),
    rows(
        "decimals?order=id",
        '[{"id":1,"fixed":19.99,"free":0.1},{"id":2,"fixed":-1e-10,"free":9007199254740993},'
        '{"id":3,"fixed":100,"free":1.1},{"id":4,"fixed":null,"free":null}]',
        on=SQLITE,
    ),
    rows(
        "items?select=price&id=in.(1,2,5)&order=id", '[{"price":19.99},{"price":100.00},{"price":null}]', on=POSTGRESQL
    ),
]
REALS = [
    rows(
        "reals?order=id",
        '[{"id":1,"single":0.1,"double":0.1},{"id":2,"single":1.5,"double":0.30000000000000004},'
        '{"id":3,"single":-2.5,"double":1e+308},{"id":4,"single":0,"double":5e-324},'
        '{"id":5,"single":"Infinity","double":"Infinity"},{"id":6,"single":"-Infinity","double":"-Infinity"},'
        '{"id":7,"single":"NaN","double":"NaN"},{"id":8,"single":null,"double":null}]',
        on=POSTGRESQL,
    ),
    rows(
        "reals?order=id",
        '[{"id":1,"single":0.1,"double":0.1},{"id":2,"single":1.5,"double":0.30000000000000004},'
        '{"id":3,"single":-2.5,"double":1e308},{"id":4,"single":0.0,"double":5e-324},'
        '{"id":5,"single":"Infinity","double":"Infinity"},{"id":6,"single":"-Infinity","double":"-Infinity"},'
        '{"id":8,"single":null,"double":null}]',
        on=SQLITE,
    ),
]
TEXTS = [
    rows("texts?id=eq.1", '[{"id":1,"body":"plain","short":"short","fixed":"ab   "}]'),
    rows("texts?id=eq.2", '[{"id":2,"body":"naïve Größe 東京 😀👩‍🚀","short":"é😀","fixed":"é    "}]'),
    rows(
        "texts?id=eq.3",
        r"""[{"id":3,"body":"quote \" apostrophe ' backslash \\ slash /","short":"\"","fixed":"'    "}]""",
    ),
    rows("texts?id=eq.4", r'[{"id":4,"body":"line\nfeed\ttab\rreturn","short":"\n","fixed":"\t    "}]'),
    rows(
        "texts?id=eq.5",
        r'[{"id":5,"body":"control \u0001 \u001f \u007f separator \u2028","short":"\u0001","fixed":"\u0002    "}]',
    ),
    rows("texts?id=eq.6", '[{"id":6,"body":"","short":"","fixed":"     "}]'),
    rows("texts?id=eq.7", '[{"id":7,"body":null,"short":null,"fixed":null}]'),
    rows("texts?id=eq.8", '[{"id":8,"body":"{not,an,array}","short":"(a,b)","fixed":"[1,2]"}]'),
    rows("texts?id=eq.9", '[{"id":9,"body":"null","short":"NULL","fixed":"true "}]'),
]
OTHERS = [
    rows(
        "binaries?order=id",
        r'[{"id":1,"data":"\\x00ff10"},{"id":2,"data":"\\x"},{"id":3,"data":null},{"id":4,"data":"\\x68c3a96c6c6f"}]',
    ),
    rows(
        "tokens?order=id",
        '[{"id":"00000000-0000-0000-0000-000000000000","label":"nil"},'
        '{"id":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","label":"random"}]',
    ),
    rows(
        "moments?order=id&id=lt.4",
        '[{"id":1,"day":"2024-02-29","clock":"12:34:56.789","at":"2024-02-29T12:34:56.789",'
        '"zoned":"2024-02-29T10:34:56.789+00:00","span":"1 day 02:03:04"},'
        '{"id":2,"day":"1999-12-31","clock":"23:59:59","at":"1999-12-31T23:59:59",'
        '"zoned":"1999-12-31T23:59:59+00:00","span":"-00:00:01"},'
        '{"id":3,"day":null,"clock":null,"at":null,"zoned":null,"span":null}]',
    ),
    rows(
        "moments?id=eq.4",
        '[{"id":4,"day":"infinity","clock":"00:00:00","at":"-infinity","zoned":"infinity","span":"1 year 2 mons"}]',
        on=POSTGRESQL,
    ),
    rows(
        "documents?select=id,doc,tree&id=lte.3&order=id",
        '[{"id":1,"doc":{"name":"ann","age":31,"tags":["a","b"],"address":{"city":"Oslo","zip":"0150"}},'
        '"tree":{"age":31,"name":"ann","tags":["a","b"],"address":{"zip":"0150","city":"Oslo"}}},'
        '{"id":2,"doc":{"name":"bob","age":7,"tags":[],"address":{"city":"Bergen"}},'
        '"tree":{"age":7,"name":"bob","tags":[],"address":{"city":"Bergen"}}},'
        '{"id":3,"doc":{"name":"cy","age":null,"tags":["c"],"flag":true},'
        '"tree":{"age":null,"flag":true,"name":"cy","tags":["c"]}}]',
    ),
    rows(
        "documents?select=id,doc&id=in.(5,6,7)&order=id",
        '[{"id":5,"doc":"text"},{"id":6,"doc":null},{"id":7,"doc":null}]',
    ),
    rows(
        "lists?order=id",
        r'[{"id":1,"numbers":[1,2,3],"words":["a b","c,d","e\"f"],"grid":[[1,2],[3,4]]},'
        r'{"id":2,"numbers":[3,4],"words":[null,"null",""],"grid":null},'
        r'{"id":3,"numbers":[],"words":[],"grid":[]},{"id":4,"numbers":null,"words":null,"grid":null}]',
    ),
    rows(
        "spans?order=id",
        r'[{"id":1,"span":"[1,5)","during":"[\"2024-01-01 00:00:00\",\"2024-02-01 00:00:00\")"},'
        r'{"id":2,"span":"[5,10)","during":"[\"2024-02-01 00:00:00\",\"2024-03-01 00:00:00\")"},'
        r'{"id":3,"span":"[20,30)","during":"empty"},{"id":4,"span":null,"during":null}]',
        on=POSTGRESQL,
    ),
    rows(
        "people?order=id",
        '[{"id":1,"mood":"happy","email":"ann@example.org","spot":{"x":1,"y":2}},'
        '{"id":2,"mood":"sad","email":"bob@example.org","spot":{"x":30,"y":4}},'
        '{"id":3,"mood":"ok","email":null,"spot":null}]',
    ),
    rows("articles?select=id,body&id=eq.3", '[{"id":3,"body":"Nothing to see"}]'),
    rows("articles?select=words&id=eq.3", """[{"words":"'noth':1 'see':3"}]""", on=POSTGRESQL),
    rows("items?select=active&order=id&limit=4", '[{"active":true},{"active":false},{"active":true},{"active":null}]'),
]
_ZONE = "America/New_York"
ZONES = [
    rows(
        "moments?select=at,zoned&id=eq.1",
        '[{"at":"2024-02-29T12:34:56.789","zoned":"2024-02-29T05:34:56.789-05:00"}]',
        headers={"Prefer": f"timezone={_ZONE}"},
        answers={"Preference-Applied": f"timezone={_ZONE}"},
        on=POSTGRESQL,
    ),
    rows(
        "moments?select=zoned&zoned=lt.2000-01-01",
        '[{"zoned":"1999-12-31T18:59:59-05:00"}]',
        headers={"Prefer": f"timezone={_ZONE}, handling=strict, count=exact"},
        answers={"Preference-Applied": f"count=exact, handling=strict, timezone={_ZONE}"},
        on=POSTGRESQL,
    ),
    rows("moments?select=zoned&id=eq.2", '[{"zoned":"1999-12-31T23:59:59+00:00"}]', on=POSTGRESQL),
    refused("moments?select=id&id=eq.1", 400, "22023", headers={"Prefer": "timezone=Nowhere/Land"}, on=POSTGRESQL),
    refused(
        "moments?select=id&id=eq.1",
        400,
        "22023",
        headers={"Prefer": "timezone=x'; drop table moments; --"},
        on=POSTGRESQL,
    ),
    rows(
        "moments?select=id&id=eq.1",
        '[{"id":1}]',
        headers={"Prefer": f"timezone={_ZONE}"},
        answers={"Preference-Applied": None},
        on=SQLITE,
    ),
]
CASES = INTEGERS + DECIMALS + REALS + TEXTS + OTHERS + ZONES
