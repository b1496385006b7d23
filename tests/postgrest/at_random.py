"""Requests at random that both services take: right names and values, and an order wherever there are many rows."""

from __future__ import annotations

from random import Random
from urllib.parse import quote

COLUMNS = {
    "authors": {
        "id": "12345",
        "name": ("Ada", "Ben", "Cleo"),
        "born": ("1980-12-31", "1985-01-01"),
        "country_id": "123",
    },
    "books": {"id": "123456", "title": ("Algebra", "Fog", "Nil"), "price": ("10.5", "7.75"), "year": ("2001", "2005")},
    "tags": {"id": "1234", "name": ("art", "bio", "x")},
    "reviews": {"id": "1234", "body": ("ok", "fine"), "score": "245"},
    "countries": {"id": "1234", "name": ("Norway", "Chile")},
    "passports": {"author_id": "123", "number": ("N1", "C2")},
}
WAYS = {
    "authors": (("books!author_id", "books"), ("books!editor_id", "books"), ("countries", "countries"),
                ("passports", "passports"), ("mentor_id", "authors"), ("authors!mentor_id", "authors")),
    "books": (("author_id", "authors"), ("authors!editor_id", "authors"), ("tags", "tags"), ("reviews", "reviews")),
    "tags": (("books", "books"),),
    "reviews": (("books", "books"), ("book_id", "books")),
    "countries": (("authors", "authors"),),
    "passports": (("authors", "authors"),),
}  # fmt: skip
TO_ONE = ("countries", "passports", "mentor_id", "author_id", "authors!editor_id", "book_id")
TEXTS = ("name", "title", "body", "number")


def key(table: str) -> str:
    return "author_id" if table == "passports" else "id"


def condition(rng: Random, table: str) -> tuple[str, str]:
    """A column, and what is asked of it."""
    column = rng.choice(list(COLUMNS[table]))
    values = COLUMNS[table][column]
    value, other = rng.choice(values), rng.choice(values)
    forms = [f"{each}.{value}" for each in ("eq", "neq", "gt", "gte", "lt", "lte", "isdistinct", "not.eq", "not.lt")]
    forms += ["is.null", "not.is.null", f"in.({value},{other})", f'not.in.("{value}")', f"gt(any).{{{value},{other}}}"]
    if column in TEXTS:
        forms += [f"like.*{value[1:]}", f"ilike.{value[:1].lower()}*", f"match.^{value[0]}", f"imatch.{value[-1]}$"]
    return column, rng.choice(forms)


def tree(rng: Random, table: str, deep: int = 2) -> str:
    items = []
    for _ in range(rng.randint(1, 3)):
        if deep and rng.random() < 0.3:
            items.append(rng.choice(("and", "or", "not.and", "not.or")) + tree(rng, table, deep - 1))
        else:
            items.append(".".join(condition(rng, table)))
    return f"({','.join(items)})"


def node(rng: Random, table: str, path: str, deep: int, found: list[str]) -> str:
    """What is selected of a table; the parameters about it are added to `found`."""
    columns = list(COLUMNS[table])
    # With the key: PostgREST orders by no related column that is not selected.
    items = ["*"] if rng.random() < 0.2 else list({key(table), *rng.sample(columns, rng.randint(1, len(columns)))})
    items.sort()
    if rng.random() < 0.2:
        items.append(f"n:{rng.choice(columns)}::text")
    found.append(f"{path}order={','.join(direction(rng, each) for each in (rng.choice(columns), key(table)))}")
    if rng.random() < 0.4:
        column, asked = condition(rng, table)
        found.append(f"{path}{column}={asked}")
    if rng.random() < 0.3:
        found.append(f"{path}{rng.choice(('and', 'or', 'not.and', 'not.or'))}={tree(rng, table)}")
    if rng.random() < 0.3:
        # Neither counts nor orders of PostgREST's know of the page of an embed: none that could leave a row out.
        found.append(
            f"{path}limit={rng.randint(1, 4)}" if path else f"{rng.choice(('limit', 'offset'))}={rng.randint(0, 4)}"
        )
    for number in range(rng.randint(0, 2) if deep else 0):
        way, to = rng.choice(WAYS[table])
        name = f"e{number}"
        kind = rng.choice(("", "", "", "!inner", "!left"))
        items.append(f"{name}:{way}{kind}({node(rng, to, f'{path}{name}.', deep - 1, found)})")
        if rng.random() < 0.2:
            found.append(f"{path}{name}={rng.choice(('is.null', 'not.is.null'))}")
        if way in TO_ONE and rng.random() < 0.2:
            found[:] = [each for each in found if not each.startswith(f"{path}order=")]
            found.append(f"{path}order={name}({direction(rng, key(to))}".replace(".", ").", 1) + f",{key(table)}")
    return ",".join(items)


def direction(rng: Random, column: str) -> str:
    return column + rng.choice((".asc", ".desc", ".desc.nullslast", ".asc.nullsfirst"))


def request(rng: Random) -> tuple[str, dict[str, str]]:
    """A URL and headers."""
    table = rng.choice(list(COLUMNS))
    found: list[str] = []
    parameters = [f"select={node(rng, table, '', 3, found)}", *found]
    pairs = (parameter.partition("=") for parameter in parameters)
    headers = {}
    # PostgREST's total may be another than its rows, where it is asked whether there is something in an embed.
    if rng.random() < 0.3 and not any(each.endswith("is.null") for each in found):
        headers["Prefer"] = rng.choice(("count=exact", "count=exact, handling=strict"))
    if rng.random() < 0.2:
        headers["Accept"] = rng.choice(
            ("application/vnd.pgrst.object+json", "application/vnd.pgrst.array+json;nulls=stripped")
        )
    if rng.random() < 0.2:
        headers["Range"] = f"{rng.randint(0, 2)}-{rng.randint(2, 5)}"
    return f"{table}?" + "&".join(f"{quote(name)}={quote(value)}" for name, _, value in pairs), headers
