"""Writes to what one database has alone: its types, its kinds of tables and views."""

from __future__ import annotations

from typing import Any

from case import POSTGRESQL, SQLITE
from write_case import DEFAULT, IGNORE, MERGE, REP, WriteCase, delete, patch, post, put, refused

PG: dict[str, Any] = {"on": POSTGRESQL}
LITE: dict[str, Any] = {"on": SQLITE}
KEY = "return=headers-only"
ONE = '-items [1, "anvil", 19.99, 3, true, null]'


def richer(**values: str) -> str:
    """A new row of `richer`, whose values are JSON; most are null."""
    names = ["id", "mood", "mail", "work", "spot", "span", "during", "bits", "fixed", "net", "moods", "spots"]
    known = {"id": "1", "mail": '"of@domain"', "work": '"of@column"'} | values
    return f"+richer [{', '.join(known.get(name, 'null') for name in names)}]"


TYPES = [
    post("richer", '{"mood":"happy"}', richer(mood='"happy"'), **PG),
    post("richer?columns=mood,mail,work", '{"mood":"sad"}', richer(mood='"sad"', mail="null", work="null"), **PG),
    post("richer?columns=mood,mail,work", '{"mood":"sad"}', richer(mood='"sad"'), prefer=DEFAULT, **PG),
    post("richer?select=spot,spot->x", '{"spot":{"x":1,"y":2}}', richer(spot='{"x": 1, "y": 2}'), prefer=REP,
         answer='[{"spot":{"x":1,"y":2},"x":1}]', **PG),
    post("richer", '{"spot":"(3,4)"}', richer(spot='{"x": 3, "y": 4}'), **PG),
    post("richer", '{"spots":[{"x":1,"y":2},null]}', richer(spots='[{"x": 1, "y": 2}, null]'), **PG),
    post("richer", '{"moods":["sad","happy"]}', richer(moods='["sad", "happy"]'), **PG),
    post("richer", '{"moods":"{sad}"}', richer(moods='["sad"]'), **PG),
    post("richer", '{"span":"[1,5)","during":"1 day","bits":"10101","fixed":"ab","net":"10.0.0.1"}',
         richer(span='"[1,5)"', during='"1 day"', bits='"10101"', fixed='"ab   "', net='"10.0.0.1"'), **PG),
    post("richer", "mood,moods,spot\nsad,\"{sad,happy}\",\"(1,2)\"",
         richer(mood='"sad"', moods='["sad", "happy"]', spot='{"x": 1, "y": 2}'), headers={"Content-Type": "text/csv"},
         **PG),
    refused("POST", "richer", '{"mood":"angry"}', 400, "22P02", **PG),
    refused("POST", "richer", '{"mail":"nobody"}', 400, "23514", **PG),
    refused("POST", "richer", '{"id":5}', 400, "428C9", **PG),
    refused("POST", "richer", '{"bits":"1"}', 400, "22026", **PG),
    refused("POST", "richer", '{"span":"x"}', 400, "22P02", **PG),
    post("strictly?select=n,r,t,b", '{"id":1,"n":5,"r":1.5,"t":"x","b":"\\\\x0102"}',
         '+strictly [1, 5, 1.5, "x", "\\\\x0102", null]', prefer=REP,
         answer='[{"n":5,"r":1.5,"t":"x","b":"\\\\x0102"}]',
         **LITE),
    post("strictly", '{"id":1,"a":5}', "+strictly [1, null, null, null, null, 5]", **LITE),
    post("strictly", '{"id":1,"r":2}', "+strictly [1, null, 2.0, null, null, null]", **LITE),
    refused("POST", "strictly", '{"id":1,"n":"x"}', 400, "22P02", **LITE),
    refused("POST", "strictly", '{"id":1,"n":1.5}', 400, "22P02", **LITE),
    refused("POST", "strictly", '{"id":1,"n":-1}', 400, "P0001", mentions=("no debts",), **LITE),
    refused("POST", "strictly", '{"id":1,"n":99999999999999999999}', 400, "22003", **LITE),
    post("untyped?select=v&order=id", '[{"id":1,"v":5},{"id":2,"v":"5"},{"id":3,"v":1.5},{"id":4,"v":null}]',
         "+untyped [1, 5]", '+untyped [2, "5"]', "+untyped [3, 1.5]", "+untyped [4, null]", prefer=REP,
         answer='[{"v":5},{"v":"5"},{"v":1.5},{"v":null}]', **LITE),
    refused("POST", "untyped", '{"id":1,"v":"a\\u0000"}', 400, "22P05", **LITE),
    post("stamped", '{"id":1}', '+stamped [1, "2024-02-29", 2, "it\'s"]', prefer=REP,
         answer='[{"id":1,"day":"2024-02-29","sum":2,"kind":"it\'s"}]', **LITE),
    post("stamped?columns=id,day,sum,kind", '[{"id":1,"sum":3},{"id":2,"kind":null}]',
         '+stamped [1, "2024-02-29", 3, "it\'s"]',
         '+stamped [2, "2024-02-29", 2, null]', prefer=DEFAULT, **LITE),
    post("stamped?columns=id,sum", '{"sum":3}', '+stamped [1, "2024-02-29", 3, "it\'s"]', prefer=DEFAULT, **LITE),
    post("stamped?columns=id,sum", '{"sum":3}', '+stamped [1, "2024-02-29", 3, "it\'s"]', **LITE),
    post("items?columns=id,name", '{"name":"saw"}', '+items [4, "saw", null, 1, true, "none"]', **LITE),
    refused("POST", "items?columns=id,name", '{"name":"saw"}', 400, "23502", **PG),
]  # fmt: skip

TABLES = [
    post("parted", '{"id":1,"region":"north"}', '+parted [1, "north", null]', prefer=KEY,
         answers={"Location": "/rest/v1/parted?id=eq.1&region=eq.north"}, **PG),
    post("parted", '[{"id":1,"region":"north","note":"a"},{"id":1,"region":"south","note":"b"}]',
         '+parted [1, "north", "a"]', '+parted [1, "south", "b"]', prefer=f"{MERGE}, {REP}",
         answer='[{"id":1,"region":"north","note":"a"},{"id":1,"region":"south","note":"b"}]', **PG),
    put("parted?id=eq.1&region=eq.south", '{"id":1,"region":"south","note":"b"}', '+parted [1, "south", "b"]', **PG),
    refused("POST", "parted", '{"id":1,"region":"west"}', 400, "23514", **PG),
    post("articles?select=title", '{"title":"Fox","body":"quick brown"}', '+articles ["Fox", "quick brown"]',
         prefer=REP,
         answer='[{"title":"Fox"}]', **LITE),
    post("articles", '[{"title":"A","body":"x"},{"title":"B","body":"y"}]', '+articles ["A", "x"]',
         '+articles ["B", "y"]',
         **LITE),
    post("articles?select=title&order=title.desc", '[{"title":"A","body":"x"},{"title":"B","body":"y"}]',
         '+articles ["A", "x"]', '+articles ["B", "y"]', prefer=f"{REP}, count=exact",
         answer='[{"title":"B"},{"title":"A"}]',
         answers={"Content-Range": "*/2"}, **LITE),
    post("shadow", '{"rowid":"r","oid":"o","number":7}', '+shadow ["r", null, "o", 7]', prefer=REP,
         answer='[{"rowid":"r","_rowid_":null,"oid":"o","number":7}]', **LITE),
    post("shadow", '{"number":7}', "+shadow [null, null, null, 7]", prefer=KEY,
         answers={"Location": "/rest/v1/shadow?number=eq.7"}, **LITE),
    post("blobs", '{"key":"\\\\x01","n":1}', '+blobs ["\\\\x01", 1]', **LITE),
    refused("POST", "blobs", '{"key":"\\\\x01","n":1}', 400, "PGRST127", prefer=REP, **LITE),
    put("blobs?key=eq.\\x01", '{"key":"\\\\x01","n":1}', '+blobs ["\\\\x01", 1]', **LITE),
    post("pairs", '[{"a":1,"b":1,"label":"x"},{"a":3,"b":"3","label":"y"}]', '+pairs [3, 3, "y"]',
         prefer=f"{IGNORE}, {REP}", answer='[{"a":3,"b":3,"label":"y"}]'),
]  # fmt: skip

VIEWS = [
    post("item_names", '{"id":7,"name":"saw"}', '+items [7, "saw", null, 1, true, "none"]', prefer=KEY,
         answers={"Location": "/rest/v1/item_names?id=eq.7"}, **PG),
    post("item_names", '[{"id":1,"name":"saw"},{"id":7,"name":"axe"}]', ONE, '+items [1, "saw", 19.99, 3, true, null]',
         '+items [7, "axe", null, 1, true, "none"]', prefer=MERGE, answers={"Preference-Applied": MERGE}, **PG),
    post("item_names?select=id", '[{"id":1,"name":"saw"},{"id":7,"name":"axe"}]',
         '+items [7, "axe", null, 1, true, "none"]',
         prefer=f"{IGNORE}, {REP}", answer='[{"id":7}]', **PG),
    put("item_names?id=eq.1&select=name", '{"id":1,"name":"saw"}', ONE, '+items [1, "saw", 19.99, 3, true, null]',
        prefer=REP, answer='[{"name":"saw"}]', **PG),
    put("item_names?id=eq.7", '{"id":7,"name":"saw"}', '+items [7, "saw", null, 1, true, "none"]', **PG),
    refused("PUT", "shouted?id=eq.1", '{"id":1,"name":"SAW"}', 405, None, **PG),
    refused("PUT", "item_names?id=eq.1", '{"id":1,"name":"saw"}', 405, None, **LITE),
    post("stocked", '{"id":7,"name":"saw","quantity":2}', '+items [7, "saw", null, 2, true, "none"]', prefer=REP,
         answer='[{"id":7,"name":"saw","quantity":2}]', **PG),
    patch("stocked?id=eq.1&select=quantity", '{"quantity":9}', ONE, '+items [1, "anvil", 19.99, 9, true, null]',
          prefer=REP, answer='[{"quantity":9}]', **PG),
    delete("stocked?id=eq.1", ONE, prefer="count=exact", answers={"Content-Range": "*/1"}, **PG),
    refused("POST", "stocked", '{"id":7,"name":"saw","quantity":0}', 400, "44000", **PG),
    refused("PATCH", "stocked?id=eq.1", '{"quantity":0}', 400, "44000", **PG),
    post("shouted?select=id,name", '{"id":7,"name":"SAW"}', '+items [7, "saw", null, 1, true, "none"]', prefer=REP,
         answer='[{"id":7,"name":"SAW"}]', **PG),
    patch("shouted?name=eq.ANVIL", '{"name":"SAW"}', ONE, '+items [1, "saw", 19.99, 3, true, null]',
          answers={"Content-Range": "0-0/*"}, **PG),
    delete("shouted?name=eq.ANVIL&select=name", ONE, prefer=REP, answer='[{"name":"ANVIL"}]', **PG),
    patch("item_names?name=like.a*", '{"quantity":9}', ONE, '+items [1, "anvil", 19.99, 9, true, null]',
          answers={"Content-Range": "0-0/*"}),
    delete("item_names?quantity=lt.100", ONE, '-items [3, "nut", null, 12, null, ""]', prefer="count=exact",
           answers={"Content-Range": "*/2"}),
    post("item_names", '[{"id":7,"name":"a"},{"id":8,"name":"b"}]', '+items [7, "a", null, 1, true, "none"]',
         '+items [8, "b", null, 1, true, "none"]'),
    refused("POST", "item_names", '[{"id":7,"name":"a"},{"id":1,"name":"b"}]', 409, "23505"),
]  # fmt: skip

V1 = {"Content-Profile": "v1"}
SCHEMAS = [
    post("notes", '{"id":1,"body":"x"}', '+v1.notes [1, "x"]', headers=V1, app="profiles",
         answers={"Content-Profile": "v1", "Content-Range": "*/*"}, **PG),
    post("notes", '{"id":1,"body":"x"}', '+v1.notes [1, "x"]', headers=V1, app="profiles", prefer=REP,
         answers={"Content-Profile": "v1"}, answer='[{"id":1,"body":"x"}]', **PG),
    post("boxes", '{"id":7,"lid":"x"}', '+v1.boxes [7, "x"]', headers=V1, app="profiles", **PG),
    post("boxes", '{"id":7,"name":"x"}', '+boxes [7, "x"]', app="profiles", answers={"Content-Profile": "public"},
         **PG),
    post("boxes", '{"id":7,"name":"x"}', '+boxes [7, "x"]', app="profiles", headers={"Accept-Profile": "v1"}, **PG),
    patch("boxes?id=eq.2", '{"name":"x"}', '-boxes [2, "blue"]', '+boxes [2, "x"]', app="profiles",
          headers={"Content-Profile": "public"}, answers={"Content-Profile": "public"}, **PG),
    put("boxes?id=eq.2", '{"id":2,"lid":"x"}', '+v1.boxes [2, "x"]', app="profiles", headers=V1, **PG),
    delete("boxes", app="profiles", headers=V1, **PG),
    refused("POST", "boxes", '{"id":7,"name":"x"}', 406, "PGRST106", app="profiles", headers={"Content-Profile": "v2"},
            **PG),
    refused("POST", "notes", '{"id":7}', 404, "PGRST205", app="profiles", **PG),
    refused("POST", "boxes", '{"id":7,"lid":"x"}', 400, "PGRST204", app="profiles", **PG),
]  # fmt: skip


def allow(url: str, *methods: str) -> WriteCase:
    """What OPTIONS says can be done with a relation, beside reading it."""
    return WriteCase("OPTIONS", url, answers={"Allow": ",".join(["OPTIONS", "GET", "HEAD", *methods])})


ALLOWED = [
    allow("items", "POST", "PUT", "PATCH", "DELETE"),
    allow("pairs", "POST", "PUT", "PATCH", "DELETE"),
    allow("no_key", "POST", "PATCH", "DELETE"),
    allow("item_count"),
    WriteCase("OPTIONS", "item_names", answers={"Allow": "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"}, **PG),
    WriteCase("OPTIONS", "item_names", answers={"Allow": "OPTIONS,GET,HEAD,POST,PATCH,DELETE"}, **LITE),
    WriteCase("OPTIONS", "shouted", answers={"Allow": "OPTIONS,GET,HEAD,POST,PATCH,DELETE"}, **PG),
]

CASES: list[WriteCase] = [*TYPES, *TABLES, *VIEWS, *SCHEMAS, *ALLOWED]
