-- The same schema as writes_postgresql.sql, in SQLite's words.
create table items (
  id integer primary key autoincrement, name text not null, price numeric(10, 2) check (price >= 0),
  quantity integer not null default 1, active boolean default true, note text default 'none'
);
create table countries (code text primary key, name text not null unique, people bigint);
create table cities (id integer primary key, name text not null, country text references countries);
create table pairs (a integer, b integer, label text default 'pair', primary key (a, b)) without rowid;
create table no_key (a text, b integer);
create table only_key (id integer primary key);
create table uniques (id integer primary key, email text unique, first text, last text, unique (first, last));
create table documents (id integer primary key, doc json, tree json default '{"new": true}');
create table kinds (
  id integer primary key, small smallint, big bigint, single real, double double precision, free numeric, flag boolean,
  day date, clock time, at timestamp, zoned timestamptz, uid uuid, data blob, word varchar(5)
);
create table boxes (id integer primary key, name text not null);
create table things (id integer primary key, box_id integer not null references boxes on delete cascade, name text);
create table made (id integer primary key, base integer, twice integer generated always as (base * 2) stored);
create table nodes (id integer primary key, parent_id integer references nodes, name text not null);
create table later (id integer primary key, next integer references later deferrable initially deferred);
create table "odd name" ("i d" integer primary key, "select" text, "quo""te" text, "a.b" text, "100%" text, "Ünï" text);
create table greetings (id integer primary key, word text, other text);
create table lists (id integer primary key, numbers json, words json);

create view item_names as select id, name, quantity from items;
create view item_count as select count(*) as items from items;
create trigger item_names_insert instead of insert on item_names begin
  insert into items (id, name, quantity) values (new.id, new.name, coalesce(new.quantity, 1));
end;
create trigger item_names_update instead of update on item_names begin
  update items set id = new.id, name = new.name, quantity = new.quantity where id = old.id;
end;
create trigger item_names_delete instead of delete on item_names begin
  delete from items where id = old.id;
end;

-- What SQLite alone has.
create virtual table articles using fts5 (title, body);
create table strictly (id integer primary key, n integer, r real, t text, b blob, a any) strict;
create table shadow (rowid text, _rowid_ text, oid text, number integer primary key);
create table blobs (key blob primary key, n integer) without rowid;
create table stamped (id integer primary key, day text default (date('2024-02-29')), sum integer default (1 + 1), kind text default 'it''s');
create table untyped (id integer primary key, v);
create trigger strictly_n before insert on strictly when new.n < 0 begin select raise(abort, 'no debts'); end;
