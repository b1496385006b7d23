-- One logical schema, twice: this file for PostgreSQL, sqlite.sql for SQLite. Keep the two alike.

create table items (
  id integer primary key,
  name text collate "C" not null,
  price numeric(10, 2),
  quantity integer,
  active boolean,
  note text
);
insert into items (id, name, price, quantity, active, note) values
  (1, 'anvil', 19.99, 3, true, null),
  (2, 'Anchor', 100, 0, false, 'heavy'),
  (3, 'bolt', 0.05, 5000, true, 'small, round'),
  (4, 'nut', 0.03, 4800, null, 'fits "bolt"'),
  (5, 'screw', null, 1200, true, ''),
  (6, 'wrench', 24.5, 12, false, 'size (10)'),
  (7, 'spare_part', 7.25, 12, true, '50% off'),
  (8, 'naïve ☃', 1.5, null, null, 'back\slash');

create view item_names as select name, note from items;
create view item_totals as select active, count(*) as items, sum(quantity) as quantity from items group by active;
create materialized view item_copy as select id, name from items;

create table parts (id integer, region text not null, primary key (id, region)) partition by list (region);
create table parts_north partition of parts for values in ('north');
create table parts_south partition of parts for values in ('south');
insert into parts values (1, 'north'), (2, 'south');
create table made (id integer generated always as identity primary key, base integer, twice integer generated always as (base * 2) stored);
insert into made (base) values (21), (null);

create table many (id integer primary key, parity text not null, square bigint not null);
insert into many select n, case n % 2 when 0 then 'even' else 'odd' end, n::bigint * n from generate_series(1, 5000) n;

create table nodes (id integer primary key, parent_id integer references nodes, name text not null);
create table pairs (a integer, b integer, label text, primary key (a, b));
create table no_key (a text, b integer);
create table "nothing" (id integer primary key, name text);

create table "odd name" (
  id integer primary key, "select" integer, "order" text, "or" text, "a.b" text, "quo""te" text, "Ünïcode" text,
  "UPPER" text, "with space" text, "paren(s)" text, "comma,x" text, "a:b" text, "limit" text, count integer
);
insert into "odd name" values
  (1, 10, 'first', 'x', 'dotted', 'quoted', 'über', 'up', 'spaced', 'bracketed', 'listed', 'typed', 'capped', 7),
  (2, 20, 'second', 'y', 'dots', 'quotes', 'ärger', 'UP', 'spaces', 'brackets', 'lists', 'types', 'caps', 8);

create table "dot.ted" (id integer primary key, name text);
create table "Größe ☃" (id integer primary key, name text);
create table "CamelCase" (id integer primary key, name text);
create table "camelcase2" (id integer primary key, name text);
create table "order" (id integer primary key, name text);
create table "quo""ted" (id integer primary key, name text);
create table "100% sure" (id integer primary key, name text);
insert into nodes values (1, null, 'root'), (2, 1, 'left'), (3, 1, 'right'), (4, 2, 'leaf');
insert into pairs values (1, 1, 'one-one'), (1, 2, 'one-two'), (2, 1, 'two-one');
insert into no_key values ('x', 1), ('x', 1), ('y', null), (null, 2);
insert into "dot.ted" values (1, 'dot');
insert into "Größe ☃" values (1, 'snow');
insert into "CamelCase" values (1, 'hump');
insert into "camelcase2" values (1, 'flat');
insert into "order" values (1, 'reserved');
insert into "quo""ted" values (1, 'quote');
insert into "100% sure" values (1, 'percent');

-- Values of every type.
create table integers (id integer primary key, small smallint, medium integer, big bigint);
insert into integers values
  (1, -32768, -2147483648, -9223372036854775808),
  (2, 32767, 2147483647, 9223372036854775807),
  (3, 0, 0, 9007199254740993),
  (4, null, null, null);

create table decimals (id integer primary key, fixed numeric(30, 10), free numeric);
insert into decimals values
  (1, 12345678901234567890.1234567890, 0.1),
  (2, -0.0000000001, 123456789012345678901234567890.123456789),
  (3, 100, 1.10),
  (4, null, 'NaN'),
  (5, null, 'Infinity');

create table reals (id integer primary key, single real, double double precision);
insert into reals values
  (1, 0.1, 0.1),
  (2, 1.5, 0.30000000000000004),
  (3, -2.5, 1e308),
  (4, 0, 5e-324),
  (5, 'Infinity', 'Infinity'),
  (6, '-Infinity', '-Infinity'),
  (7, 'NaN', 'NaN'),
  (8, null, null);

create table texts (id integer primary key, body text, short varchar(10), fixed char(5));
insert into texts values
  (1, 'plain', 'short', 'ab'),
  (2, 'naïve Größe 東京 😀👩‍🚀', 'é😀', 'é'),
  (3, E'quote " apostrophe '' backslash \\ slash /', '"', ''''),
  (4, E'line\nfeed\ttab\rreturn', E'\n', E'\t'),
  (5, E'control \x01 \x1f \x7f separator \u2028', E'\x01', E'\x02'),
  (6, '', '', ''),
  (7, null, null, null),
  (8, '{not,an,array}', '(a,b)', '[1,2]'),
  (9, 'null', 'NULL', 'true');

create table binaries (id integer primary key, data bytea);
insert into binaries values (1, '\x00ff10'), (2, ''), (3, null), (4, convert_to('héllo', 'UTF8'));

create table tokens (id uuid primary key, label text);
insert into tokens values
  ('00000000-0000-0000-0000-000000000000', 'nil'),
  ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'random');

create table moments (id integer primary key, day date, clock time, at timestamp, zoned timestamptz, span interval);
insert into moments values
  (1, '2024-02-29', '12:34:56.789', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789+02', '1 day 02:03:04'),
  (2, '1999-12-31', '23:59:59', '1999-12-31 23:59:59', '1999-12-31 23:59:59+00', '-00:00:01'),
  (3, null, null, null, null, null),
  (4, 'infinity', '00:00', '-infinity', 'infinity', '1 year 2 mons');

create table documents (id integer primary key, doc json, tree jsonb);
insert into documents (id, doc, tree) values
  (1, '{"name":"ann","age":31,"tags":["a","b"],"address":{"city":"Oslo","zip":"0150"}}', '{"age": 31, "name": "ann", "tags": ["a", "b"], "address": {"zip": "0150", "city": "Oslo"}}'),
  (2, '{"name":"bob","age":7,"tags":[],"address":{"city":"Bergen"}}', '{"age": 7, "name": "bob", "tags": [], "address": {"city": "Bergen"}}'),
  (3, '{"name":"cy","age":null,"tags":["c"],"flag":true}', '{"age": null, "flag": true, "name": "cy", "tags": ["c"]}'),
  (4, '[1,2,[3,4],{"k":"v"}]', '[1, 2, [3, 4], {"k": "v"}]'),
  (5, '"text"', '"text"'),
  (6, null, null),
  (7, 'null', 'null'),
  (8, '{"odd key!":1,"a.b":2,"0":"zero","big":9007199254740993,"é":"ü"}', '{"0": "zero", "é": "ü", "a.b": 2, "big": 9007199254740993, "odd key!": 1}');

create table lists (id integer primary key, numbers integer[], words text[], grid integer[][]);
insert into lists values
  (1, '{1,2,3}', '{"a b","c,d","e\"f"}', '{{1,2},{3,4}}'),
  (2, '{3,4}', '{null,"null",""}', null),
  (3, '{}', '{}', '{}'),
  (4, null, null, null);

create table spans (id integer primary key, span int4range, during tsrange);
insert into spans values
  (1, '[1,5)', '[2024-01-01,2024-02-01)'),
  (2, '[5,10)', '[2024-02-01,2024-03-01)'),
  (3, '[20,30)', 'empty'),
  (4, null, null);

create type mood as enum ('sad', 'ok', 'happy');
create domain email as text check (value like '%@%');
create type spot as (x integer, y integer);
create table people (id integer primary key, mood mood, email email, spot spot);
insert into people values
  (1, 'happy', 'ann@example.org', (1, 2)),
  (2, 'sad', 'bob@example.org', (30, 4)),
  (3, 'ok', null, null);

create table articles (
  id integer primary key,
  body text,
  words tsvector generated always as (to_tsvector('english', body)) stored
);
insert into articles (id, body) values
  (1, 'The quick brown fox jumps over the lazy dog'),
  (2, 'A lazy afternoon with a brown bear'),
  (3, 'Nothing to see');

create table wide (
  id integer primary key,
  c001 integer, c002 integer, c003 integer, c004 integer, c005 integer, c006 integer, c007 integer, c008 integer,
  c009 integer, c010 integer, c011 integer, c012 integer, c013 integer, c014 integer, c015 integer, c016 integer,
  c017 integer, c018 integer, c019 integer, c020 integer, c021 integer, c022 integer, c023 integer, c024 integer,
  c025 integer, c026 integer, c027 integer, c028 integer, c029 integer, c030 integer, c031 integer, c032 integer,
  c033 integer, c034 integer, c035 integer, c036 integer, c037 integer, c038 integer, c039 integer, c040 integer,
  c041 integer, c042 integer, c043 integer, c044 integer, c045 integer, c046 integer, c047 integer, c048 integer,
  c049 integer, c050 integer, c051 integer, c052 integer, c053 integer, c054 integer, c055 integer, c056 integer,
  c057 integer, c058 integer, c059 integer, c060 integer, c061 integer, c062 integer, c063 integer, c064 integer,
  c065 integer, c066 integer, c067 integer, c068 integer, c069 integer, c070 integer, c071 integer, c072 integer,
  c073 integer, c074 integer, c075 integer, c076 integer, c077 integer, c078 integer, c079 integer, c080 integer,
  c081 integer, c082 integer, c083 integer, c084 integer, c085 integer, c086 integer, c087 integer, c088 integer,
  c089 integer, c090 integer, c091 integer, c092 integer, c093 integer, c094 integer, c095 integer, c096 integer,
  c097 integer, c098 integer, c099 integer, c100 integer, c101 integer, c102 integer, c103 integer, c104 integer,
  c105 integer, c106 integer, c107 integer, c108 integer, c109 integer, c110 integer, c111 integer, c112 integer,
  c113 integer, c114 integer, c115 integer, c116 integer, c117 integer, c118 integer, c119 integer, c120 integer
);
insert into wide values (1,
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
  21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60,
  61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80,
  81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100,
  101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120);

-- A second exposed schema, and one that never is.
create schema v1;
create table v1.items (id integer primary key, title text);
insert into v1.items values (1, 'from v1');
create table v1.only_v1 (id integer primary key);
insert into v1.only_v1 values (1);
create schema private;
create table private.secrets (id integer primary key, secret text);
insert into private.secrets values (1, 'hidden');

-- The planner's counts are part of what is tested.
analyze;

-- Relationships of views.
create table potters (id integer primary key, name text not null);
insert into potters values (1, 'Lucie'), (2, 'Hans'), (3, 'Nobody');
create table pots (
  id integer primary key, potter_id integer references potters, first_owner integer references potters,
  name text not null, price numeric(8, 2), height integer
);
insert into pots values
  (1, 1, 2, 'bowl', 100.50, 8),
  (2, 1, null, 'vase', 250, 30),
  (3, 2, 1, 'jar', 80.25, 30),
  (4, null, null, 'cup', null, 10);
create table shards (id integer primary key, pot_id integer references pots, large boolean not null);
insert into shards values (1, 1, true), (2, 1, false), (3, 3, false);
create view tall_pots as select id, name, potter_id from pots where height >= 30;
create view tallest_pots (number, maker) as select id, potter_id from tall_pots;
create view potter_names (number, called) as select id, name from potters;
create view pots_counted as select potter_id + 0 as potter_id, count(*) as pots from pots group by potter_id;
create view fragments as select s.id, s.pot_id, p.potter_id from shards s join pots p on p.id = s.pot_id;
create table private.kilns (id integer primary key, name text not null);
insert into private.kilns values (1, 'wood'), (2, 'gas');
create table private.firings (kiln_id integer references private.kilns, pot_id integer references pots, primary key (kiln_id, pot_id));
insert into private.firings values (1, 1), (1, 2), (2, 1);
create table private.likes (potter_id integer references potters, pot_id integer references pots, primary key (potter_id, pot_id));
create view kilns as select id as number, name from private.kilns;
create view firings as select kiln_id as kiln, pot_id as pot from private.firings;

-- Computed columns and computed relationships: functions of a row.
create type glaze as (colour text, coats integer);
create function name_length(pots) returns integer stable language sql as 'select length($1.name)';
create function "shown As"(pots) returns text immutable language sql as $$ select $1.name || ' #' || $1.id $$;
create function heights(pots) returns integer[] immutable language sql as 'select array[$1.height, $1.height * 2]';
create function glaze(pots) returns glaze immutable language sql as $$ select ('blue', $1.id)::glaze $$;
create function price(pots) returns text immutable language sql as $$ select 'a column comes before a function' $$;
create function note(pots) returns json immutable language sql as $$ select json_build_object('no', $1.id) $$;
create function pots_made(potters) returns bigint stable language sql as 'select count(*) from pots where potter_id = $1.id';
create function potter(pots) returns setof potters rows 1 stable language sql as 'select * from potters where id = $1.potter_id';
create function owner(pots) returns potters stable language sql as 'select p from potters p where id = $1.first_owner';
create function smaller(pots) returns setof pots stable language sql as 'select * from pots where height < $1.height';
create function shards(pots) returns setof shards stable language sql as 'select * from shards where pot_id = $1.id and large';
create function pots_of(potters) returns setof pots stable language sql as 'select * from pots where potter_id = $1.id';
create function breaking(pots) returns integer language plpgsql as $$ begin delete from shards; return 1; end $$;
create function breaking_all(pots) returns setof shards language plpgsql as $$ begin delete from shards; return; end $$;
create function private.secret_mark(pots) returns text immutable language sql as $$ select 'hidden' $$;
create function two(pots, integer) returns integer immutable language sql as 'select 2';
create function nothing(pots) returns void language sql as '';
create function shout(tall_pots) returns text immutable language sql as 'select upper($1.name)';
create function whose(tall_pots) returns setof potters rows 1 stable language sql as 'select * from potters where id = $1.potter_id';
create function marked(parts_north) returns text immutable language sql as $$ select $1.region || '!' $$;
create function same_id(parts_north) returns setof potters stable language sql as 'select * from potters where id = $1.id';
analyze potters, pots, shards;
