"""Aggregates of related rows, and groups by what their aggregates are."""

# ruff: noqa: E501 - a URL or a body is read and searched for in one piece

from __future__ import annotations

from case import listed

# Within embeds.
EMBEDDED = listed(
    r"""
authors?select=name,books!author_id(count())&order=id
    [{"name":"Ada","books":[{"count":3}]},{"name":"Ben","books":[{"count":1}]},{"name":"Cleo","books":[{"count":1}]},{"name":"Dov","books":[{"count":0}]},{"name":"Ede","books":[{"count":0}]}]
authors?select=name,books!author_id(count)&order=id
    [{"name":"Ada","books":[{"count":3}]},{"name":"Ben","books":[{"count":1}]},{"name":"Cleo","books":[{"count":1}]},{"name":"Dov","books":[{"count":0}]},{"name":"Ede","books":[{"count":0}]}]
authors?select=name,books!author_id(count(),price.sum(),price.avg(),year.max())&order=id
    [{"name":"Ada","books":[{"count":3,"sum":38.50,"avg":12.8333333333333333,"max":2010}]},{"name":"Ben","books":[{"count":1,"sum":10.50,"avg":10.5000000000000000,"max":2005}]},{"name":"Cleo","books":[{"count":1,"sum":null,"avg":null,"max":2005}]},{"name":"Dov","books":[{"count":0,"sum":null,"avg":null,"max":null}]},{"name":"Ede","books":[{"count":0,"sum":null,"avg":null,"max":null}]}]
authors?select=name,books!author_id(year,count())&books.order=year&order=id
    [{"name":"Ada","books":[{"year":2001,"count":2},{"year":2010,"count":1}]},{"name":"Ben","books":[{"year":2005,"count":1}]},{"name":"Cleo","books":[{"year":2005,"count":1}]},{"name":"Dov","books":[]},{"name":"Ede","books":[]}]
authors?select=name,books!author_id(count())&books.price=gt.8&order=id
    [{"name":"Ada","books":[{"count":2}]},{"name":"Ben","books":[{"count":1}]},{"name":"Cleo","books":[{"count":0}]},{"name":"Dov","books":[{"count":0}]},{"name":"Ede","books":[{"count":0}]}]
authors?select=name,books!author_id(year,n:count())&books.order=year&books.limit=1&order=id
    [{"name":"Ada","books":[{"year":2001,"n":2}]},{"name":"Ben","books":[{"year":2005,"n":1}]},{"name":"Cleo","books":[{"year":2005,"n":1}]},{"name":"Dov","books":[]},{"name":"Ede","books":[]}]
authors?select=name,countries(count())&order=id
    [{"name":"Ada","countries":{"count":1}},{"name":"Ben","countries":{"count":1}},{"name":"Cleo","countries":{"count":1}},{"name":"Dov","countries":{"count":0}},{"name":"Ede","countries":{"count":1}}]
authors?select=name,passports(number.max())&order=id
    [{"name":"Ada","passports":{"max":"N1"}},{"name":"Ben","passports":{"max":"C2"}},{"name":"Cleo","passports":{"max":null}},{"name":"Dov","passports":{"max":null}},{"name":"Ede","passports":{"max":null}}]
books?select=title,tags(count(),name.max())&order=id
    [{"title":"Algebra","tags":[{"count":2,"max":"bio"}]},{"title":"Botany","tags":[{"count":1,"max":"bio"}]},{"title":"Chess","tags":[{"count":1,"max":"art"}]},{"title":"Drums","tags":[{"count":0,"max":null}]},{"title":"Echo","tags":[{"count":0,"max":null}]},{"title":"Fog","tags":[{"count":2,"max":"cut"}]}]
books?select=author_id,author:author_id(name),n:count()&order=author_id
    [{"author_id":1,"author":{"name":"Ada"},"n":3},{"author_id":2,"author":{"name":"Ben"},"n":1},{"author_id":3,"author":{"name":"Cleo"},"n":1},{"author_id":null,"author":null,"n":1}]
books?select=author_id,author:author_id(name,countries(name)),price.sum()&order=author_id
    [{"author_id":1,"author":{"name":"Ada","countries":{"name":"Norway"}},"sum":38.50},{"author_id":2,"author":{"name":"Ben","countries":{"name":"Chile"}},"sum":10.50},{"author_id":3,"author":{"name":"Cleo","countries":{"name":"Norway"}},"sum":null},{"author_id":null,"author":null,"sum":5.25}]
books?select=reviews(score),count()&id=in.(2,4,5)&reviews.order=id&year=is.not_null
    [{"reviews":[],"count":1},{"reviews":[{"score":5}],"count":1}]
countries?select=name,authors(name,books!author_id(n:count()))&id=eq.1&authors.order=id
    [{"name":"Norway","authors":[{"name":"Ada","books":[{"n":3}]},{"name":"Cleo","books":[{"n":1}]}]}]
books?select=count(),reviews!inner()
    [{"count":3}]
books?select=count(),reviews()&reviews=is.null
    [{"count":3}]
books?select=year,count(),tags()&tags.name=eq.art&tags=not.is.null&order=year
    [{"year":2001,"count":1},{"year":2005,"count":1},{"year":2010,"count":1}]
authors?select=name,books!author_id!inner(count())&order=id
    [{"name":"Ada","books":[{"count":3}]},{"name":"Ben","books":[{"count":1}]},{"name":"Cleo","books":[{"count":1}]}]
""",
    app="aggregates",
)

# Of a to-one relation's columns that were lifted with a spread.
HOISTED = listed(
    r"""
books?select=price.sum(),...author_id(name)&order=author_id(name)
    [{"sum":38.50,"name":"Ada"},{"sum":10.50,"name":"Ben"},{"sum":null,"name":"Cleo"},{"sum":5.25,"name":null}]
books?select=total:price.sum(),...author_id(name,n:id.count())&order=author_id(name)
    [{"total":38.50,"name":"Ada","n":3},{"total":10.50,"name":"Ben","n":1},{"total":null,"name":"Cleo","n":1},{"total":5.25,"name":null,"n":0}]
books?select=n:count(),...author_id(count())
    [{"n":6,"count":5}]
books?select=...author_id(born.max(),name.min())
    [{"max":"1980-12-31","min":"Ada"}]
books?select=...author_id(...countries(country:name,n:count()))&order=n.desc,n&author_id.name=neq.Cleo
    [{"country":"Norway","n":3},{"country":"Chile","n":1},{"country":null,"n":0}]
books?select=n:count(),...author_id(...countries(name))&having=(n.gt.1)
    [{"n":4,"name":"Norway"}]
books?select=n:count(),...author_id(...countries(country:name))&order=n.desc&limit=1
    [{"n":4,"country":"Norway"}]
editions?select=...books(year,...author_id(name,id.count()))&order=books(year)
    [{"year":2001,"name":"Ada","count":4}]
reviews?select=score.sum(),...books(author:author_id(name))&order=sum.desc.nullslast
    [{"sum":11,"author":{"name":"Ada"}},{"sum":null,"author":{"name":"Ben"}}]
books?select=...editor_id(editor:name),...author_id(n:name.count())&order=editor_id(name)
    [{"editor":"Ada","n":1},{"editor":"Ben","n":2},{"editor":"Cleo","n":1},{"editor":null,"n":1}]
countries?select=name,authors(...desks(n:room.count()))&order=id
    [{"name":"Norway","authors":[{"n":1}]},{"name":"Chile","authors":[{"n":1}]},{"name":"Japan","authors":[{"n":0}]},{"name":"Nauru","authors":[{"n":0}]}]
books?select=...reviews(),count()
    [{"count":6}]
p1?select=...t1(t1,count())&order=t1(t1)
    [{"t1":1,"count":2},{"t1":null,"count":0}]
""",
    app="aggregates",
)

# Of a to-many relation, an array as of its columns; PostgREST refuses these.
SPREAD = listed(
    r"""
authors?select=name,...books!author_id(price.sum(),count())&order=id
    [{"name":"Ada","sum":[38.50],"count":[3]},{"name":"Ben","sum":[10.50],"count":[1]},{"name":"Cleo","sum":[null],"count":[1]},{"name":"Dov","sum":[null],"count":[0]},{"name":"Ede","sum":[null],"count":[0]}]
authors?select=name,...books!author_id(year,n:count())&order=id&books.order=year
    [{"name":"Ada","year":[2001, 2010],"n":[2, 1]},{"name":"Ben","year":[2005],"n":[1]},{"name":"Cleo","year":[2005],"n":[1]},{"name":"Dov","year":[],"n":[]},{"name":"Ede","year":[],"n":[]}]
authors?select=count(),...books!author_id(title)&id=gt.3
    [{"count":2,"title":[]}]
""",
    app="aggregates",
)

# Groups by what their aggregates are, which PostgREST has not.
HAVING = listed(
    r"""
books?select=year,count()&having=(count.gt.1)&order=year
    [{"year":2001,"count":2},{"year":2005,"count":2}]
books?select=year,total:price.sum()&having=(total.gte.10.5,total.lt.100)&order=year
    [{"year":2001,"total":30.75},{"year":2005,"total":10.50}]
books?select=year,total:price.sum()&having=(or(total.is.null,total.lt.8))&order=year
    [{"year":2010,"total":7.75},{"year":null,"total":5.25}]
books?select=year,total:price.sum()&having=(not.and(total.gt.8,total.lt.11))&order=year
    [{"year":2001,"total":30.75},{"year":2010,"total":7.75},{"year":null,"total":5.25}]
books?select=year,a:price.avg(),m:title.max(),c:title.count()&having=(a.gt.7,m.like.*o*,c.in.(1,2))&order=year
    [{"year":2001,"a":15.3750000000000000,"m":"Botany","c":2},{"year":2010,"a":7.7500000000000000,"m":"Fog","c":1}]
books?select=year,t:id.sum()::text&having=(t.gt.5)&order=year
    [{"year":2005,"t":"7"},{"year":2010,"t":"6"}]
books?select=year,n:count()&having=(n.eq(any).{1,3})&order=year
    [{"year":2010,"n":1},{"year":null,"n":1}]
books?select=year,n:count()&having=(n.isdistinct.2)&order=year
    [{"year":2010,"n":1},{"year":null,"n":1}]
books?select=year,count()&having=(count.gt.1)&having=(count.lt.2)
    []
books?select=count()&having=(count.gt.9)
    []
books?select=count()&having=(count.gt.5)
    [{"count":6}]
books?select=price.sum(),having:count()&having=(having.gt.1)
    [{"sum":54.25,"having":6}]
editions?select=m:printed.max()&having=(m.gt.2020-01-01)
    [{"m":"2024-02-29"}]
editions?select=book_id,m:big.max()&having=(m.eq.9007199254740993)
    [{"book_id":1,"m":9007199254740993}]
authors?select=name,books!author_id(year,count())&books.having=(count.gt.1)&order=id
    [{"name":"Ada","books":[{"year":2001,"count":2}]},{"name":"Ben","books":[]},{"name":"Cleo","books":[]},{"name":"Dov","books":[]},{"name":"Ede","books":[]}]
authors?select=name,books!author_id!inner(n:count())&books.having=(n.gt.1)
    [{"name":"Ada","books":[{"n":3}]}]
authors?select=name,books!author_id(count())&books.having=(count.gt.1)&books=is.null&order=id
    [{"name":"Ben","books":[]},{"name":"Cleo","books":[]},{"name":"Dov","books":[]},{"name":"Ede","books":[]}]
authors?select=name,books!author_id!inner(year,count())&books.having=(count.gt.1)&books.price=gt.8&order=id
    [{"name":"Ada","books":[{"year":2001,"count":2}]}]
""",
    app="aggregates",
)

CASES = [*EMBEDDED, *HOISTED, *SPREAD, *HAVING]
