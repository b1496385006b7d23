"""Notes of two tenants, and rules for those who write, read and look on."""

from __future__ import annotations

from tests.security.ruled import bearer

SCHEMA = """
create table country (id integer primary key, name text not null, currency text not null);
create table project (
    id integer primary key, tenant text not null, name text not null, budget int, country_id int references country(id)
);
create table note (
    id integer primary key,
    tenant text not null default 'nobody',
    owner text not null,
    project_id int references project(id),
    title text,
    stars int,
    public boolean not null default false,
    secret text not null default 'unset' check (secret <> 'forbidden'),
    code text unique
);
create table tag (id integer primary key, tenant text not null, name text not null);
create table tagged (
    note_id int references note(id), tag_id int references tag(id), tenant text not null, primary key (note_id, tag_id)
);
create table vault (id integer primary key, note_id int references note(id), word text);
create view shown as select id, tenant, title, project_id from note;
create view summary as select tenant, count(*) as notes from note group by tenant;
create table setting (tenant text not null, key text not null, value text, primary key (tenant, key)) without rowid;
create table counter (name text unique on conflict replace, tenant text, n int);
create virtual table page using fts5(tenant, body);
create virtual table box using rtree(id, x1, x2);
insert into country values (1, 'Chad', 'XAF'), (2, 'Peru', 'PEN');
insert into project values (1, 'red', 'R1', 10, 1), (2, 'blue', 'B1', 20, 2), (3, 'red', 'R2', 30, 2);
insert into note (id, tenant, owner, project_id, title, stars, public, secret, code) values
    (1, 'red', 'rosa', 1, 'r-one', 1, false, 'hush-1', 'c1'),
    (2, 'red', 'rolf', 3, 'r-two', 2, true, 'hush-2', 'c2'),
    (3, 'blue', 'bea', 2, 'b-one', 3, false, 'hush-3', 'c3'),
    (4, 'blue', 'ben', 1, 'b-two', 4, true, 'hush-4', 'c4');
insert into tag values (1, 'red', 'hot'), (2, 'blue', 'cold'), (3, 'red', 'warm');
insert into tagged values (1, 1, 'red'), (1, 2, 'blue'), (2, 1, 'red'), (3, 2, 'blue'), (3, 1, 'red'),
    (2, 3, 'blue');
insert into vault values (1, 1, 'sesame');
insert into setting values ('red', 'theme', 'dark'), ('blue', 'theme', 'light');
insert into page values ('red', 'the red fox'), ('blue', 'the blue fox');
"""

RULES = """
[anon.tables]
country = "read"

[anon.tables.note]
read = ["id", "title"]
rows = "public=is.true"

[member]
functions = ["stars", "mine"]

[member.tables]
country = { read = ["id", "name"] }
box = "read, insert"

[member.tables.project]
read = ["id", "name", "country_id"]
rows = "tenant=eq.{tenant}"

[member.tables.note]
read = ["id", "owner", "project_id", "title", "stars", "public"]
insert = ["id", "tenant", "owner", "project_id", "title", "stars", "code"]
update = ["title", "stars", "tenant"]
delete = true
rows = "tenant=eq.{tenant}"

[member.tables.tag]
read = true
insert = true
rows = "tenant=eq.{tenant}"

[member.tables.tagged]
read = true
rows = "tenant=eq.{tenant}"

[member.tables.shown]
read = true
rows = "tenant=eq.{tenant}"

[member.tables.setting]
read = true
insert = true
update = ["value"]
delete = true
rows = "tenant=eq.{tenant}"

[member.tables.page]
read = ["body"]
insert = true
update = true
delete = true
rows = "tenant=eq.{tenant}"

[merger.tables.note]
read = ["id", "title"]
insert = ["id", "tenant", "owner", "title"]
update = ["id", "tenant", "owner", "title"]
rows = "tenant=eq.{tenant}"

[inbox.tables.note]
insert = ["tenant", "owner", "title"]
check = "tenant=eq.{app.tenant}"

[auditor.tables.note]
read = true
rows = "tenant=in.({tenants},green)&or=(public.is.true,owner.not.eq.{sub})"

[starred.tables.note]
read = ["id"]
rows = "or=(stars.not.eq.{stars},public.is.true)&stars=neq.{stars}"

[giver.tables.tag]
read = true
insert = true
update = true
rows = "tenant=eq.{tenant}"
check = "tenant=in.(red,blue)"

[blind.tables.note]
insert = ["tenant", "title"]
update = ["secret"]

[nothing]
"""

RED = bearer("member", sub="rosa", tenant="red")
BLUE = bearer("member", sub="bea", tenant="blue")
