"""Requests at random, of the dialect's tokens and of garbage; and tables to ask them of."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import strategies as st

SCHEMAS = {
    "sqlite": r"""
create table odd (id integer primary key, body text, real real, flag boolean, doc json, data blob, num numeric, any,
  day date, at timestamp, key uuid);
insert into odd values
  (1, 'a', 0.1, 1, '{"a":{"b":{"c":1}},"l":[1,null]}', x'00ff', 1.5, 5, '2024-01-02', '2024-01-02T03:04:05', 'x'),
  (2, cast(x'ff41' as text), 9e999, 2, '{broken', 'text', 'NaN', 'text', 'soon', 'later', null),
  (3, 'em' || char(0) || 'bed', 'text', 'yes', x'7b7d', 5, 9e999, x'01', 5, 6, 7),
  (4, null, null, null, null, null, null, null, null, null, null),
  (5, x'6869', -5e-324, 0, '[1,{"a":1e400}]', x'', 9007199254740993, 1.5, '', '', '');
create table "c0" ("c0" integer, "_row" text, one, body text, total integer, page_total integer, p0 integer, value text,
  "key" integer, anon_1 integer, "%(p0)s" integer, "?" integer, "$1" integer, ":p0" integer, "a""b" integer,
    "" integer);
insert into "c0" values (1, 'r', 2, 'b', 4, 5, 6, 'v', 8, 9, 10, 11, 12, 13, 14, 15);
create table "_row" (_row integer, main integer); insert into "_row" values (1, 2);
create table "? $1 %(p0)s" (rowid text, n integer); insert into "? $1 %(p0)s" values ('x', 1);
create table key_only (k text primary key, v any) without rowid; insert into key_only values ('a', 1);
create view seen as select id + 1 as "a+1", count(*) over () as "count(*)", body || '!' as "p%s", json(1) as j from odd;
create virtual table words using fts5 (title, body); insert into words values ('hello world', 'fox'), ('bye', 'dog');
create table link (id integer primary key, odd_id integer references odd, body text, doc json, real real, num numeric,
  link_id integer references link);
insert into link values (1, 1, 'x', '{"a":1}', 0.1, 1.5, null), (2, 2, cast(x'ff22' as text), '{bad', 9e999, 'NaN', 1),
  (3, 'text', char(1) || '"' || char(0) || char(27), '[1e400,"' || char(1) || '"]', 'text', x'00', 2),
  (4, null, null, null, null, null, 9), (5, 1, x'ff', x'7b7d', -5e-324, 9e999, 1);
create table many_odd (odd_id integer references odd, link_id integer references link, "select" text,
  primary key (odd_id, link_id));
insert into many_odd values (1, 1, 'a'), (1, 2, null), (2, 1, cast(x'ff' as text)), (3, 3, 'c'), (null, 4, 'd');
""",
    "postgresql": r"""
create type shade as enum ('red', 'blue');
create table odd (id integer primary key, body text, real double precision, flag boolean, doc jsonb, data bytea,
  num numeric, "any" json, day date, at timestamptz, key uuid, small smallint, list integer[], span int4range,
  words tsvector, name name, fixed char(3), bits bit(3), shade shade, address inet, span_of interval, money money,
  tree xml, spot point, path jsonpath, relation regclass, oid oid, number bigint);
insert into odd (id, body, real, flag, doc, "any", list, words, shade) values
  (1, 'a', 0.1, true, '{"a":{"b":{"c":1}},"l":[1,null]}', '{"a":1}', '{1,2}', 'hello world', 'red'),
  (2, 'b', 'NaN', null, '5', '[]', '{}', '', null), (3, '', '-Infinity', false, 'null', 'null', null, null, null);
create table "c0" ("c0" integer, "_row" text, one integer, body text, total integer, page_total integer, p0 integer,
  value text, "key" integer, anon_1 integer, "%(p0)s" integer, "?" integer, "$1" integer, ":p0" integer,
    "a""b" integer);
insert into "c0" values (1, 'r', 2, 'b', 4, 5, 6, 'v', 8, 9, 10, 11, 12, 13, 14);
create table "_row" (_row integer, main integer); insert into "_row" values (1, 2);
create table "? $1 %(p0)s" (ctid_ text, n integer); insert into "? $1 %(p0)s" values ('x', 1);
create view seen as select id + 1 as "a+1", count(*) over () as "count(*)", body || '!' as "p%s" from odd;
create table link (id integer primary key, odd_id integer references odd, body text, doc json, "real" double precision,
  num numeric, link_id integer references link);
insert into link values (1, 1, 'x', '{"a":1}', 0.1, 1.5, null), (2, 2, e'\\x01"', '[1e400]', 'NaN', 'NaN', 1),
  (3, 3, '', '"a"', '-Infinity', 0, 2), (4, null, null, null, null, null, 1);
create table many_odd (odd_id integer references odd, link_id integer references link, "select" text,
  primary key (odd_id, link_id));
insert into many_odd values (1, 1, 'a'), (1, 2, null), (2, 1, 'b'), (3, 3, 'c');
""",
}

INJECTIONS = (
    "'; drop table odd; --", '"; drop table odd; --', "1 or 1=1", "' or ''='", "\\'; select pg_sleep(9); --", "$1", "?",
    ":p0", "%(p0)s", "%s", "/*", "--", ";", "id) from odd; select (1", "text); drop table odd; --", "') or 1=1 --",
    "$$x$$", "E'\\''", "\\x00", "__[POSTCOMPILE_p0]", "*/", "sqlite_version()", "pg_read_file('/etc/passwd')", "😀'\"",
)  # fmt: skip
_COLUMNS = (
    "id", "body", "real", "flag", "doc", "data", "num", "any", "day", "at", "key", "small", "list", "span", "words",
    "name", "fixed", "bits", "shade", "address", "span_of", "money", "tree", "spot", "path", "relation", "oid", "c0",
    "_row", "one", "total", "value", '"%(p0)s"', '"?"', '"$1"', '"a\\"b"', "title", "rowid", "ctid", "k", "v", "*",
    "select", "order", "and", "or", "nothing", "doc->a", "doc->>a", "doc->l->0", "doc->l->-1", "body->a", "id->>0",
    'doc->"a\\"b"', "list->0", "any->a", "data->>x", "doc->99999999999",
)  # fmt: skip
_OPERATORS = (
    "eq", "neq", "gt", "gte", "lt", "lte", "isdistinct", "like", "ilike", "match", "imatch", "in", "is", "fts", "plfts",
    "phfts", "wfts", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj", "eq(any)", "like(all)", "match(any)", "lt(any)",
    "fts(english)", "wfts(a'b)", "not.eq", "not.not.eq", "between", "eq(some)", "EQ", "",
)  # fmt: skip
_VALUES = (
    "1", "0", "-1", "a", "", "null", "true", "NaN", "Infinity", "-inf", "1e400", "1e-400", "1_000", "0x1F", "٣",
    "40000",
    "2147483648", "9223372036854775808", "1" * 400, "(1,2)", "()", "(NaN,Infinity,1e400)", '("a","b\\"c")', "{1,2}",
    "{}",
    "{NULL}", '{"a","b"}', "{1,2", "(1", '"', "\\", "\\x00ff", "\\xzz", '{"a":1}', "[1,", '"\\ud800"', '{"a":NaN}',
    "[1,5)", "2024-01-01", "infinity", "now", "24:00", "99999-01-01", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "*a*",
    "[a", "(a+)+$", "a\\", "%", "a & b", "a | !b", "!a", "'a b':*", "a <-> b", "<<>>", '"a b" -c or', "🏴",
    "\u0130", "\ufffe",
)  # fmt: skip
_TYPES = (
    "int", "int2", "text", "varchar(3)", "json", "jsonb", "bool", "date", "time", "timestamp", "timestamptz", "real",
    "numeric(3,1)", "double precision", "bytea", "uuid", "xml", "regclass", "oid", "void", "record", "anyelement",
    "trigger", "internal", "cstring", "unknown", "nothing", "int[]", "public.shade", "pg_catalog.int4", "name",
    '"char"',
    "money", "inet", "point", "int4range", "tsvector", "interval", "bit", "varbit", "any", "pg_lsn", "jsonpath",
    "SETOF",
)  # fmt: skip
_HEADERS = {
    "Range": ("0-4", "0-", "5-2", "-5", "a-b", "0-99999999999999999999", "99999999999999999999-", "", "bytes=0-1",
    "0-1,3-4"),
    "Range-Unit": ("items", "bytes", ""),
    "Prefer": ("count=exact", "count=planned", "count=estimated", "count=x", "handling=strict, a=b", ";;,,=", "count",
    "tx=rollback"),
    "Accept": ("application/json", "*/*;q=0", "text/csv", "*/*", "", ";", "application/json;q=1.5", 'a/b;x="',
    "application/vnd.pgrst.object+json", "text/plain, */*;q=0.1", "application/octet-stream, */*;q=0.1",
    "application/geo+json"),
    "Accept-Profile": ("public", "main", "other", "", "'; drop table odd", " "),
    "Content-Profile": ("public", "x"),
    "Content-Type": ("application/json", "x"),
}  # fmt: skip

_garbage = st.text(st.characters(codec="utf-8"), max_size=12)
_columns = st.sampled_from(_COLUMNS) | st.sampled_from(INJECTIONS) | _garbage
_values = st.sampled_from(_VALUES) | st.sampled_from(INJECTIONS) | _garbage
_operators = st.sampled_from(_OPERATORS) | st.sampled_from(_OPERATORS[:25])
_aliases = st.just("") | st.builds("{}:".format, _columns)
_casts = st.just("") | st.builds("::{}".format, st.sampled_from(_TYPES) | st.sampled_from(INJECTIONS))
_filters = st.builds("{}={}.{}".format, _columns, _operators, _values)
_selects = st.lists(st.builds("{}{}{}".format, _aliases, _columns, _casts), max_size=4).map(
    lambda items: f"select={','.join(items)}"
)
_orders = st.lists(
    st.builds("{}{}".format, _columns, st.sampled_from(["", ".asc", ".desc", ".nullsfirst", ".desc.nullslast", ".x"])),
    max_size=3,
).map(lambda terms: f"order={','.join(terms)}")
_leaves = st.builds("{}.{}.{}".format, _columns, _operators, _values | _values.map(lambda text: f'"{text}"'))
_trees = st.recursive(
    _leaves,
    lambda inner: st.builds(
        "{}({})".format, st.sampled_from(["and", "or", "not.and", "not.or"]), st.lists(inner, max_size=3).map(",".join)
    ),
    max_leaves=4,
)
_logic = st.builds("{}=({})".format, st.sampled_from(["and", "or", "not.and", "not.or"]), _trees)
_pages = st.builds(
    "{}={}".format,
    st.sampled_from(["limit", "offset", "odd.limit"]),
    st.sampled_from(["0", "1", "-1", "", "x", "9223372036854775807", "9223372036854775808", "1e3", "1" * 400]),
)
_raw = st.text(st.characters(codec="latin-1", exclude_characters="#\r\n"), max_size=30).map(
    lambda text: text.encode("latin-1").decode("latin-1")
)
_bytes = st.sampled_from(
    ["%ed%a0%80", "%ff", "%00", "%", "%zz", "%c3%28", "a=eq.%00", "&&&", "=", "id", "+=+", "%2500"]
)


def _encoded(parameter: str) -> str:
    name, _, value = parameter.partition("=")
    return f"{quote(name)}={quote(value)}"


def queries() -> st.SearchStrategy[str]:
    parameters = _filters | _filters | _selects | _orders | _logic | _pages
    return st.lists(parameters.map(_encoded) | parameters.map(_encoded) | _raw.map(quote) | _bytes, max_size=4).map(
        "&".join
    )


def paths() -> st.SearchStrategy[str]:
    names = (
        "odd",
        "odd",
        "odd",
        "c0",
        "_row",
        "? $1 %(p0)s",
        "seen",
        "words",
        "key_only",
        "nothing",
        "odd/x",
        "",
        "..",
    )
    return (st.sampled_from(names) | _garbage | st.sampled_from(INJECTIONS)).map(lambda name: quote(name, safe="/"))


def methods() -> st.SearchStrategy[str]:
    return st.sampled_from(["GET"] * 8 + ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"])


def headers() -> st.SearchStrategy[dict[str, str]]:
    return st.lists(st.sampled_from(sorted(_HEADERS)), max_size=3, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: st.sampled_from(_HEADERS[name]) for name in names})
    )
