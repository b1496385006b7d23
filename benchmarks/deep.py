"""Tables of a thousand to ten million rows, in whose depths pages are found by their cursors."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

from service.catalog.model import Column, Kind
from service.rest.asked.cursor import write_cursor
from service.rest.plan.cursor import mark_of
from service.rest.plan.terms import Ordering, Target

DEPTHS = (1_000, 100_000, 10_000_000)
"""Rows of each table."""
_ALIKE = 100  # scores; so many rows have the same, one hundredth of the table
_PAGES = 200


def sqlite_script(rows: int) -> str:
    """Makes a table of so many rows."""
    return f"""
        create table deep_{rows} (id integer primary key, score integer not null);
        with recursive n (n) as (select 1 union all select n + 1 from n where n < {rows})
            insert into deep_{rows} select n, n % {_ALIKE} from n;
        create index deep_{rows}_score on deep_{rows} (score, id);
    """


def postgresql_script(rows: int) -> str:
    """Makes a table of so many rows."""
    return f"""
        create table deep_{rows} (id integer, score integer not null);
        insert into deep_{rows} select n, n % {_ALIKE} from generate_series(1, {rows}) n;
        alter table deep_{rows} add primary key (id);
        create index on deep_{rows} (score, id);
    """


def cursors(schema: str, rows: int) -> list[str]:
    """Cursors all over the table, as the service hands them out for `order=score`.

    Args:
        schema: what the database calls the table's schema.
    """
    order = [Ordering(Target(Column(name, "", "", Kind.INTEGER, nullable=False))) for name in ("score", "id")]
    mark = mark_of(schema, f"deep_{rows}", order)
    last = rows - 1000 // _ALIKE  # behind it there are no more pages
    places = ((number * 7919 * (rows // 1000)) % last + 1 for number in range(_PAGES))
    return [write_cursor(mark, [str(place % _ALIKE), str(place)]) for place in places if place % _ALIKE < _ALIKE - 10]


def places_after(cursor: str, count: int, rows: int) -> list[tuple[int, int]]:
    """The scores and keys of so many rows that come after a cursor."""
    _, score, place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    found: list[tuple[int, int]] = []
    number, of = int(place), int(score)
    while len(found) < count:
        number += _ALIKE
        if number > rows:
            of += 1
            number = of
        found.append((of, number))
    return found
