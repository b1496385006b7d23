"""Names of every kind: reserved words, capitals, unicode, dots, quotes, and the quoting rules for them."""

# ruff: noqa: E501 - a URL or a body is read and searched for in one piece

from __future__ import annotations

from case import refused, rows

TABLES = [
    rows("dot.ted", '[{"id":1,"name":"dot"}]'),
    rows("odd%20name?select=id&order=id", '[{"id":1},{"id":2}]'),
    rows("Größe ☃", '[{"id":1,"name":"snow"}]'),
    rows("Gr%C3%B6%C3%9Fe%20%E2%98%83?name=eq.snow", '[{"id":1,"name":"snow"}]'),
    rows("CamelCase", '[{"id":1,"name":"hump"}]'),
    rows("camelcase2", '[{"id":1,"name":"flat"}]'),
    rows("order", '[{"id":1,"name":"reserved"}]'),
    rows("order?order=name.desc&select=name", '[{"name":"reserved"}]'),
    rows('quo"ted', '[{"id":1,"name":"quote"}]'),
    rows("100%25 sure", '[{"id":1,"name":"percent"}]'),
    refused("camelcase", 404, "PGRST205"),
    refused("ITEMS", 404, "PGRST205"),
]
COLUMNS = [
    rows(
        "odd name?id=eq.1",
        r'[{"id":1,"select":10,"order":"first","or":"x","a.b":"dotted","quo\"te":"quoted","Ünïcode":"über",'
        r'"UPPER":"up","with space":"spaced","paren(s)":"bracketed","comma,x":"listed","a:b":"typed","limit":"capped","count":7}]',
    ),
    rows("odd name?select=select,order,or,limit&id=eq.1", '[{"select":10,"order":"first","or":"x","limit":"capped"}]'),
    rows(
        'odd name?select="a.b","quo\\"te","paren(s)","comma,x","a:b"&id=eq.1',
        r'[{"a.b":"dotted","quo\"te":"quoted","paren(s)":"bracketed","comma,x":"listed","a:b":"typed"}]',
    ),
    rows("odd name?select=Ünïcode,UPPER,with space&id=eq.1", '[{"Ünïcode":"über","UPPER":"up","with space":"spaced"}]'),
    rows('odd name?select="with space"&id=eq.1', '[{"with space":"spaced"}]'),
    rows("odd name?select=count&id=eq.1", '[{"count":7}]'),
    rows('odd name?select=n:"a.b"::text&id=eq.1', '[{"n":"dotted"}]'),
    rows('odd name?select=id&"a.b"=eq.dots', '[{"id":2}]'),
    rows('odd name?select=id&"select"=eq.20', '[{"id":2}]'),
    rows('odd name?select=id&"order"=eq.second', '[{"id":2}]'),
    rows('odd name?select=id&"or"=eq.y', '[{"id":2}]'),
    rows('odd name?select=id&"limit"=like.caps', '[{"id":2}]'),
    rows('odd name?select=id&"quo\\"te"=eq.quotes', '[{"id":2}]'),
    rows('odd name?select=id&"paren(s)"=eq.brackets', '[{"id":2}]'),
    rows('odd name?select=id&"comma,x"=in.(lists)', '[{"id":2}]'),
    rows('odd name?select=id&"a:b"=eq.types', '[{"id":2}]'),
    rows("odd name?select=id&with space=eq.spaces", '[{"id":2}]'),
    rows("odd%20name?select=id&with%20space=eq.spaces", '[{"id":2}]'),
    rows("odd name?select=id&with+space=eq.spaces", '[{"id":2}]'),
    rows("odd name?select=id&UPPER=eq.UP", '[{"id":2}]'),
    rows("odd name?select=id&Ünïcode=eq.ärger", '[{"id":2}]'),
    rows("odd name?select=id&count=eq.8", '[{"id":2}]'),
    rows("odd name?select=id&count=gt.7&limit=1", '[{"id":2}]'),
    refused("odd name?upper=eq.UP", 400, "42703", mentions=("upper",)),
    refused("odd name?a.b=eq.dots", 400, "PGRST108"),
]
CASES = TABLES + COLUMNS
