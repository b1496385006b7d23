"""PUT: one row, named by its whole key."""

from __future__ import annotations

from write_case import DEFAULT, REP, WriteCase, put, refused

NO = '-countries ["no", "Norway", 5500000]'
PLAIN: dict[str, str | None] = {"Content-Length": None, "Content-Type": None, "Location": None}

ROWS = [
    put("countries?code=eq.no", '{"code":"no","name":"Norge"}', NO, '+countries ["no", "Norge", 5500000]',
        answers=PLAIN),
    put("countries?code=eq.no", '[{"code":"no","name":"Norge"}]', NO, '+countries ["no", "Norge", 5500000]',
        answers=PLAIN),
    put("countries?code=eq.no", '{"code":"no","name":"Norge","people":1}', NO, '+countries ["no", "Norge", 1]',
        prefer=REP,
        answers={"Preference-Applied": REP}, answer='[{"code":"no","name":"Norge","people":1}]'),
    put("countries?code=eq.dk", '{"code":"dk","name":"Danmark"}', '+countries ["dk", "Danmark", null]', answers=PLAIN),
    put("countries?code=eq.dk", '{"code":"dk","name":"Danmark"}', '+countries ["dk", "Danmark", null]', prefer=REP,
        status=201, answer='[{"code":"dk","name":"Danmark","people":null}]'),
    put("countries?code=eq.dk&select=name", '{"code":"dk","name":"Danmark"}', '+countries ["dk", "Danmark", null]',
        prefer=REP, status=201, answer='[{"name":"Danmark"}]'),
    put("countries?code=eq.no&select=name", '{"code":"no","name":"Norge"}', NO, '+countries ["no", "Norge", 5500000]',
        prefer="return=minimal", answers={**PLAIN, "Preference-Applied": "return=minimal"}),
    put("countries?code=eq.no", '{"code":"no","name":"Norway","people":5500000}'),
    put("pairs?a=eq.1&b=eq.2", '{"a":1,"b":2,"label":"z"}', '-pairs [1, 2, "one-two"]', '+pairs [1, 2, "z"]',
        prefer=REP,
        answer='[{"a":1,"b":2,"label":"z"}]'),
    put("pairs?b=eq.7&a=eq.1", '{"label":"z","a":1,"b":7}', '+pairs [1, 7, "z"]', prefer=REP, status=201,
        answer='[{"a":1,"b":7,"label":"z"}]'),
    put("only_key?id=eq.1", '{"id":1}', prefer=REP, answer='[{"id":1}]'),
    put("only_key?id=eq.7", '{"id":7}', "+only_key [7]", prefer=REP, status=201, answer='[{"id":7}]'),
    put("items?id=eq.7", '{"id":7,"name":"saw"}', '+items [7, "saw", null, 1, true, "none"]', prefer=REP, status=201,
        answer='[{"id":7,"name":"saw","price":null,"quantity":1,"active":true,"note":"none"}]'),
    put("cities?id=eq.3&select=name,countries(name)", '{"id":3,"name":"Malmö","country":"no"}',
        '-cities [3, "Lund", "se"]',
        '+cities [3, "Malmö", "no"]', prefer=REP, answer='[{"name":"Malmö","countries":{"name":"Norway"}}]'),
    put("countries?code=eq.no", "code=no&name=Norge", NO, '+countries ["no", "Norge", 5500000]',
        headers={"Content-Type": "application/x-www-form-urlencoded"}),
    put("countries?code=eq.no", "code,name\nno,Norge", NO, '+countries ["no", "Norge", 5500000]',
        headers={"Content-Type": "text/csv"}),
    put("countries?code=eq.a%20b%26", '{"code":"a b&","name":"X"}', '+countries ["a b&", "X", null]'),
    put('odd name?"i d"=eq.1', '{"i d":1,"a.b":"z"}', '-odd name [1, "x", "q", "d", "p", "u"]',
        '+odd name [1, "x", "q", "z", "p", "u"]'),
    put("items?id=eq.7&columns=id,name,note", '{"id":7,"name":"saw"}', '+items [7, "saw", null, 1, true, "none"]',
        prefer=DEFAULT),
    put("countries?code=eq.no&select=name", '{"code":"no","name":"Norge"}', NO, '+countries ["no", "Norge", 5500000]',
        prefer=REP, headers={"Accept": "application/vnd.pgrst.object+json"}, answer='{"name":"Norge"}'),
]  # fmt: skip

BODY = '{"code":"no","name":"Norge"}'
ERRORS = [
    refused("PUT", "countries", BODY, 405, "PGRST105"),
    refused("PUT", "countries?name=eq.Norway", BODY, 405, "PGRST105"),
    refused("PUT", "countries?code=eq.no&name=eq.Norway", BODY, 405, "PGRST105"),
    refused("PUT", "countries?code=neq.no", BODY, 405, "PGRST105"),
    refused("PUT", "countries?code=not.eq.no", BODY, 405, "PGRST105"),
    refused("PUT", "countries?code=in.(no)", BODY, 405, "PGRST105"),
    refused("PUT", "countries?code=eq(any).{no}", BODY, 405, "PGRST105"),
    refused("PUT", "countries?code=eq.no&code=eq.no", BODY, 405, "PGRST105"),
    refused("PUT", "countries?or=(code.eq.no)", BODY, 405, "PGRST105"),
    refused("PUT", "countries?and=(code.eq.no)", BODY, 405, "PGRST105"),
    refused("PUT", "pairs?a=eq.1", '{"a":1,"b":1,"label":"z"}', 405, "PGRST105"),
    refused("PUT", "no_key?a=eq.x", '{"a":"x","b":1}', 405, None),
    refused("PUT", "item_count?items=eq.3", '{"items":3}', 405, None),
    refused("PUT", "countries?code=eq.no", '{"code":"se","name":"Norge"}', 400, "PGRST115"),
    refused("PUT", "countries?code=eq.no", '{"name":"Norge"}', 400, "PGRST115"),
    refused("PUT", "countries?code=eq.no", f"[{BODY},{BODY.replace('no', 'se')}]", 400, "PGRST115"),
    refused("PUT", "countries?code=eq.no", f"[{BODY},{BODY}]", 400, None),
    refused("PUT", "countries?code=eq.no", "[]", 400, "PGRST115"),
    refused("PUT", "countries?code=eq.no", '{"code":null,"name":"X"}', 400, None),
    refused("PUT", "pairs?a=eq.1&b=eq.2", '{"a":1,"b":3,"label":"z"}', 400, "PGRST115"),
    refused("PUT", "only_key?id=eq.x", '{"id":1}', 400, "22P02"),
    refused("PUT", "countries?code=eq.no&limit=1", BODY, 400, "PGRST114"),
    refused("PUT", "countries?code=eq.no&offset=1", BODY, 400, "PGRST114"),
    refused("PUT", "countries?code=eq.no&limit=0", BODY, 400, "PGRST114"),
    refused("PUT", "countries?code=eq.no", "", 400, "PGRST102"),
    refused("PUT", "countries?code=eq.no", '{"code":"no","nam":"x"}', 400, "PGRST204"),
    refused("PUT", "countries?code=eq.dk", '{"code":"dk"}', 400, "23502"),
    refused("PUT", "countries?code=eq.dk", '{"code":"dk","name":"Sweden"}', 409, "23505"),
    refused("PUT", "cities?id=eq.1", '{"id":1,"name":"X","country":"xx"}', 409, "23503"),
    refused("PUT", "garlic?id=eq.1", "{}", 404, "PGRST205"),
]

CASES: list[WriteCase] = [*ROWS, *ERRORS]
