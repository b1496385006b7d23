-- One logical schema, twice: this file for SQLite, postgresql.sql for PostgreSQL. Keep the two alike.
-- What SQLite has no type for stands here as its nearest kind: arrays, composites and jsonb as JSON, ranges and
-- enums as TEXT. Times are stored as PostgreSQL writes them in JSON.

create table items (
  id integer primary key,
  name text not null,
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
create view item_copy as select id, name from items;

create table parts (id integer, region text not null, primary key (id, region)) without rowid;
insert into parts values (1, 'north'), (2, 'south');
create table made (id integer primary key autoincrement, base integer, twice integer generated always as (base * 2) stored);
insert into made (base) values (21), (null);

create table many (id integer primary key, parity text not null, square bigint not null);
with recursive n (n) as (select 1 union all select n + 1 from n where n < 5000)
insert into many select n, case n % 2 when 0 then 'even' else 'odd' end, n * n from n;

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
insert into decimals values (1, 19.99, 0.1), (2, -0.0000000001, 9007199254740993), (3, 100, 1.10), (4, null, null);

create table reals (id integer primary key, single real, double double precision);
insert into reals values
  (1, 0.1, 0.1),
  (2, 1.5, 0.30000000000000004),
  (3, -2.5, 1e308),
  (4, 0, 5e-324),
  (5, 9e999, 9e999),
  (6, -9e999, -9e999),
  (8, null, null);

create table texts (id integer primary key, body text, short varchar(10), fixed char(5));
insert into texts values
  (1, 'plain', 'short', 'ab   '),
  (2, 'naïve Größe 東京 😀👩‍🚀', 'é😀', 'é    '),
  (3, 'quote " apostrophe '' backslash \ slash /', '"', '''    '),
  (4, 'line' || char(10) || 'feed' || char(9) || 'tab' || char(13) || 'return', char(10), char(9) || '    '),
  (5, 'control ' || char(1) || ' ' || char(31) || ' ' || char(127) || ' separator ' || char(8232), char(1), char(2) || '    '),
  (6, '', '', '     '),
  (7, null, null, null),
  (8, '{not,an,array}', '(a,b)', '[1,2]'),
  (9, 'null', 'NULL', 'true ');

create table binaries (id integer primary key, data blob);
insert into binaries values (1, x'00ff10'), (2, x''), (3, null), (4, cast('héllo' as blob));

create table tokens (id uuid primary key, label text);
insert into tokens values
  ('00000000-0000-0000-0000-000000000000', 'nil'),
  ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'random');

create table moments (id integer primary key, day date, clock time, at timestamp, zoned timestamptz, span text);
insert into moments values
  (1, '2024-02-29', '12:34:56.789', '2024-02-29T12:34:56.789', '2024-02-29T10:34:56.789+00:00', '1 day 02:03:04'),
  (2, '1999-12-31', '23:59:59', '1999-12-31T23:59:59', '1999-12-31T23:59:59+00:00', '-00:00:01'),
  (3, null, null, null, null, null);

create table documents (id integer primary key, doc json, tree json);
insert into documents (id, doc, tree) values
  (1, '{"name":"ann","age":31,"tags":["a","b"],"address":{"city":"Oslo","zip":"0150"}}', '{"age": 31, "name": "ann", "tags": ["a", "b"], "address": {"zip": "0150", "city": "Oslo"}}'),
  (2, '{"name":"bob","age":7,"tags":[],"address":{"city":"Bergen"}}', '{"age": 7, "name": "bob", "tags": [], "address": {"city": "Bergen"}}'),
  (3, '{"name":"cy","age":null,"tags":["c"],"flag":true}', '{"age": null, "flag": true, "name": "cy", "tags": ["c"]}'),
  (4, '[1,2,[3,4],{"k":"v"}]', '[1, 2, [3, 4], {"k": "v"}]'),
  (5, '"text"', '"text"'),
  (6, null, null),
  (7, 'null', 'null'),
  (8, '{"odd key!":1,"a.b":2,"0":"zero","big":9007199254740993,"é":"ü"}', '{"0": "zero", "é": "ü", "a.b": 2, "big": 9007199254740993, "odd key!": 1}');

create table lists (id integer primary key, numbers json, words json, grid json);
insert into lists values
  (1, '[1,2,3]', '["a b","c,d","e\"f"]', '[[1,2],[3,4]]'),
  (2, '[3,4]', '[null,"null",""]', null),
  (3, '[]', '[]', '[]'),
  (4, null, null, null);

create table spans (id integer primary key, span text, during text);
insert into spans values (1, '[1,5)', null), (2, '[5,10)', null), (3, '[20,30)', null), (4, null, null);

create table people (
  id integer primary key,
  mood text check (mood in ('sad', 'ok', 'happy')),
  email text check (email like '%@%'),
  spot json
);
insert into people values
  (1, 'happy', 'ann@example.org', '{"x":1,"y":2}'),
  (2, 'sad', 'bob@example.org', '{"x":30,"y":4}'),
  (3, 'ok', null, null);

create virtual table articles using fts5 (id unindexed, body);
insert into articles (rowid, id, body) values
  (1, 1, 'The quick brown fox jumps over the lazy dog'),
  (2, 2, 'A lazy afternoon with a brown bear'),
  (3, 3, 'Nothing to see');

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
-- Related tables: a publishing house, and its corners.
create table countries (id integer primary key, name text not null);
create table authors (
  id integer primary key, name text not null, born date, country_id integer references countries,
  mentor_id integer references authors
);
create table passports (author_id integer primary key references authors, number text);
create table desks (id integer primary key, author_id integer unique references authors, room text);
create table books (
  id integer primary key, title text not null, author_id integer references authors,
  editor_id integer references authors, price numeric(8, 2), year integer
);
create table tags (id integer primary key, name text not null);
create table book_tags (
  book_id integer references books, tag_id integer references tags, weight integer, primary key (book_id, tag_id)
);
create table follows (
  follower_id integer references authors, followed_id integer references authors, since date,
  primary key (follower_id, followed_id)
);
create table reviews (id integer primary key, book_id integer not null references books, body text, score integer);
create table awards (id integer primary key, book_id integer references books, name text);
insert into countries values (1, 'Norway'), (2, 'Chile'), (3, 'Japan'), (4, 'Nauru');
insert into authors values
  (1, 'Ada', '1970-01-02', 1, null),
  (2, 'Ben', '1980-12-31', 2, 1),
  (3, 'Cleo', null, 1, 1),
  (4, 'Dov', '1990-06-15', null, 2),
  (5, 'Ede', '1985-03-04', 3, null);
insert into passports values (1, 'N1'), (2, 'C2'), (3, null);
insert into desks values (10, 1, 'north'), (11, 2, 'south'), (12, null, 'empty'), (13, null, 'spare');
insert into books values
  (1, 'Algebra', 1, 2, 10.50, 2001),
  (2, 'Botany', 1, 3, 20.25, 2001),
  (3, 'Chess', 2, 1, 10.50, 2005),
  (4, 'Drums', 3, null, null, 2005),
  (5, 'Echo', null, 2, 5.25, null),
  (6, 'Fog', 1, 2, 7.75, 2010);
insert into tags values (1, 'art'), (2, 'bio'), (3, 'cut'), (4, 'dew');
insert into book_tags values (1, 1, 5), (1, 2, 3), (2, 2, 9), (3, 1, null), (6, 3, 1), (6, 1, 2);
insert into follows values
  (1, 2, '2020-01-01'), (1, 3, null), (2, 1, '2021-01-01'), (3, 1, null), (4, 1, '2022-01-01'), (4, 4, null);
insert into reviews values (1, 1, 'fine', 4), (2, 1, null, 2), (3, 2, 'ok', 5), (4, 3, 'dull', null);

create table editions (
  id integer primary key, book_id integer references books, big bigint, ratio double precision, bound boolean,
  extra json, cover blob, fixed numeric(12, 2), printed date, note text
);
insert into editions values
  (1, 1, 9007199254740993, 0.1, true, '{"a":{"b":[1,null,"x"]},"n":1}', x'00ff', 1234567890.25, '2024-02-29', 'tab	"quote" back\slash'),
  (2, 1, -9223372036854775808, 0.30000000000000004, false, '[1,{"n":2}]', x'', -0.01, '1999-12-31', 'naïve 😀'),
  (3, 2, null, null, null, null, null, null, null, null),
  (4, 2, 0, 1e300, true, 'null', x'6869', 0.10, '2000-01-01', '');

create table halls (building text, number integer, name text, primary key (building, number));
create table shelves (
  id integer primary key, building text, hall_number integer, label text,
  foreign key (building, hall_number) references halls
);
insert into halls values ('A', 1, 'Atrium'), ('A', 2, null), ('B', 1, 'Base');
insert into shelves values
  (1, 'A', 1, 'x'), (2, 'A', 1, 'y'), (3, 'B', 1, 'z'), (4, 'A', null, 'half'), (5, null, null, 'none'), (6, 'A', 2, 'w');

create table status (id integer primary key, name text);
create table tickets (id integer primary key, status integer references status, title text);
insert into status values (1, 'open'), (2, 'shut');
insert into tickets values (1, 1, 'leak'), (2, 2, 'noise'), (3, null, 'draft'), (4, 1, 'smell');

create table t1 (
  t1 integer primary key, p2 text, _row text, k0 integer, v0 integer, g1 integer, one integer, c0 text, "?" integer
);
create table p1 (id integer primary key, t2 integer references t1, t1 text, body text, total integer, "%(x)s" integer);
insert into t1 values (1, 'p', 'r', 10, 20, 30, 40, 'c', 50), (2, null, null, null, null, null, null, null, null);
insert into p1 values (1, 1, 'x', 'b', 7, 8), (2, 1, 'y', null, null, null), (3, null, 'z', 'd', 9, 1);
create table "two words" ("i.d" integer primary key, "na,me" text, "quo""te" text);
create table "pär(t)s" (id integer primary key, "fk:x" integer references "two words", "sel ect" integer);
insert into "two words" values (1, 'a', 'b'), (2, 'c', null);
insert into "pär(t)s" values (1, 1, 5), (2, 1, 6), (3, 2, 7);

create table stations (id integer primary key, name text);
create table measures (id integer, region text not null, station_id integer references stations, level integer,
  primary key (id, region));
insert into stations values (1, 'hill'), (2, 'bay');
insert into measures values (1, 'north', 1, 5), (2, 'south', 1, 7), (3, 'north', 2, null);

create table broad (
  id integer primary key,
  w001 integer, w002 integer, w003 integer, w004 integer, w005 integer, w006 integer, w007 integer, w008 integer,
  w009 integer, w010 integer, w011 integer, w012 integer, w013 integer, w014 integer, w015 integer, w016 integer,
  w017 integer, w018 integer, w019 integer, w020 integer, w021 integer, w022 integer, w023 integer, w024 integer,
  w025 integer, w026 integer, w027 integer, w028 integer, w029 integer, w030 integer, w031 integer, w032 integer,
  w033 integer, w034 integer, w035 integer, w036 integer, w037 integer, w038 integer, w039 integer, w040 integer,
  w041 integer, w042 integer, w043 integer, w044 integer, w045 integer, w046 integer, w047 integer, w048 integer,
  w049 integer, w050 integer, w051 integer, w052 integer, w053 integer, w054 integer, w055 integer, w056 integer,
  w057 integer, w058 integer, w059 integer, w060 integer, w061 integer, w062 integer, w063 integer, w064 integer,
  w065 integer, w066 integer, w067 integer, w068 integer, w069 integer, w070 integer, w071 integer, w072 integer,
  w073 integer, w074 integer, w075 integer, w076 integer, w077 integer, w078 integer, w079 integer, w080 integer,
  w081 integer, w082 integer, w083 integer, w084 integer, w085 integer, w086 integer, w087 integer, w088 integer,
  w089 integer, w090 integer, w091 integer, w092 integer, w093 integer, w094 integer, w095 integer, w096 integer,
  w097 integer, w098 integer, w099 integer, w100 integer, w101 integer, w102 integer, w103 integer, w104 integer,
  w105 integer, w106 integer, w107 integer, w108 integer, w109 integer, w110 integer, w111 integer, w112 integer,
  w113 integer, w114 integer, w115 integer, w116 integer, w117 integer, w118 integer, w119 integer, w120 integer,
  w121 integer, w122 integer, w123 integer, w124 integer, w125 integer, w126 integer, w127 integer, w128 integer,
  w129 integer, w130 integer, w131 integer, w132 integer, w133 integer, w134 integer, w135 integer, w136 integer,
  w137 integer, w138 integer, w139 integer, w140 integer, w141 integer, w142 integer, w143 integer, w144 integer,
  w145 integer, w146 integer, w147 integer, w148 integer, w149 integer, w150 integer, w151 integer, w152 integer,
  w153 integer, w154 integer, w155 integer, w156 integer, w157 integer, w158 integer, w159 integer, w160 integer,
  w161 integer, w162 integer, w163 integer, w164 integer, w165 integer, w166 integer, w167 integer, w168 integer,
  w169 integer, w170 integer, w171 integer, w172 integer, w173 integer, w174 integer, w175 integer, w176 integer,
  w177 integer, w178 integer, w179 integer, w180 integer, w181 integer, w182 integer, w183 integer, w184 integer,
  w185 integer, w186 integer, w187 integer, w188 integer, w189 integer, w190 integer, w191 integer, w192 integer,
  w193 integer, w194 integer, w195 integer, w196 integer, w197 integer, w198 integer, w199 integer, w200 integer
);
create table holders (id integer primary key, broad_id integer references broad);
insert into broad values (1,
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
  21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60,
  61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80,
  81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100,
  101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120,
  121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140,
  141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160,
  161, 162, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180,
  181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200
);
insert into holders values (1, 1), (2, null);
