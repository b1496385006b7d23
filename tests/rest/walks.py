"""Tables to page through, with values of every type a database orders by, and the walk itself."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

ROWS = 40

POSTGRESQL = """
create type mood as enum ('sad', 'ok', 'happy');
create type place as (x int, y text);
create table owners (id int primary key, name text collate "C");
insert into owners select n, case when n % 3 > 0 then 'owner ' || n % 4 end from generate_series(1, 6) n;
create table walk (
  id int primary key, i bigint, t text, c text collate "C", n numeric, r float8, s real, b boolean, m mood, u uuid,
  d date, ts timestamp, tz timestamptz, clock time, data bytea, j jsonb, k json, span interval, list int[],
  fixed char(3), bits bit(3), range int4range, place place, address inet, name name, owner int references owners,
  must int not null
);
insert into walk select
  g,
  (array[1, -9223372036854775808, 9223372036854775807, 9007199254740993, null])[g % 5 + 1],
  (array['a', 'A', 'ä', '', 'b ', 'quote '' " \\', 'new' || chr(10) || 'line', '☃ 😀', null])[g % 9 + 1],
  (array['a', 'A', 'ä', '', null])[g % 5 + 1],
  (array['1', '1.0', '1.00', 'NaN', 'Infinity', '-1e-30', '12345678901234567890.123456789', null])[g % 8 + 1]::numeric,
  (array['0.1', '0.30000000000000004', '-0', '0', 'NaN', '-Infinity', '1e308', '5e-324', null])[g % 9 + 1]::float8,
  (array['0.1', '16777217', 'NaN', null])[g % 4 + 1]::real,
  (array[true, false, null])[g % 3 + 1],
  (array['sad', 'ok', 'happy', null])[g % 4 + 1]::mood,
  case when g % 4 > 0 then md5((g % 6)::text)::uuid end,
  (array['2024-02-29', 'infinity', '0044-03-15 BC', null])[g % 4 + 1]::date,
  (array['2024-02-29 01:02:03.456789', '-infinity', '1999-12-31', null])[g % 4 + 1]::timestamp,
  (array['2024-02-29 01:02:03.456789+02', 'infinity', '1999-12-31 23:59:59-11', null])[g % 4 + 1]::timestamptz,
  (array['12:34:56.7', '24:00', null])[g % 3 + 1]::time,
  (array['\\x', '\\x00ff', '\\x00', null])[g % 4 + 1]::bytea,
  (array['null', '1', '"a"', '[1]', '{"a": 1, "b": {"c": "x"}}', '{"b": 1}', null])[g % 7 + 1]::jsonb,
  (array['{"a": 1}', '{"a": "x"}', '{"a": null}', '{"a": [1, 2]}', null])[g % 5 + 1]::json,
  (array['1 mon', '30 days', '-1 s', null])[g % 4 + 1]::interval,
  (array['{1,2}', '{}', '{NULL,3}', null])[g % 4 + 1]::int[],
  (array['a', 'ab ', 'abc', null])[g % 4 + 1]::char(3),
  (array['101', '001', null])[g % 3 + 1]::bit(3),
  (array['[1,5)', 'empty', '(,3)', null])[g % 4 + 1]::int4range,
  (array['(1,a)', '(,)', '(2,)', '(,b)', null])[g % 5 + 1]::place,
  (array['10.0.0.1', '::1', null])[g % 3 + 1]::inet,
  (array['x', 'y', null])[g % 3 + 1]::name,
  nullif(g % 7, 0),
  g % 4
from generate_series(1, 40) g;
create function half(walk) returns int stable language sql as 'select $1.must / 2';
create table couples (a text not null, b int not null, note text, primary key (a, b));
insert into couples select chr(97 + g % 4), g, 'n' || g % 3 from generate_series(1, 20) g;
create table tagged (tag text not null unique, size int);
insert into tagged select 't' || g, g % 3 from generate_series(1, 20) g;
create table keyless (a int, b int);
insert into keyless select g % 5, g from generate_series(1, 20) g;
create view shown as select a, b from keyless;
create table bookmarks (id int primary key, cursor int, "näme" text);
insert into bookmarks select g, g % 2, 'ü' from generate_series(1, 9) g;
"""

_NUMBERS = "with recursive g (g) as (select 1 union all select g + 1 from g where g < {})"


def _of(*values: str) -> str:
    cases = " ".join(f"when {number} then {value}" for number, value in enumerate(values))
    return f"case g % {len(values)} {cases} end"


_VALUES = (
    _of("1", "-9223372036854775807 - 1", "9223372036854775807", "9007199254740993", "null"),
    _of("'a'", "'A'", "'ä'", "''", "'5'", "'quote '' \" ' || char(10)", "'☃ 😀'", "'nul' || char(0) || 'nul'", "null"),
    _of("'a'", "'A'", "'B'", "'b'", "null"),
    _of("1", "1.5", "'NaN'", "9e999", "9007199254740993", "null"),
    _of("0.1", "0.30000000000000004", "-0.0", "0", "9e999", "-9e999", "1e308", "5e-324", "'text'", "null"),
    _of("1", "0", "2", "'yes'", "null"),
    _of("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'no uuid'", "null"),
    _of("'2024-02-29'", "'soon'", "5", "null"),
    _of("'2024-02-29T01:02:03'", "1.5", "null"),
    _of("x''", "x'00ff'", "x'00'", "'text'", "null"),
    _of("'null'", "'1'", "'1.0'", "'\"a\"'", "'[1, 2]'", "'[1,2]'", "'{\"a\":1}'", "'{broken'", "'true'", "null"),
    _of("'{\"a\":1}'", '\'{"a":"x"}\'', "'{\"a\":null}'", "'{\"a\":[1,2]}'", "'{broken'"),
    _of("1", "1.0", "'1'", "x'31'", "null"),
    _of("1", "'text'", "1.5", "x'00'", "null"),
)

SQLITE = f"""
create table owners (id integer primary key, name text);
{_NUMBERS.format(6)} insert into owners select g, case when g % 3 > 0 then 'owner ' || g % 4 end from g;
create table walk (
  id integer primary key, i bigint, t text, c text collate nocase, n numeric, r real, b boolean, u uuid, d date,
  ts timestamp, data blob, j json, k json not null, mixed, odd integer, owner integer references owners,
  must integer not null
);
{_NUMBERS.format(ROWS)} insert into walk select
  g, {", ".join(_VALUES)},
  nullif(g % 7, 0),
  g % 4
from g;
create table couples (a text not null, b integer not null, note text, primary key (a, b));
{_NUMBERS.format(20)} insert into couples select char(97 + g % 4), g, 'n' || g % 3 from g;
create table tagged (tag text not null unique, size integer);
{_NUMBERS.format(20)} insert into tagged select 't' || g, g % 3 from g;
create table keyless (a integer, b integer);
{_NUMBERS.format(20)} insert into keyless select g % 5, g from g;
create view shown as select a, b from keyless;
create table bookmarks (id integer primary key, cursor integer, "näme" text);
{_NUMBERS.format(9)} insert into bookmarks select g, g % 2, 'ü' from g;
create table loose (a text, b integer, primary key (a, b));
insert into loose values (null, 1), (null, 1), ('x', 1);
create table raw (id integer primary key, t text);
insert into raw values (1, cast(x'ff' as text)), (2, 'z');
"""

SCHEMAS = {"postgresql": POSTGRESQL, "sqlite": SQLITE}

TERMS = {
    "postgresql": (
        "i", "t", "c", "n", "r", "s", "b", "m", "u", "d", "ts", "tz", "clock", "data", "j", "k->a", "k->>a", "j->b",
        "j->b->>c", "span", "list", "fixed", "bits", "range", "place", "place->>y", "address", "name", "owner", "must",
        "half", "id", "owners(name)", "owners(id)",
    ),
    "sqlite": (
        "i", "t", "c", "n", "r", "b", "u", "d", "ts", "data", "j", "k", "k->a", "k->>a", "j->a", "mixed", "odd",
        "owner", "must", "id", "owners(name)", "owners(id)",
    ),
}  # fmt: skip
"""What `walk` can be ordered by."""


async def walk(http: httpx.AsyncClient, path: str, **options: Any) -> list[list[Any]]:
    """The pages from the first to the last, by following the links."""
    pages = []
    while path:
        answer = await asyncio.wait_for(http.get(f"/rest/v1/{path}", **options), timeout=30)
        assert answer.status_code == 200, (path, answer.text)
        pages.append(answer.json())
        path = following(answer, path)
        assert len(pages) < 200
    return pages


def following(answer: httpx.Response, path: str) -> str:
    """The address of the next page; empty where there is none."""
    link = answer.headers.get("Link")
    if link is None:
        return ""
    target, relation = link.split("; ")
    assert relation == 'rel="next"'
    assert target.startswith("<?")
    assert target.endswith(">")
    return path.partition("?")[0] + target[1:-1]
