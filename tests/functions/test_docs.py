"""What docs/functions.md shows of saved functions and of those in Python is what the service answers."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import service
from service.app import PoolgateFlask, create_app
from service.database.single import single_connection
from service.settings import Settings
from service.testing import client, running
from tests.functions.shop import saved

PAGE = (Path(__file__).parents[2] / "docs" / "functions.md").read_text()
FILES = dict(re.findall(r"^```sql (\w+\.sql)\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL))
(CODE,) = re.findall(r"^```python\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
SHOWN = [
    (shlex.split(line.removeprefix("$ curl ")), answer)
    for block in re.findall(r"^```sh\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line, answer in re.findall(r"^(\$ curl .+)\n([^$].*)\n", block, re.MULTILINE)
]
TABLES = [
    "create table books (id integer primary key, title text not null, year integer, author_id integer)",
    "insert into books values (1, 'Ficciones', 1944, 1), (2, 'El Aleph', 1949, 1), (3, 'The Dispossessed', 1974, 2)",
]


async def test_the_answers_are_those_shown(url: str, tmp_path: Path, monkeypatch: Any) -> None:
    """Each request in the page, one after the other, gives what stands below it, on both databases."""
    assert (len(FILES), len(SHOWN)) == (2, 4)
    async with single_connection(url) as connection:
        for statement in TABLES:
            await connection.exec_driver_sql(statement)
    settings = Settings(database_url=url, anonymous="write", functions=saved(tmp_path / "f", FILES))
    monkeypatch.setattr(service, "create_app", lambda: create_app(settings), raising=False)
    made: dict[str, Any] = {}
    exec(CODE, made)  # noqa: S102  # the page's own code
    app: PoolgateFlask = made["app"]
    async with running(app), client(app) as http:
        for words, shown in SHOWN:
            address = next(word for word in words if word.startswith("http")).removeprefix("http://127.0.0.1:8000")
            body = words[words.index("-d") + 1] if "-d" in words else None
            answer = await http.request(
                "GET" if body is None else "POST", address, content=body, headers={"Content-Type": "application/json"}
            )
            assert answer.text == shown, address
