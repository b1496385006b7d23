"""What stands in embeds: odd names, every kind of value, embeds again."""

# ruff: noqa: E501 - a URL or a body is read and searched for in one piece

from __future__ import annotations

from case import listed, rows

# Names that are something else too.
NAMES = listed(
    r"""
tickets?select=id,status(name)&order=id
    [{"id":1,"status":{"name":"open"}},{"id":2,"status":{"name":"shut"}},{"id":3,"status":null},{"id":4,"status":{"name":"open"}}]
tickets?select=id,status&order=id
    [{"id":1,"status":1},{"id":2,"status":2},{"id":3,"status":null},{"id":4,"status":1}]
tickets?select=id,status,status(name)&order=id
    [{"id":1,"status":{"name":"open"}},{"id":2,"status":{"name":"shut"}},{"id":3,"status":null},{"id":4,"status":{"name":"open"}}]
tickets?select=*,status(name)&id=eq.1
    [{"id":1,"status":{"name":"open"},"title":"leak"}]
tickets?select=id,status,state:status(name)&id=eq.1
    [{"id":1,"status":1,"state":{"name":"open"}}]
p1?select=*,t1(*)&order=id
    [{"id":1,"t2":1,"t1":{"t1":1,"p2":"p","_row":"r","k0":10,"v0":20,"g1":30,"one":40,"c0":"c","?":50},"body":"b","total":7,"%(x)s":8},{"id":2,"t2":1,"t1":{"t1":1,"p2":"p","_row":"r","k0":10,"v0":20,"g1":30,"one":40,"c0":"c","?":50},"body":null,"total":null,"%(x)s":null},{"id":3,"t2":null,"t1":null,"body":"d","total":9,"%(x)s":1}]
p1?select=id,t1,t2(*)&order=id&limit=1
    [{"id":1,"t1":"x","t2":{"t1":1,"p2":"p","_row":"r","k0":10,"v0":20,"g1":30,"one":40,"c0":"c","?":50}}]
p1?select=id,rel:t1(t1,_row,"%3F")&order=id
    [{"id":1,"rel":{"t1":1,"_row":"r","?":50}},{"id":2,"rel":{"t1":1,"_row":"r","?":50}},{"id":3,"rel":null}]
t1?select=*,p1(*)&order=t1&p1.order=id
    [{"t1":1,"p2":"p","_row":"r","k0":10,"v0":20,"g1":30,"one":40,"c0":"c","?":50,"p1":[{"id":1,"t2":1,"t1":"x","body":"b","total":7,"%(x)s":8},{"id":2,"t2":1,"t1":"y","body":null,"total":null,"%(x)s":null}]},{"t1":2,"p2":null,"_row":null,"k0":null,"v0":null,"g1":null,"one":null,"c0":null,"?":null,"p1":[]}]
t1?select=t1,p1(*)&order=t1.desc&p1.order=total.desc.nullslast&p1.t1=neq.y
    [{"t1":2,"p1":[]},{"t1":1,"p1":[{"id":1,"t2":1,"t1":"x","body":"b","total":7,"%(x)s":8}]}]
t1?select=_row,v0,k0,p1(p1:id,v0:total,k0:body,_row:t1)&t1=eq.1&p1.order=id
    [{"_row":"r","v0":20,"k0":10,"p1":[{"p1":1,"v0":7,"k0":"b","_row":"x"},{"p1":2,"v0":null,"k0":null,"_row":"y"}]}]
two words?select=*,"pär(t)s"(*)&order="i.d"&"pär(t)s".order=id
    [{"i.d":1,"na,me":"a","quo\"te":"b","pär(t)s":[{"id":1,"fk:x":1,"sel ect":5},{"id":2,"fk:x":1,"sel ect":6}]},{"i.d":2,"na,me":"c","quo\"te":null,"pär(t)s":[{"id":3,"fk:x":2,"sel ect":7}]}]
pär(t)s?select=*,"two words"(*)&order=id
    [{"id":1,"fk:x":1,"sel ect":5,"two words":{"i.d":1,"na,me":"a","quo\"te":"b"}},{"id":2,"fk:x":1,"sel ect":6,"two words":{"i.d":1,"na,me":"a","quo\"te":"b"}},{"id":3,"fk:x":2,"sel ect":7,"two words":{"i.d":2,"na,me":"c","quo\"te":null}}]
pär(t)s?select=id,"fk:x"("na,me","quo\"te")&order=id
    [{"id":1,"fk:x":{"na,me":"a","quo\"te":"b"}},{"id":2,"fk:x":{"na,me":"a","quo\"te":"b"}},{"id":3,"fk:x":{"na,me":"c","quo\"te":null}}]
pär(t)s?select=id,"a:b.(c)":"two words"("d,e":"na,me")&id=eq.1
    [{"id":1,"a:b.(c)":{"d,e":"a"}}]
pär(t)s?select=id,"two words"!"fk:x"("na,me")&id=eq.3
    [{"id":3,"two words":{"na,me":"c"}}]
two words?select="na,me","pär(t)s"("sel ect")&"pär(t)s"."sel ect"=gt.5&order="i.d"
    [{"na,me":"a","pär(t)s":[{"sel ect":6}]},{"na,me":"c","pär(t)s":[{"sel ect":7}]}]
books?select=id,"%25(p0)s":tags("%25s":name),"%3F":reviews("$1":score)&id=eq.1&"%25(p0)s".order=name&"%3F".order=id
    [{"id":1,"%(p0)s":[{"%s":"art"},{"%s":"bio"}],"?":[{"$1":4},{"$1":2}]}]
"""
)

# Values within embeds are what they are outside.
VALUES = listed(
    r"""
books?select=id,editions(*)&id=eq.1&editions.order=id
    [{"id":1,"editions":[{"id":1,"book_id":1,"big":9007199254740993,"ratio":0.1,"bound":true,"extra":{"a":{"b":[1,null,"x"]},"n":1},"cover":"\\x00ff","fixed":1234567890.25,"printed":"2024-02-29","note":"tab\t\"quote\" back\\slash"},{"id":2,"book_id":1,"big":-9223372036854775808,"ratio":0.30000000000000004,"bound":false,"extra":[1,{"n":2}],"cover":"\\x","fixed":-0.01,"printed":"1999-12-31","note":"naïve 😀"}]}]
books?select=id,editions(*)&id=eq.2&editions.order=id
    [{"id":2,"editions":[{"id":3,"book_id":2,"big":null,"ratio":null,"bound":null,"extra":null,"cover":null,"fixed":null,"printed":null,"note":null},{"id":4,"book_id":2,"big":0,"ratio":1e+300,"bound":true,"extra":null,"cover":"\\x6869","fixed":0.10,"printed":"2000-01-01","note":""}]}]
editions?select=id,books(price,editions(big,ratio,fixed))&id=eq.1&books.editions.order=id
    [{"id":1,"books":{"price":10.50,"editions":[{"big":9007199254740993,"ratio":0.1,"fixed":1234567890.25},{"big":-9223372036854775808,"ratio":0.30000000000000004,"fixed":-0.01}]}}]
books?select=id,editions(extra->a->b->2,n:extra->>n,first:extra->0)&id=eq.1&editions.order=id
    [{"id":1,"editions":[{"b":"x","n":"1","first":null},{"b":null,"n":null,"first":1}]}]
books?select=id,editions(note::text,fixed::text,big::text,printed::text,bound::text,bound::int)&id=eq.1&editions.order=id
    [{"id":1,"editions":[{"note":"tab\t\"quote\" back\\slash","fixed":"1234567890.25","big":"9007199254740993","printed":"2024-02-29","bound":1},{"note":"naïve 😀","fixed":"-0.01","big":"-9223372036854775808","printed":"1999-12-31","bound":0}]}]
broad?select=w200,holders(*)&order=id
    [{"w200":200,"holders":[{"id":1,"broad_id":1}]}]
stations?select=name,measures(id,level)&order=id&measures.order=id
    [{"name":"hill","measures":[{"id":1,"level":5},{"id":2,"level":7}]},{"name":"bay","measures":[{"id":3,"level":null}]}]
measures?select=id,stations(name)&order=id
    [{"id":1,"stations":{"name":"hill"}},{"id":2,"stations":{"name":"hill"}},{"id":3,"stations":{"name":"bay"}}]
"""
)

# Embeds in embeds.
DEEP = listed(
    r"""
editions?select=id,books(author_id(name,countries(name)))&id=eq.1
    [{"id":1,"books":{"author_id":{"name":"Ada","countries":{"name":"Norway"}}}}]
countries?select=name,authors(name,books!author_id(title,reviews(score,books(title,author_id(name)))))&id=eq.2
    [{"name":"Chile","authors":[{"name":"Ben","books":[{"title":"Chess","reviews":[{"score":null,"books":{"title":"Chess","author_id":{"name":"Ben"}}}]}]}]}]
countries?select=name,authors(name,books!author_id(title,tags(name,book_tags(weight,books(title)))))&id=eq.2&authors.books.tags.book_tags.order=book_id
    [{"name":"Chile","authors":[{"name":"Ben","books":[{"title":"Chess","tags":[{"name":"art","book_tags":[{"weight":5,"books":{"title":"Algebra"}},{"weight":null,"books":{"title":"Chess"}},{"weight":2,"books":{"title":"Fog"}}]}]}]}]}]
countries?select=name,authors(name,countries(name,authors(name,countries(name))))&id=eq.2
    [{"name":"Chile","authors":[{"name":"Ben","countries":{"name":"Chile","authors":[{"name":"Ben","countries":{"name":"Chile"}}]}}]}]
books?select=id,reviews(),tags(name),awards()&id=eq.2&tags.order=id
    [{"id":2,"tags":[{"name":"bio"}]}]
books?select=id,author_id()&id=eq.1
    [{"id":1}]
books?select=reviews()&id=eq.1
    [{}]
books?select=id,author_id(countries())&id=in.(1,5)&order=id
    [{"id":1,"author_id":{}},{"id":5,"author_id":null}]
books?select=id,tags(book_tags())&id=in.(1,4)&order=id
    [{"id":1,"tags":[{},{}]},{"id":4,"tags":[]}]
books?select=id,...author_id(countries())&id=eq.1
    [{"id":1}]
books?select=id,...tags(book_tags())&id=eq.1
    [{"id":1}]
books?select=id,author_id(countries(),name)&id=eq.1
    [{"id":1,"author_id":{"name":"Ada"}}]
"""
)

_BROAD = ",".join(f'"w{number:03d}":{number}' for number in range(1, 201))
WIDE = [
    rows("holders?select=id,broad(*)&order=id", f'[{{"id":1,"broad":{{"id":1,{_BROAD}}}}},{{"id":2,"broad":null}}]')
]

CASES = [*NAMES, *VALUES, *DEEP, *WIDE]
