"""What a client must be told: one row of a table that all clients' programs are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

JAVASCRIPT = ("postgrest-js", "supabase-js")
PYTHON = ("postgrest-py", "postgrest-py sync")
CLIENTS = PYTHON + JAVASCRIPT
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Outcome:
    """What a call comes to.

    Args:
        data: the rows, the row or the text; or a function that says whether they are right.
        count: of all rows, where it was asked for.
        status: of HTTP; looked at in clients that tell it.
        code: of the error, where there must be one.
        mentions: what stands in the error's message, details or hint.
    """

    data: Any = None
    count: int | None = None
    status: int = 200
    code: str | None = None
    mentions: str = ""

    def check(self, told: Mapping[str, Any]) -> None:
        """Holds what a client told against this.

        Args:
            told: `data`, `count`, `error`, `status` and `statusText`, None where the client has nothing of the kind.
        """
        error = told["error"]
        if self.code is None:
            assert error is None, error
            assert self.data(told["data"]) if callable(self.data) else told["data"] == self.data, told["data"]
            assert told["count"] == self.count
        else:
            assert error is not None, told
            assert error["code"] == self.code, error
            assert error["message"]
            assert self.mentions in " ".join(str(error[key]) for key in ("message", "details", "hint"))
        assert told["status"] in (None, self.status)
        assert told["statusText"] in (None, HTTPStatus(self.status).phrase)


@dataclass(frozen=True)
class Case:
    """What a call of this name comes to, by database.

    Args:
        clients: those that can be asked so.
    """

    on: Mapping[str, Outcome]
    clients: tuple[str, ...] = field(default=CLIENTS)


def tells(data: Any, *, clients: tuple[str, ...] = CLIENTS, **more: Any) -> Case:
    """The same on both databases."""
    return Case(dict.fromkeys(DATABASES, Outcome(data, **more)), clients)


def fails(code: str, status: int, mentions: str = "", *, clients: tuple[str, ...] = CLIENTS) -> Case:
    """An error on both databases."""
    return Case(dict.fromkeys(DATABASES, Outcome(code=code, status=status, mentions=mentions)), clients)


def differ(*, sqlite: Outcome, postgresql: Outcome, clients: tuple[str, ...] = CLIENTS) -> Case:
    """One thing on the one database, and another on the other."""
    return Case({"sqlite": sqlite, "postgresql": postgresql}, clients)


def only_postgresql(data: Any, *, clients: tuple[str, ...] = CLIENTS, **more: Any) -> Case:
    """What SQLite has nothing of the kind for, and says so."""
    return differ(sqlite=Outcome(code="PGRST127", status=400), postgresql=Outcome(data, **more), clients=clients)


Predicate = Callable[[Mapping[str, Any]], Any]


def pick(rows: Iterable[Mapping[str, Any]], *columns: str, where: Predicate = lambda _: True) -> list[dict[str, Any]]:
    """These columns of the rows that satisfy it."""
    return [{column: row[column] for column in columns} for row in rows if where(row)]
