"""`order`: directions, several keys, JSON paths; ascending, nulls are last on both databases, descending first."""

from __future__ import annotations

from case import POSTGRESQL, ids, refused, rows

KEYS = [
    ids("items?order=id", 1, 2, 3, 4, 5, 6, 7, 8),
    ids("items?order=id.asc", 1, 2, 3, 4, 5, 6, 7, 8),
    ids("items?order=id.desc", 8, 7, 6, 5, 4, 3, 2, 1),
    ids("items?order=name", 2, 1, 3, 8, 4, 5, 7, 6),
    ids("items?order=active,id", 2, 6, 1, 3, 5, 7, 4, 8),
    ids("items?order=price.desc.nullslast", 2, 6, 1, 7, 8, 3, 4, 5),
    ids("items?order=active.desc.nullslast,name.desc", 7, 5, 3, 1, 6, 2, 4, 8),
    ids("items?order= quantity , id ", 2, 1, 6, 7, 5, 4, 3, 8),
    rows("pairs?select=a,b&order=b.desc,a.desc", '[{"a":1,"b":2},{"a":2,"b":1},{"a":1,"b":1}]'),
    rows('odd name?select=id&order="select".desc', '[{"id":2},{"id":1}]'),
    rows("odd name?select=id&order=with space.desc", '[{"id":2},{"id":1}]'),
    rows('odd name?select=id&order="a.b"', '[{"id":2},{"id":1}]'),
    ids("many?order=parity,id.desc&limit=3", 5000, 4998, 4996),
    ids("integers?order=big", 1, 3, 2, 4),
    ids("reals?order=double.desc&double=lt.1e300", 2, 1, 4, 6),
    ids("moments?order=day.desc.nullslast&id=lt.4", 1, 2, 3),
    ids("people?order=mood", 2, 3, 1, on=POSTGRESQL),
]
NULLS = [
    ids("items?order=quantity,id", 2, 1, 6, 7, 5, 4, 3, 8),
    ids("items?order=quantity.asc,id.desc", 2, 1, 7, 6, 5, 4, 3, 8),
    ids("items?order=quantity.desc,id", 8, 3, 4, 5, 6, 7, 1, 2),
    ids("items?order=quantity.nullsfirst,id", 8, 2, 1, 6, 7, 5, 4, 3),
    ids("items?order=quantity.nullslast,id", 2, 1, 6, 7, 5, 4, 3, 8),
    ids("items?order=quantity.asc.nullsfirst,id", 8, 2, 1, 6, 7, 5, 4, 3),
    ids("items?order=quantity.asc.nullslast,id", 2, 1, 6, 7, 5, 4, 3, 8),
    ids("items?order=quantity.desc.nullsfirst,id", 8, 3, 4, 5, 6, 7, 1, 2),
    ids("items?order=quantity.desc.nullslast,id.desc", 3, 4, 5, 7, 6, 1, 2, 8),
]
PATHS = [
    ids("documents?order=doc->>name.desc.nullslast,id", 3, 2, 1, 4, 5, 6, 7, 8),
    ids("documents?order=doc->>name.nullsfirst,id&id=lt.5", 4, 1, 2, 3),
    ids("documents?order=doc->address->>city&id=lt.3", 2, 1),
    ids("documents?order=doc->>age,id&id=lt.4", 1, 2, 3),
    ids("documents?order=tree->age.desc&id=lt.3", 1, 2),
    ids("lists?order=numbers->0.desc.nullslast&id=lt.3", 2, 1),
    ids("people?order=spot->x.desc&id=lt.3", 2, 1),
    ids("people?order=spot->>x&id=lt.3", 1, 2),
]
BROKEN = [
    refused("items?order=id.ac", 400, "PGRST100", mentions=("asc",)),
    refused("items?order=id.descc", 400, "PGRST100"),
    refused("items?order=id.asc.nlsfst", 400, "PGRST100", mentions=("nullsfirst",)),
    refused("items?order=id.asc.nullslasttt", 400, "PGRST100"),
    refused("items?order=id.nullsfirst.asc", 400, "PGRST100"),
    refused("items?order=id,,name", 400, "PGRST100"),
    refused("items?order=nope", 400, "42703", mentions=("nope",)),
    refused("items?order=id,nope.desc", 400, "42703", mentions=("nope",)),
    ids("documents?order=doc->age.desc&id=lt.3", 1, 2),
]
CASES = KEYS + NULLS + PATHS + BROKEN
