"""Security 3: in a batch too, nobody is more than who they are at its beginning."""

from __future__ import annotations

import uuid

import asyncpg

from service.app import create_app
from service.settings import Settings
from service.testing import client, running

SCHEMA = """
    create role {few}; create role {many};
    create table open (id int primary key); create table hidden (id int primary key); insert into hidden values (42);
    grant insert on open to {few}; grant all on open, hidden to {many};
    create function who() returns text language sql stable as
        'select current_user || '' '' || (current_setting(''request.jwt.claims'')::json->>''role'')';
    create function before() returns void language plpgsql as $$ begin
        perform set_config('role', '{few}', true), set_config('request.jwt.claims', '{{"role": "few"}}', true);
    end $$;
    create function raise_up() returns void language plpgsql as $$ begin
        perform set_config('role', '{many}', true), set_config('request.jwt.claims', '{{"role": "many"}}', true);
    end $$;
"""


async def test_a_call_gives_no_right_back_that_was_taken_before_the_request(postgresql_url: str) -> None:
    """Security 3: a role and claims that the function before each request has put in the place of the caller's hold for
    all operations of a batch, also after calls, whatever these set.
    """
    few, many = (f"{name}_{uuid.uuid4().hex[:12]}" for name in ("few", "many"))
    owner = await asyncpg.connect(postgresql_url)
    try:
        await owner.execute(SCHEMA.format(few=few, many=many))
        app = create_app(Settings(database_url=postgresql_url, db_anon_role=many, db_pre_request="public.before"))
        async with running(app), client(app, base_url="http://testserver/rest/v1/") as http:
            for first in ("who", "raise_up"):
                call = {"method": "POST", "path": f"rpc/{first}", "body": {}}
                told = (await http.post("", json=[call, {"path": "rpc/who"}, {"path": "rpc/who"}])).json()
                assert [each["body"] for each in told[1:]] == [f"{few} few"] * 2
                for then in ({"path": "hidden"}, {"method": "POST", "path": "hidden", "body": {"id": 1}}):
                    answer = await http.post("", json=[call, then])
                    assert (answer.status_code, answer.json()["code"]) == (401, "42501"), answer.text
    finally:
        await owner.execute(f"drop owned by {few}, {many} cascade; drop role {few}, {many}")
        await owner.close()
