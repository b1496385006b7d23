"""Aggregates: of all rows, of groups, in an order."""

# ruff: noqa: E501 - a URL or a body is read and searched for in one piece

from __future__ import annotations

from case import listed

# Of all rows.
PLAIN = listed(
    r"""
books?select=count()
    [{"count":6}]
books?select=count
    [{"count":6}]
books?select=n:count()
    [{"n":6}]
books?select=count()::text
    [{"count":"6"}]
books?select=n:count()::text
    [{"n":"6"}]
books?select=count()&id=gt.4
    [{"count":2}]
books?select=count()&id=gt.99
    [{"count":0}]
books?select=price.sum(),price.min(),price.max(),price.count()
    [{"sum":54.25,"min":5.25,"max":20.25,"count":5}]
books?select=price.avg()&id=lt.4
    [{"avg":13.7500000000000000}]
books?select=year.avg(),title.max(),title.min()
    [{"avg":2004.4000000000000000,"max":"Fog","min":"Algebra"}]
books?select=total:price.sum(),n:price.count()::text
    [{"total":54.25,"n":"5"}]
books?select=price::int.sum(),price::text.max()&id=lt.4
    [{"sum":42,"max":"20.25"}]
books?select=price.sum()::text,year.avg()::int&id=lt.4
    [{"sum":"41.25","avg":2002}]
books?select=s:year::text.max()::int
    [{"s":2010}]
awards?select=count(),id.max(),id.sum(),n:id.count()
    [{"count":0,"max":null,"sum":null,"n":0}]
editions?select=extra->>n::int.sum()
    [{"sum":1}]
documents?select=doc->>age::int.sum()::text,max:doc->>age.max(),n:tree->age.count()
    [{"sum":"38","max":"7","n":3}]
editions?select=a:big.max(),b:big.min(),c:ratio.sum(),d:printed.max(),e:note.max(),f:cover.max(),g:extra.count()
    [{"a":9007199254740993,"b":-9223372036854775808,"c":1e+300,"d":"2024-02-29","e":"tab\t\"quote\" back\\slash","f":"\\x6869","g":3}]
editions?select=ratio.sum()&id=lt.3
    [{"sum":0.4}]
editions?select=fixed.sum()
    [{"sum":1234567890.34}]
integers?select=small.sum(),medium.max(),n:big.count()
    [{"sum":-1,"max":2147483647,"n":3}]
moments?select=day.max(),clock.min(),n:at.count()&id=lt.4
    [{"max":"2024-02-29","min":"12:34:56.789","n":2}]
decimals?select=fixed.sum()&id=in.(2,3)
    [{"sum":99.9999999999}]
""",
    app="aggregates",
)

# By all that is selected besides.
GROUPED = listed(
    r"""
books?select=year,count()&order=year
    [{"year":2001,"count":2},{"year":2005,"count":2},{"year":2010,"count":1},{"year":null,"count":1}]
books?select=year,count()&order=year.desc
    [{"year":null,"count":1},{"year":2010,"count":1},{"year":2005,"count":2},{"year":2001,"count":2}]
books?select=year,count()&order=year.nullsfirst&limit=2&offset=1
    [{"year":2001,"count":2},{"year":2005,"count":2}]
books?select=count(),year&order=year&year=gt.2001
    [{"count":2,"year":2005},{"count":1,"year":2010}]
books?select=year,author_id,n:count(),total:price.sum()&order=year,author_id
    [{"year":2001,"author_id":1,"n":2,"total":30.75},{"year":2005,"author_id":2,"n":1,"total":10.50},{"year":2005,"author_id":3,"n":1,"total":null},{"year":2010,"author_id":1,"n":1,"total":7.75},{"year":null,"author_id":null,"n":1,"total":5.25}]
books?select=y:year,total:price.sum()::int&order=year
    [{"y":2001,"total":31},{"y":2005,"total":11},{"y":2010,"total":8},{"y":null,"total":5}]
books?select=year::text,count()&order=year
    [{"year":"2001","count":2},{"year":"2005","count":2},{"year":"2010","count":1},{"year":null,"count":1}]
books?select=year,count()&id=gt.99
    []
books?select=*,count()&order=id&limit=1
    [{"id":1,"title":"Algebra","author_id":1,"editor_id":2,"price":10.50,"year":2001,"count":1}]
books?select=year,n:count(),price.sum(),price.avg(),title.max()&order=year
    [{"year":2001,"n":2,"sum":30.75,"avg":15.3750000000000000,"max":"Botany"},{"year":2005,"n":2,"sum":10.50,"avg":10.5000000000000000,"max":"Drums"},{"year":2010,"n":1,"sum":7.75,"avg":7.7500000000000000,"max":"Fog"},{"year":null,"n":1,"sum":5.25,"avg":5.2500000000000000,"max":"Echo"}]
editions?select=bound,count()&order=bound
    [{"bound":false,"count":1},{"bound":true,"count":2},{"bound":null,"count":1}]
editions?select=extra->n,count()&order=extra->n
    [{"n":1,"count":1},{"n":null,"count":3}]
editions?select=n:extra->>n,count()&order=extra->>n
    [{"n":"1","count":1},{"n":null,"count":3}]
documents?select=flag:tree->flag,count()&order=tree->flag
    [{"flag":true,"count":1},{"flag":null,"count":7}]
editions?select=ratio,count()&order=ratio.desc
    [{"ratio":null,"count":1},{"ratio":1e+300,"count":1},{"ratio":0.30000000000000004,"count":1},{"ratio":0.1,"count":1}]
editions?select=cover,count()&order=cover
    [{"cover":"\\x","count":1},{"cover":"\\x00ff","count":1},{"cover":"\\x6869","count":1},{"cover":null,"count":1}]
editions?select=extra,count()&order=extra
    [{"extra":null,"count":1},{"extra":[1,{"n":2}],"count":1},{"extra":{"a":{"b":[1,null,"x"]},"n":1},"count":1},{"extra":null,"count":1}]
documents?select=doc,count()&order=doc&id=gt.4&id=lt.8
    [{"doc":null,"count":1},{"doc":"text","count":1},{"doc":null,"count":1}]
many?select=parity,count(),id.sum(),square.max()&order=parity
    [{"parity":"even","count":2500,"sum":6252500,"max":25000000},{"parity":"odd","count":2500,"sum":6250000,"max":24990001}]
no_key?select=a,count(),b.sum()&order=a
    [{"a":"x","count":2,"sum":2},{"a":"y","count":1,"sum":null},{"a":null,"count":1,"sum":2}]
""",
    app="aggregates",
)

# By an aggregate, which PostgREST cannot do.
ORDERED = listed(
    r"""
books?select=year,n:count()&order=n.desc,year
    [{"year":2001,"n":2},{"year":2005,"n":2},{"year":2010,"n":1},{"year":null,"n":1}]
books?select=year,total:price.sum()&order=total.desc.nullslast
    [{"year":2001,"total":30.75},{"year":2005,"total":10.50},{"year":2010,"total":7.75},{"year":null,"total":5.25}]
books?select=year,total:id.sum()::text&order=total.desc,year
    [{"year":2005,"total":"7"},{"year":2010,"total":"6"},{"year":null,"total":"5"},{"year":2001,"total":"3"}]
books?select=year,price.max()&order=max,year&limit=1
    [{"year":null,"max":5.25}]
authors?select=name,books!author_id(year,n:count())&books.order=n.desc,year&id=lt.3&order=id
    [{"name":"Ada","books":[{"year":2001,"n":2},{"year":2010,"n":1}]},{"name":"Ben","books":[{"year":2005,"n":1}]}]
""",
    app="aggregates",
)

CASES = [*PLAIN, *GROUPED, *ORDERED]
