-- PostgreSQL's functions of every kind, for tests/rest/calls_cases.py.

create table clients (id integer primary key, name text not null);
insert into clients values (1, 'Acme'), (2, 'Umbrella');
create table projects (id integer primary key, name text not null, client_id integer references clients);
insert into projects values (1, 'Mill', 1), (2, 'Bridge', 1), (3, 'Tower', 2), (4, 'Well', 2), (5, 'Orphan', null);
create table tasks (id integer primary key, name text not null, project_id integer references projects);
insert into tasks values (1, 'dig', 1), (2, 'build', 1), (3, 'span', 2);
create function shout(projects) returns text stable language sql as 'select upper($1.name)';
comment on table projects is 'What we build';

create type mood as enum ('sad', 'ok');
create domain grade as integer check (value between 1 and 10);
create type spot as (x integer, y integer);
create domain spot_domain as spot;
create domain project_domain as projects;
create schema hidden;
create type hidden.spot3 as (x integer, y integer, z integer);
create table hidden.secret (id integer, word text);
insert into hidden.secret values (1, 'hush');

-- Scalars
create function add_them(a integer, b integer) returns integer immutable language sql as 'select a + b';
comment on function add_them is 'Adds two numbers';
create function say_hello(name text) returns text stable language sql as $$ select 'Hello, ' || name $$;
create function give_null() returns integer language sql as 'select null::integer';
create function give_array() returns integer[] language sql as 'select array[1, 2, 3]';
create function give_texts() returns setof text stable language sql as $$ values ('a'), ('b "c"'), (null) $$;
create function give_integers() returns setof integer language sql as 'values (1), (2), (3)';
create function give_mood(val text) returns mood stable language sql as 'select val::mood';
create function give_grade(val grade) returns grade stable language sql as 'select val';
create function give_range(low integer, up integer) returns int4range language sql as 'select int4range(low, up)';
create function give_json() returns jsonb stable language sql as $$ select '{"a": [1, null]}'::jsonb $$;
create function give_bytes() returns bytea stable language sql as $$ select '\x00ff10'::bytea $$;
create function give_big() returns numeric stable language sql as 'select 12345678901234567890.10';
create function no_parameters() returns text stable language sql as $$ select 'nothing taken' $$;

-- Nothing
create table log (id integer generated always as identity primary key, line text);
create function write_log(line text) returns void language sql as 'insert into log (line) values (line)';
create function give_nothing() returns void stable language sql as '';

-- Rows
create function get_projects() returns setof projects stable language sql as 'select * from projects';
create function get_project(id integer) returns setof projects stable language sql
  as 'select * from projects where id = get_project.id';
create function one_project(id integer) returns projects stable language sql
  as 'select * from projects where id = one_project.id';
create function domain_project(id integer) returns setof project_domain stable language sql
  as 'select p::project_domain from projects p where p.id = domain_project.id';
create function projects_below(id integer) returns setof projects stable language sql
  as 'select * from projects where id < projects_below.id';
create function empty_projects() returns setof projects stable language sql as 'select * from projects where false';
create function rename_projects(low integer, high integer, name text) returns setof projects language sql as
  'update projects set name = rename_projects.name where id between low and high returning *';
create function give_spot() returns spot stable language sql as 'select (10, 5)::spot';
create function give_spot_domain() returns spot_domain stable language sql as 'select (10, 5)::spot_domain';
create function give_spots() returns setof spot stable language sql as 'values (1, 2), (3, 4)';
create function give_hidden() returns hidden.spot3 stable language sql as 'select (1, 2, 3)::hidden.spot3';
create function give_secrets() returns setof hidden.secret stable language sql security definer
  as 'select * from hidden.secret';
create function give_record() returns record stable language sql as 'select * from projects where id = 1';
create function give_records() returns setof record stable language sql as 'select * from projects where id < 3';
create function give_scalars(out a text, out b mood, out c integer) language sql stable
  as $$ select 'x', 'ok'::mood, 1 $$;
create function one_out(num integer, out more integer) immutable language sql as 'select num + 1';
create function one_inout(inout num integer) immutable language sql as 'select num + 1';
create function many_inout(inout num integer, inout str text, inout b boolean default true) immutable language sql
  as 'select num, str, b';
create function unnamed_out(out integer, out text) immutable language sql as $$ select 1, 'x' $$;
create function as_table(n integer) returns table (a integer, "B c" text) stable language sql
  as $$ select i, 'no ' || i from generate_series(1, n) i $$;
create function same_name() returns table (same_name text, value integer) language sql as $$ select 'hello', 1 $$;

-- Parameters
create function three_defaults(a integer default 1, b integer default 2, c integer default 3) returns integer
  immutable language sql as 'select a + b + c';
create function later(at text default 'now', "When" timestamptz default '2024-01-01 00:00+00') returns text
  stable language sql as $$ select at || to_char("When", ' YYYY') $$;
create function many_values(variadic v text[] default '{}') returns text[] immutable language sql as 'select v';
create function sum_values(first integer, variadic v integer[]) returns bigint immutable language sql
  as 'select first + sum(n) from unnest(v) n';
create function varied(d double precision, v varchar, b boolean, day date, m mood, list text[], i integer,
    j json default '{}', jb jsonb default '{}', s spot default null, c character default null) returns json immutable
  language sql as $$ select json_build_object('d', d, 'v', v, 'b', b, 'day', day, 'm', m, 'list', list, 'i', i, 'j', j,
    'jb', jb, 's', s, 'c', c) $$;
create function json_kind(arg json) returns text immutable language sql as 'select json_typeof(arg)';
create function quoted_words("user" text, "fullName" text, "SSN 100%" text) returns jsonb immutable language sql
  as $$ select jsonb_build_object('user', "user", 'name', "fullName", 'ssn', "SSN 100%") $$;
create function "Quoted %Name""s"(n integer) returns integer immutable language sql as 'select n';
create function unnamed_json(json) returns json immutable language sql as 'select $1';
create function unnamed_text(text) returns text immutable language sql as 'select $1';
create function unnamed_bytes(bytea) returns bytea immutable language sql as 'select $1';
create function unnamed_xml(xml) returns text immutable language sql as 'select $1::text';
create function unnamed_integer(integer) returns integer immutable language sql as 'select $1';
create function two_unnamed(integer, integer) returns integer immutable language sql as 'select $1 + $2';

-- Overloads
create function overloaded() returns setof integer stable language sql as 'values (1), (2), (3)';
create function overloaded(a integer, b integer) returns integer immutable language sql as 'select a + b';
create function overloaded(a text, b text, c text) returns text immutable language sql as 'select a || b || c';
create function same_names(arg integer) returns integer immutable language sql as 'select 1';
create function same_names(arg xml) returns integer immutable language sql as 'select 2';
create function same_names(arg text, num integer default 0) returns integer immutable language sql as 'select 3';
create function or_body() returns integer immutable language sql as 'select 1';
create function or_body(json) returns json immutable language sql as 'select $1';
create function or_body(text) returns text immutable language sql as 'select $1';
create function or_body(bytea) returns bytea immutable language sql as 'select $1';
create function or_body(x integer, y integer) returns integer immutable language sql as 'select x + y';
create function two_bodies(json) returns json immutable language sql as 'select $1';
create function two_bodies(jsonb) returns jsonb immutable language sql as 'select $1';

-- Left out
create function any_of(anyelement) returns anyelement immutable language sql as 'select $1';
create function on_change() returns trigger language plpgsql as $$ begin return new; end $$;
create procedure proceed() language sql as '';
create function hidden.not_here() returns integer immutable language sql as 'select 1';

-- What they do besides
create sequence calls;
create function count_calls() returns bigint language sql as $$ select nextval('calls') $$;
create function stable_liar() returns void stable language plpgsql as $$ begin insert into log (line) values ('x'); end $$;
create function late_liar() returns void stable language sql as $$ select write_log('x') $$;
create function hidden.helper() returns text immutable language sql as $$ select 'from a helper' $$;
create function uses_path() returns text stable language sql as $$ select current_setting('search_path') $$;
create function zone() returns text stable language sql as $$ select current_setting('timezone') $$;
create function who() returns text stable language sql as 'select current_user::text';
create function set_zone() returns void language sql as $$ select set_config('timezone', 'Asia/Tokyo', false) $$;
create function give_back(status text, headers text) returns json language plpgsql as $$ begin
  perform set_config('response.status', status, true), set_config('response.headers', headers, true);
  return '{"given": "back"}'::json; end $$;
create function nothing_back(status text, headers text) returns void language plpgsql as $$ begin
  perform set_config('response.status', status, true), set_config('response.headers', headers, true); end $$;
create function projects_back() returns setof projects stable language plpgsql as $$ begin
  perform set_config('response.headers', '[{"X-Test": "a=1; b"}, {"X-Test-2": "2"}]', true);
  return query select * from projects; end $$;
create function fail_with(code text, message text, detail text default null, hint text default null) returns void
  language plpgsql as $$ begin
  insert into log (line) values ('undone');
  if detail is null then raise exception using errcode = code, message = message, hint = coalesce(hint, ''); end if;
  raise exception using errcode = code, message = message, detail = detail, hint = coalesce(hint, ''); end $$;
create function fail_assert() returns void language plpgsql as $$ begin assert false, 'bad value'; end $$;
create function in_the_way(times integer) returns bigint language plpgsql as $$ begin
  insert into log (line) values ('once');
  if nextval('calls') <= times then raise sqlstate '40001' using message = 'in the way'; end if;
  return (select count(*) from log); end $$;
create function divide() returns integer language sql as 'select 1 / 0';
create function late_violation() returns void language plpgsql as $$ begin
  alter table tasks alter constraint tasks_project_id_fkey deferrable initially deferred;
  insert into tasks values (99, 'late', 99); end $$;
