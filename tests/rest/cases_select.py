"""`select`: columns, aliases, casts, JSON paths; and JSON paths in filters."""

# ruff: noqa: E501 - a URL or a body is read and searched for in one piece

from __future__ import annotations

from case import POSTGRESQL, ids, refused, rows

_WIDE = ",".join(f'"c{number:03d}":{number}' for number in range(1, 121))

COLUMNS = [
    rows(
        "pairs?order=a,b",
        '[{"a":1,"b":1,"label":"one-one"},{"a":1,"b":2,"label":"one-two"},{"a":2,"b":1,"label":"two-one"}]',
    ),
    rows("pairs?select=*&order=a,b&limit=1", '[{"a":1,"b":1,"label":"one-one"}]'),
    rows("pairs?select=&order=a,b&limit=1", '[{"a":1,"b":1,"label":"one-one"}]'),
    rows("pairs?select=label,a&order=a,b&limit=1", '[{"label":"one-one","a":1}]'),
    rows("pairs?select= label , a &order=a,b&limit=1", '[{"label":"one-one","a":1}]'),
    rows("items?select=id,name&id=eq.8", '[{"id":8,"name":"naïve ☃"}]'),
    rows(
        "items?select=id,active,note&id=in.(1,2,4)&order=id",
        '[{"id":1,"active":true,"note":null},{"id":2,"active":false,"note":"heavy"},{"id":4,"active":null,"note":"fits \\"bolt\\""}]',
    ),
    rows("items?select=kind:name,id&id=eq.3", '[{"kind":"bolt","id":3}]'),
    rows('items?select="two words":name&id=eq.3', '[{"two words":"bolt"}]'),
    rows("items?select=größe:id&id=eq.3", '[{"größe":3}]'),
    rows("items?select=id,other:id&id=eq.3", '[{"id":3,"other":3}]'),
    rows("items?id=eq.3&select=name&active=is.true", '[{"name":"bolt"}]'),
    rows("nothing", "[]"),
    rows("nothing?select=name", "[]"),
    rows("item_names?order=name&limit=2", '[{"name":"Anchor","note":"heavy"},{"name":"anvil","note":null}]'),
    rows(
        "item_totals?order=active",
        '[{"active":false,"items":2,"quantity":12},{"active":true,"items":4,"quantity":6215},{"active":null,"items":2,"quantity":4800}]',
    ),
    rows(
        "no_key?order=a.nullsfirst,b&select=a,b",
        '[{"a":null,"b":2},{"a":"x","b":1},{"a":"x","b":1},{"a":"y","b":null}]',
    ),
    rows(
        "nodes?parent_id=eq.1&order=id", '[{"id":2,"parent_id":1,"name":"left"},{"id":3,"parent_id":1,"name":"right"}]'
    ),
    rows("wide", '[{"id":1,' + _WIDE + "}]"),
    rows("wide?select=*", '[{"id":1,' + _WIDE + "}]"),
    rows("wide?select=c120,c064,c001", '[{"c120":120,"c064":64,"c001":1}]'),
    rows("wide?select=c100&c119=eq.119&c065=lt.66", '[{"c100":100}]'),
]
CASTS = [
    rows("items?select=id::text&id=eq.3", '[{"id":"3"}]'),
    rows("items?select=label:id::text&id=eq.3", '[{"label":"3"}]'),
    rows(
        "items?select=active::text,id&id=in.(1,2,4)&order=id",
        '[{"active":"true","id":1},{"active":"false","id":2},{"active":null,"id":4}]',
    ),
    rows("items?select=quantity::bigint&id=eq.3", '[{"quantity":5000}]'),
    rows("items?select=quantity::float8&id=eq.3", '[{"quantity":5000}]', on=POSTGRESQL),
    rows("items?select=price::text&id=eq.3", '[{"price":"0.05"}]'),
    rows("items?select=price::integer&id=eq.2", '[{"price":100}]'),
    rows("items?select=price::int4&id=eq.2", '[{"price":100}]', on=POSTGRESQL),
    rows("items?select=active::int&id=eq.1", '[{"active":1}]'),
    rows("decimals?select=fixed::text&id=eq.1", '[{"fixed":"12345678901234567890.1234567890"}]', on=POSTGRESQL),
    rows(
        "integers?select=big::text&id=in.(1,3)&order=id", '[{"big":"-9223372036854775808"},{"big":"9007199254740993"}]'
    ),
    rows("items?select=name::varchar(3)&id=eq.1", '[{"name":"anv"}]', on=POSTGRESQL),
    rows("items?select=id::double precision&id=eq.1", '[{"id":1}]', on=POSTGRESQL),
    rows("lists?select=numbers::text&id=eq.1", '[{"numbers":"{1,2,3}"}]', on=POSTGRESQL),
    rows("people?select=mood::text&id=eq.1", '[{"mood":"happy"}]'),
    refused("items?select=id::no_such_type", 400, "42704", mentions=("no_such_type",)),
    refused("items?select=name::integer", 400, "22P02", on=POSTGRESQL),
]
PATHS = [
    rows("documents?select=doc->name&id=eq.1", '[{"name":"ann"}]'),
    rows("documents?select=doc->>name&id=eq.1", '[{"name":"ann"}]'),
    rows("documents?select=doc->age,years:doc->>age&id=eq.1", '[{"age":31,"years":"31"}]'),
    rows("documents?select=tree->age,years:tree->>age&id=eq.1", '[{"age":31,"years":"31"}]'),
    rows("documents?select=doc->>age::int&id=eq.1", '[{"age":31}]'),
    rows("documents?select=years:doc->>age::int&id=eq.1", '[{"years":31}]'),
    rows("documents?select=doc->flag,text:doc->>flag&id=eq.3", '[{"flag":true,"text":"true"}]'),
    rows("documents?select=doc->age,text:doc->>age&id=eq.3", '[{"age":null,"text":null}]'),
    rows("documents?select=doc->address&id=eq.1", '[{"address":{"city":"Oslo","zip":"0150"}}]'),
    rows("documents?select=doc->address->>city&id=lt.4&order=id", '[{"city":"Oslo"},{"city":"Bergen"},{"city":null}]'),
    rows("documents?select=where:tree->address->city&id=eq.2", '[{"where":"Bergen"}]'),
    rows("documents?select=doc->>tags&id=eq.1", '[{"tags":"[\\"a\\",\\"b\\"]"}]'),
    rows("documents?select=doc->tags->0&id=eq.1", '[{"tags":"a"}]'),
    rows("documents?select=doc->tags->>1&id=eq.1", '[{"tags":"b"}]'),
    rows("documents?select=doc->tags->9&id=eq.1", '[{"tags":null}]'),
    rows("documents?select=doc->tags->-1&id=eq.1", '[{"tags":"b"}]'),
    rows("documents?select=doc->0,last:doc->-1->>k&id=eq.4", '[{"doc":1,"last":"v"}]'),
    rows("documents?select=doc->2->1&id=eq.4", '[{"doc":4}]'),
    rows("documents?select=tree->3->>k&id=eq.4", '[{"k":"v"}]'),
    rows("documents?select=doc->odd key!&id=eq.8", '[{"odd key!":1}]'),
    rows('documents?select=doc->"a.b"&id=eq.8', '[{"a.b":2}]'),
    rows("documents?select=doc->é&id=eq.8", '[{"é":"ü"}]'),
    rows("documents?select=doc->big,text:doc->>big&id=eq.8", '[{"big":9007199254740993,"text":"9007199254740993"}]'),
    rows("documents?select=doc->nope->deeper&id=eq.1", '[{"deeper":null}]'),
    rows(
        "documents?select=doc&id=gte.4&order=id",
        '[{"doc":[1,2,[3,4],{"k":"v"}]},{"doc":"text"},{"doc":null},{"doc":null},{"doc":{"odd key!":1,"a.b":2,"0":"zero","big":9007199254740993,"é":"ü"}}]',
    ),
    rows("lists?select=numbers->0,words->>2&id=eq.1", '[{"numbers":1,"words":"e\\"f"}]'),
    rows("lists?select=numbers->>0,grid->1->0&id=eq.1", '[{"numbers":"1","grid":3}]'),
    rows("lists?select=numbers->-1&id=eq.1", '[{"numbers":3}]'),
    rows("people?select=spot->x,text:spot->>y&id=eq.2", '[{"x":30,"text":"4"}]'),
    rows("people?select=spot->x&id=eq.3", '[{"x":null}]'),
    refused("documents?select=doc->>age->1", 404, "42883", on=POSTGRESQL),
    refused("documents?select=doc->>name::integer&id=eq.1", 400, "22P02", on=POSTGRESQL),
    refused("documents?select=doc->", 400, "PGRST100"),
    refused("documents?select=doc->>--3", 400, "PGRST100"),
    refused("documents?select=doc->(a", 400, "PGRST100"),
]
PATH_FILTERS = [
    ids("documents?doc->>name=eq.ann", 1),
    ids("documents?doc->>name=eq.nobody"),
    ids("documents?doc->>name=not.eq.ann", 2, 3),
    ids("documents?doc->>name=in.(ann,cy)", 1, 3),
    ids("documents?doc->>name=like.*b*", 2),
    ids("documents?doc->>age=eq.31", 1),
    ids("documents?doc->>age=gt.4", 2),
    ids("documents?doc->>flag=eq.true", 3),
    ids("documents?doc->>age=is.null", 3, 4, 5, 6, 7, 8),
    ids("documents?doc->age=is.null", 4, 5, 6, 7, 8),
    ids("documents?doc->>name=not.is.null", 1, 2, 3),
    ids("documents?doc->address->>city=eq.Oslo", 1),
    ids("documents?doc->>0=eq.1", 4),
    ids("documents?doc->2->>0=eq.3", 4),
    ids("documents?doc->-1->>k=eq.v", 4),
    ids("documents?doc->tags->>-1=eq.b", 1),
    ids("documents?doc->>odd key!=eq.1", 8),
    ids("documents?doc->>big=eq.9007199254740993", 8),
    ids("documents?tree->age=eq.31", 1),
    ids("documents?tree->age=gt.10", 1),
    ids('documents?tree->tags=eq.["a", "b"]', 1, on=POSTGRESQL),
    ids('documents?tree->address=eq.{"city":"Bergen"}', 2, on=POSTGRESQL),
    ids("lists?numbers->>0=eq.3", 2),
    ids("lists?numbers->0=eq.1", 1),
    ids("lists?grid->1->>1=eq.4", 1),
    ids("people?spot->>x=eq.30", 2),
    ids("people?spot->x=gt.4", 2),
    refused("documents?tree->age=eq.nope", 400, "22P02", on=POSTGRESQL),
    refused("documents?dco->>name=eq.ann", 400, "42703", mentions=("dco",)),
]
BROKEN = [
    refused("items?select=nope", 400, "42703", mentions=("nope",)),
    refused("items?select=id,nope", 400, "42703", mentions=("nope",)),
    refused("items?select=id(", 400, "PGRST100"),
    refused("items?select=(id)", 400, "PGRST100"),
    refused("items?select=id,,name", 400, "PGRST100"),
    refused("items?select=id::", 400, "PGRST100"),
    refused("items?select=a:b:id", 400, "PGRST100"),
    refused('items?select="open', 400, "PGRST100"),
    refused("items?select=items.id", 400, "PGRST100"),
]
CASES = COLUMNS + CASTS + PATHS + PATH_FILTERS + BROKEN
