"""Logic trees: `and`, `or`, `not`, nested at will, with every way of writing a value in them."""

from __future__ import annotations

from case import POSTGRESQL, ids, refused

TREES = [
    ids("items?or=(id.eq.1,id.eq.2)", 1, 2),
    ids("items?not.or=(id.eq.1,id.eq.2)", 3, 4, 5, 6, 7, 8),
    ids("items?and=(id.gt.1,id.lt.4)", 2, 3),
    ids("items?not.and=(id.gt.1,id.lt.8)", 1, 8),
    ids("items?or=(id.eq.1)", 1),
    ids("items?and=(id.eq.1)", 1),
    ids("items?or=(id.eq.1,id.eq.2)&name=eq.anvil", 1),
    ids("items?or=(id.eq.1,id.eq.2)&or=(id.eq.2,id.eq.3)", 2),
    ids("items?and=(id.eq.1,name.eq.anvil)&or=(id.eq.1,id.eq.2)", 1),
    ids("items?or=(and(name.eq.bolt,id.eq.3),and(name.eq.nut,id.eq.3))", 3),
    ids("items?or=(id.eq.1,and(id.gt.5,or(quantity.is.null,active.is.true)))", 1, 7, 8),
    ids("items?or=(not.and(id.gt.2,id.lt.7),id.eq.4)", 1, 2, 4, 7, 8),
    ids("items?and=(not.or(id.eq.1,id.eq.2),id.lt.5)", 3, 4),
    ids("items?and=( and ( id.in.( 1, 2, 3 ) , id.eq.3 ) , or ( id.eq.2 , id.eq.3 ) )", 3),
    ids("items?or=(id.eq.1, id.eq.2, and(id.in.(3,4), id.in.(4,5)), id.eq.8)", 1, 2, 4, 8),
]
OPERATORS = [
    ids("items?or=(id.lt.2,id.gt.7)", 1, 8),
    ids("items?or=(id.lte.2,id.gte.7)", 1, 2, 7, 8),
    ids("items?and=(id.neq.1,quantity.neq.12,id.lt.5)", 2, 3, 4),
    ids("items?or=(name.like.a*,name.ilike.*NUT)", 1, 4),
    ids("items?or=(name.match.^b,name.imatch.^A)", 1, 2, 3),
    ids("items?or=(id.in.(1,2),id.in.(7,8))", 1, 2, 7, 8),
    ids("items?or=(quantity.is.null,active.is.false,note.is.NULL)", 1, 2, 6, 8),
    ids("items?and=(active.isdistinct.true,id.lt.5)", 2, 4),
    ids("items?or=(id.eq(any).{1,2},name.like(any).{b*,n*})", 1, 2, 3, 4, 8),
    ids("items?and=(id.not.eq.2,name.not.like.*t,quantity.not.is.null,active.not.is.true)", 6),
    ids("items?and=(id.not.in.(1,3),id.not.gt.4)", 2, 4),
    ids("documents?or=(doc->>name.eq.ann,tree->address->>city.eq.Bergen)", 1, 2),
    ids("documents?or=(doc->tags->>0.eq.c,doc->>0.eq.1)", 3, 4),
    ids("lists?or=(numbers.cs.{1,2},numbers.eq.{3,4})", 1, 2, on=POSTGRESQL),
    ids('lists?or=(numbers.eq.{},words.cs.{"a b"})', 1, 3, on=POSTGRESQL),
    ids('spans?or=(span.eq."[1,5)",span.ov."[20,21]")', 1, 3, on=POSTGRESQL),
    ids("articles?or=(words.fts(english).fox,words.plfts.bear)", 1, 2, on=POSTGRESQL),
]
QUOTING = [
    ids('items?or=(note.eq."small, round",note.eq."size (10)")', 3, 6),
    ids('items?or=(note.eq."fits \\"bolt\\"",note.eq."back\\\\slash")', 4, 8),
    ids('items?or=(note.like."*, r*",note.ilike."SIZE (*")', 3, 6),
    ids('items?or=(note.eq."",id.eq."1")', 1, 5),
    ids("items?or=(note.eq.,id.eq.1)", 1, 5),
    ids('items?or=(note.in.("small, round",heavy),id.eq.8)', 2, 3, 8),
    ids("items?or=(price.eq.0.05,price.eq.24.5)", 3, 6),
    ids('odd name?or=("select".eq.10,"a.b".eq.dots)', 1, 2),
    ids('odd name?or=("paren(s)".eq.bracketed,"comma,x".eq.nothing)', 1),
    ids('odd name?and=("or".eq.x,"order".eq.first)', 1),
    ids('odd name?not.or=("quo\\"te".eq.quotes)', 1),
]
BROKEN = [
    refused("items?or=()", 400, "PGRST100"),
    refused("items?or=", 400, "PGRST100"),
    refused("items?or=id.eq.1", 400, "PGRST100"),
    refused("items?or=(id.eq.1", 400, "PGRST100"),
    refused("items?or=(id.eq.1,)", 400, "PGRST100"),
    refused("items?or=(id.eq.1,id)", 400, "PGRST100"),
    refused("items?or=(id.foo.1)", 400, "PGRST100"),
    refused("items?and=(id.eq.1,xor(id.eq.2,id.eq.3))", 400, "PGRST100"),
    refused('items?or=(name.eq."open)', 400, "PGRST100"),
    refused("items?or=(nmae.eq.1)", 400, "42703", mentions=("nmae",)),
    refused("items?or=(id.eq.x,id.eq.1)", 400, "22P02"),
]
CASES = TREES + OPERATORS + QUOTING + BROKEN
