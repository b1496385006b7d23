"""How each case is asked with the Python client, alike in both its kinds. As `reading.mjs` has it."""

from __future__ import annotations

from typing import Any

from asking import Ask
from postgrest import CountMethod


def books(c: Any) -> Any:
    return c.from_("books").select("id").order("id")


def quotes(c: Any) -> Any:
    return c.from_("quotes").select("body").order("id")


def listed(c: Any) -> Any:
    return c.from_("reading list").select("*").order("id")


def authors(c: Any, columns: str = "id,books(title)") -> Any:
    return c.from_("authors").select(columns).order("id").order("id", foreign_table="books")


FILTERS: dict[str, Ask] = {
    "eq": lambda c: books(c).eq("year", 1968),
    "eq text with spaces": lambda c: books(c).eq("title", "A Wizard of Earthsea"),
    "eq text with signs": lambda c: books(c).eq("title", "50% & more + less_more"),
    "eq text with a comma and letters beyond ASCII": lambda c: books(c).eq("title", "Sommarboken: små, stora"),
    "eq text with quotes": lambda c: c.from_("authors").select("id").eq("name", 'Quill, "Silent" (Jr.)'),
    "eq a boolean": lambda c: books(c).eq("in_print", False),
    "neq": lambda c: books(c).neq("year", 1968),
    "gt": lambda c: books(c).gt("year", 1968),
    "gte": lambda c: books(c).gte("year", 1968),
    "lt": lambda c: books(c).lt("year", 1968),
    "lte": lambda c: books(c).lte("year", 1968),
    "gt a fraction": lambda c: books(c).gt("price", 9.49),
    "like": lambda c: books(c).like("title", "The %"),
    "like, by the case": lambda c: books(c).like("title", "the %"),
    "ilike": lambda c: books(c).ilike("title", "the %"),
    "like with a star": lambda c: books(c).like("title", "The *"),
    "like all of": lambda c: books(c).like_all_of("title", "%Hobb%,The%"),
    "like any of": lambda c: books(c).like_any_of("title", "Beo%,Troll%"),
    "ilike all of": lambda c: books(c).ilike_all_of("title", "%hobb%,the%"),
    "ilike any of": lambda c: books(c).ilike_any_of("title", "beo%,troll%"),
    "match": lambda c: books(c).filter("title", "match", "^The .*t"),
    "imatch": lambda c: books(c).filter("title", "imatch", "^the"),
    "is null": lambda c: books(c).is_("in_print", None),
    "is true": lambda c: books(c).is_("in_print", True),
    "is false": lambda c: books(c).is_("in_print", "false"),
    "isdistinct": lambda c: books(c).filter("year", "isdistinct", "1968"),
    "in": lambda c: books(c).in_("id", [2, 4, 99]),
    "in texts with signs": lambda c: books(c).in_("title", ["The Hobbit", "Sommarboken: små, stora"]),
    "in texts with quotes": lambda c: (
        c.from_("authors").select("id").order("id").in_("name", ["Tove Jansson", 'Quill, "Silent" (Jr.)'])
    ),
    "in, of many": lambda c: books(c).in_("id", range(1, 301)),
    "in nothing": lambda c: books(c).in_("id", []),
    "not in": lambda c: books(c).not_.in_("id", [2, 4, 99]),
    "contains an array": lambda c: books(c).contains("tags", ["fantasy"]),
    "contains two of an array": lambda c: books(c).cs("tags", ["fantasy", "dragon"]),
    "contains JSON": lambda c: books(c).contains("meta", {"lang": "sv"}),
    "contained by an array": lambda c: books(c).contained_by("tags", ["fantasy", "poetry"]),
    "overlaps": lambda c: books(c).overlaps("tags", ["sea", "ice"]),
    "contains a range": lambda c: books(c).contains("shelf", "[2,4)"),
    "range gt": lambda c: books(c).range_gt("shelf", (2, 10)),
    "range gte": lambda c: books(c).range_gte("shelf", (4, 10)),
    "range lt": lambda c: books(c).range_lt("shelf", (4, 10)),
    "range lte": lambda c: books(c).range_lte("shelf", (4, 10)),
    "range adjacent": lambda c: books(c).filter("shelf", "adj", "[5,10)"),
    "text search": lambda c: quotes(c).text_search("body", "lazy & fox"),
    "text search, plain": lambda c: quotes(c).text_search("body", "lazy brown", {"type": "plain"}),
    "text search, phrase": lambda c: quotes(c).text_search("body", "lazy afternoon", {"type": "phrase"}),
    "text search, as in a search engine": lambda c: quotes(c).text_search("body", "lazy -fox", {"type": "web_search"}),
    "text search in a language": lambda c: quotes(c).text_search("body", "wandering", {"config": "english"}),
    "match an object": lambda c: books(c).match({"author_id": 1, "year": 1969}),
    "not eq": lambda c: books(c).not_.eq("year", 1968),
    "not is null": lambda c: books(c).not_.is_("in_print", None),
    "not like": lambda c: books(c).not_.like("title", "The %"),
    "or": lambda c: books(c).or_("year.eq.1968,in_print.is.null"),
    "or, nested": lambda c: books(c).or_("year.lt.1940,and(price.gte.9,in_print.is.false)"),
    "or with not": lambda c: books(c).or_("in_print.not.is.true,id.in.(1)"),
    "or with texts that have signs": lambda c: books(c).or_('title.eq."Sommarboken: små, stora",title.eq.Beowulf'),
    "or with an array": lambda c: books(c).or_("id.in.(1,4),tags.cs.{fantasy,sea}"),
    "two of or": lambda c: books(c).or_("id.eq.1,id.eq.2").or_("year.eq.1969,year.eq.1977"),
    "not or": lambda c: books(c).not_.or_("id.eq.1,id.in.(2,3)"),
    "filter": lambda c: books(c).filter("id", "in", "(1,2)"),
    "filter, not": lambda c: books(c).filter("id", "not.in", "(1,2)"),
    "filter by a JSON path": lambda c: books(c).eq("meta->>lang", "sv"),
    "filter by a number in JSON": lambda c: books(c).gt("meta->pages", 250),
    "two filters of one column": lambda c: books(c).gt("year", 1950).lt("year", 1970),
    "a column with a space": lambda c: listed(c).eq("due date", "2024-02-29"),
}
SHAPES: dict[str, Ask] = {
    "all columns": lambda c: c.from_("books").select("*").order("id"),
    "no columns named": lambda c: c.table("books").select().order("id"),
    "columns": lambda c: c.from_("books").select("title", "id").order("id"),
    "columns, written with spaces": lambda c: c.from_("books").select("title,\n  id").order("id"),
    "an alias": lambda c: c.from_("books").select("name:title").order("id"),
    "a cast": lambda c: c.from_("books").select("year::text").order("id"),
    "a JSON path": lambda c: c.from_("books").select("meta->>lang").order("id"),
    "returns, a type": books,
    "a header of its own": lambda c: books(c).retry(False),
    "nulls left out": lambda c: c.from_("authors").select("*").order("id").strip_nulls(),
    "order": lambda c: c.from_("books").select("id").order("year"),
    "order down": lambda c: c.from_("books").select("id").order("year", desc=True),
    "order, nulls first": lambda c: c.from_("books").select("id").order("year", nullsfirst=True),
    "order, nulls last": lambda c: c.from_("books").select("id").order("year", desc=True, nullsfirst=False),
    "order by two": lambda c: c.from_("books").select("id").order("author_id").order("id", desc=True),
    "order by what is referenced": lambda c: c.from_("books").select("id,authors()").order("authors(name)").order("id"),
    "limit": lambda c: books(c).limit(3),
    "limit none": lambda c: books(c).limit(0),
    "range": lambda c: books(c).range(2, 4),
    "range beyond the end": lambda c: books(c).range(50, 60),
    "many to one": lambda c: c.from_("books").select("title,authors(name)").order("id"),
    "one to many": lambda c: authors(c, "name,books(title)"),
    "many to many": lambda c: (
        c.from_("books").select("id,genres(name)").order("id").order("id", foreign_table="genres")
    ),
    "one to one": lambda c: c.from_("authors").select("id,profiles(site)").order("id"),
    "an alias of an embed": lambda c: c.from_("books").select("id,writer:authors(name)").order("id"),
    "by a foreign key's column": lambda c: c.from_("books").select("id,writer:author_id(name)").order("id"),
    "by hints": lambda c: (
        c.from_("letters")
        .select("id,sender:authors!sender_id(name),receiver:authors!letters_receiver_id_fkey(name)")
        .order("id")
    ),
    "nested": lambda c: authors(c, "name,books(title,editions(format))").order("id", foreign_table="books.editions"),
    "a spread": lambda c: c.from_("books").select("id,...authors(name)").order("id"),
    "a spread with an alias": lambda c: c.from_("books").select("id,...authors(writer:name)").order("id"),
    "a spread of many": lambda c: authors(c, "id,...books(titles:title)"),
    "inner": lambda c: (
        c.from_("books").select("id,editions!inner(format)").order("id").order("id", foreign_table="editions")
    ),
    "inner, filtered": lambda c: (
        c.from_("books").select("id,authors!inner(name)").order("id").eq("authors.country", "GB")
    ),
    "filtered, not inner": lambda c: c.from_("books").select("id,authors(name)").order("id").eq("authors.id", 2),
    "or in what is referenced": lambda c: authors(c).or_(
        'title.eq."The Hobbit",title.eq.Trollvinter', reference_table="books"
    ),
    "inner, or in what is referenced": lambda c: (
        c.from_("books")
        .select("id,authors!inner(name)")
        .order("id")
        .or_("id.in.(1,2),name.like.Tove*", reference_table="authors")
        .neq("id", 6)
    ),
    "without any": lambda c: c.from_("authors").select("id,books()").order("id").is_("books", None),
    "order in what is referenced": lambda c: (
        c.from_("authors").select("id,books(title)").order("id").order("id", desc=True, foreign_table="books")
    ),
    "limit in what is referenced": lambda c: authors(c).limit(1, foreign_table="books"),
    "range in what is referenced": lambda c: authors(c).range(1, 1, foreign_table="books"),
    "a count of what is referenced": lambda c: c.from_("authors").select("id,books(count)").order("id"),
    "embedded twice": lambda c: (
        c.from_("authors")
        .select("id,old:books(title),new:books(title)")
        .order("id")
        .order("id", foreign_table="old")
        .order("id", foreign_table="new")
        .lt("old.year", 1970)
        .gte("new.year", 1970)
    ),
    "a count of rows": lambda c: c.from_("books").select("count()"),
    "a sum in groups": lambda c: c.from_("books").select("author_id,price.sum()").order("author_id"),
    "aggregates under other names": lambda c: c.from_("books").select("least:year.min(),most:year.max()"),
    "a count beside a spread": lambda c: c.from_("books").select("...authors(name),count()").order("authors(name)"),
    "a sum in an embed": lambda c: c.from_("books").select("id,editions(copies.sum())").order("id"),
    "the schema public": lambda c: c.schema("public").from_("authors").select("id").order("id"),
    "another schema": lambda c: c.schema("stock").from_("copies").select("id,shelf").order("id"),
    "a schema that is not there": lambda c: c.schema("attic").from_("copies").select("id"),
}
ANSWERS: dict[str, Ask] = {
    "count, exact": lambda c: c.from_("books").select("id", count=CountMethod.exact).eq("author_id", 1).order("id"),
    "count, planned": lambda c: c.from_("books").select("id", count=CountMethod.planned).order("id"),
    "count, estimated": lambda c: (
        c.from_("books").select("id", count=CountMethod.estimated).eq("author_id", 1).order("id")
    ),
    "count of a page": lambda c: c.from_("books").select("id", count=CountMethod.exact).order("id").range(2, 4),
    "count of nothing": lambda c: c.from_("books").select("id", count=CountMethod.exact).eq("id", 99),
    "head, with a count": lambda c: c.from_("books").select("*", count=CountMethod.exact, head=True),
    "head, without a count": lambda c: c.from_("books").select("*", head=True),
    "count behind the last row": lambda c: c.from_("books").select("id", count=CountMethod.exact).range(50, 60),
    "single": lambda c: c.from_("authors").select("*").eq("id", 3).single(),
    "single, of none": lambda c: c.from_("authors").select("*").eq("id", 99).single(),
    "single, of several": lambda c: c.from_("authors").select("*").single(),
    "single, with an embed": lambda c: c.from_("books").select("id,authors(name)").eq("id", 3).single(),
    "single, nulls left out": lambda c: c.from_("authors").select("*").eq("id", 4).strip_nulls().single(),
    "maybe single": lambda c: c.from_("authors").select("*").eq("id", 3).maybe_single(),
    "maybe single, of none": lambda c: c.from_("authors").select("*").eq("id", 99).maybe_single(),
    "maybe single, of several, in Python": lambda c: c.from_("authors").select("*").maybe_single(),
    "csv": lambda c: c.from_("authors").select("id,name,born").order("id").csv(),
    "csv of nothing": lambda c: c.from_("authors").select("id,name").eq("id", 99).csv(),
    "explain": lambda c: books(c).explain(),
    "explain, analyze": lambda c: books(c).explain(analyze=True, verbose=True, settings=True, buffers=True, wal=True),
    "explain, as JSON": lambda c: books(c).explain(format="json"),
    "an unknown table": lambda c: c.from_("autors").select("*"),
    "an unknown column": lambda c: c.from_("books").select("titel"),
    "an unknown column in a filter": lambda c: books(c).eq("yaer", 1),
    "an unknown operator": lambda c: books(c).filter("id", "is_about", "1"),
    "a value that is none": lambda c: books(c).eq("year", "never"),
    "no relationship": lambda c: c.from_("books").select("id,quotes(body)"),
    "two relationships": lambda c: c.from_("letters").select("id,authors(name)"),
    "a filter of what is not embedded": lambda c: books(c).eq("authors.name", "x"),
    "several of what is ordered by": lambda c: c.from_("authors").select("id,books()").order("books(title)"),
    "head of an unknown table": lambda c: c.from_("autors").select("*", head=True),
}
ASKED = FILTERS | SHAPES | ANSWERS
