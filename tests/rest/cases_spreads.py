"""Columns of related rows lifted into the row."""

# ruff: noqa: E501 - a URL or a body is read and searched for in one piece

from __future__ import annotations

from case import listed

# A to-one relation's columns become the row's.
TO_ONE = listed(
    r"""
books?select=id,...author_id(writer:name)&order=id
    [{"id":1,"writer":"Ada"},{"id":2,"writer":"Ada"},{"id":3,"writer":"Ben"},{"id":4,"writer":"Cleo"},{"id":5,"writer":null},{"id":6,"writer":"Ada"}]
books?select=id,...authors!editor_id(editor:name,born)&order=id&limit=4
    [{"id":1,"editor":"Ben","born":"1980-12-31"},{"id":2,"editor":"Cleo","born":null},{"id":3,"editor":"Ada","born":"1970-01-02"},{"id":4,"editor":null,"born":null}]
books?select=...author_id(name),id&order=id&limit=2
    [{"name":"Ada","id":1},{"name":"Ada","id":2}]
books?select=id,...author_id(writer:name,...countries(country:name))&order=id
    [{"id":1,"writer":"Ada","country":"Norway"},{"id":2,"writer":"Ada","country":"Norway"},{"id":3,"writer":"Ben","country":"Chile"},{"id":4,"writer":"Cleo","country":"Norway"},{"id":5,"writer":null,"country":null},{"id":6,"writer":"Ada","country":"Norway"}]
books?select=id,...author_id(writer:name),...editor_id(editor:name)&order=id
    [{"id":1,"writer":"Ada","editor":"Ben"},{"id":2,"writer":"Ada","editor":"Cleo"},{"id":3,"writer":"Ben","editor":"Ada"},{"id":4,"writer":"Cleo","editor":null},{"id":5,"writer":null,"editor":"Ben"},{"id":6,"writer":"Ada","editor":"Ben"}]
books?select=id,...authors!author_id(writer:name),...authors!editor_id(editor:name)&id=eq.2
    [{"id":2,"writer":"Ada","editor":"Cleo"}]
books?select=id,...author_id(name,passports(number),follows!follower_id(followed_id))&id=in.(1,5)&order=id&author_id.follows.order=followed_id
    [{"id":1,"name":"Ada","passports":{"number":"N1"},"follows":[{"followed_id":2},{"followed_id":3}]},{"id":5,"name":null,"passports":null,"follows":[]}]
desks?select=id,...authors(*)&order=id&limit=1
    [{"id":1,"name":"Ada","born":"1970-01-02","country_id":1,"mentor_id":null}]
authors?select=id,name,...passports(number)&order=id
    [{"id":1,"name":"Ada","number":"N1"},{"id":2,"name":"Ben","number":"C2"},{"id":3,"name":"Cleo","number":null},{"id":4,"name":"Dov","number":null},{"id":5,"name":"Ede","number":null}]
books?select=id,...author_id(who:name)&author_id.name=neq.Ada&order=id
    [{"id":1,"who":null},{"id":2,"who":null},{"id":3,"who":"Ben"},{"id":4,"who":"Cleo"},{"id":5,"who":null},{"id":6,"who":null}]
books?select=id,...author_id!inner(who:name)&author_id.name=neq.Ada&order=id
    [{"id":3,"who":"Ben"},{"id":4,"who":"Cleo"}]
books?select=id,...author_id(who:name)&author_id=is.null
    [{"id":5,"who":null}]
books?select=id,...author_id(who:name)&order=author_id(name).desc.nullslast,id&limit=3
    [{"id":4,"who":"Cleo"},{"id":3,"who":"Ben"},{"id":1,"who":"Ada"}]
books?select=id,...author_id(who:name,born::text)&id=eq.1
    [{"id":1,"who":"Ada","born":"1970-01-02"}]
editions?select=id,...books(...author_id(...countries(country:name)))&order=id&limit=2
    [{"id":1,"country":"Norway"},{"id":2,"country":"Norway"}]
editions?select=id,...books!inner(...author_id!inner(name))&order=id&books.author_id.name=eq.Ben
    []
books?select=id,...author_id()&id=eq.1
    [{"id":1}]
authors?select=name,books!author_id(title,...editor_id(editor:name))&id=eq.1&books.order=id
    [{"name":"Ada","books":[{"title":"Algebra","editor":"Ben"},{"title":"Botany","editor":"Cleo"},{"title":"Fog","editor":"Ben"}]}]
books?select=title,tags:book_tags(weight,...tags(name))&id=eq.1&book_tags.order=tag_id
    [{"title":"Algebra","tags":[{"weight":5,"name":"art"},{"weight":3,"name":"bio"}]}]
books?select=title,book_tags(...tags(*))&id=eq.1&book_tags.order=tag_id
    [{"title":"Algebra","book_tags":[{"id":1,"name":"art"},{"id":2,"name":"bio"}]}]
authors?select=name,follows!followed_id(since,...authors!follower_id(name))&id=eq.1&follows.order=follower_id
    [{"name":"Ada","follows":[{"since":"2021-01-01","name":"Ben"},{"since":null,"name":"Cleo"},{"since":"2022-01-01","name":"Dov"}]}]
p1?select=id,...t1(t1,_row,c0)&order=id
    [{"id":1,"t1":1,"_row":"r","c0":"c"},{"id":2,"t1":1,"_row":"r","c0":"c"},{"id":3,"t1":null,"_row":null,"c0":null}]
pär(t)s?select=id,..."two words"("na,me")&order=id
    [{"id":1,"na,me":"a"},{"id":2,"na,me":"a"},{"id":3,"na,me":"c"}]
tickets?select=id,...status(state:name)&order=id
    [{"id":1,"state":"open"},{"id":2,"state":"shut"},{"id":3,"state":null},{"id":4,"state":"open"}]
"""
)

# A key that is asked for twice stands once: the last, and what is related before a column.
KEYS = listed(
    r"""
authors?select=name,...countries(name)&order=id
    [{"name":"Norway"},{"name":"Chile"},{"name":"Norway"},{"name":null},{"name":"Japan"}]
authors?select=...countries(name),name&order=id&limit=2
    [{"name":"Norway"},{"name":"Chile"}]
authors?select=*,...countries(*)&id=eq.2
    [{"id":2,"name":"Chile","born":"1980-12-31","country_id":2,"mentor_id":1}]
books?select=id,...author_id(name),...editor_id(name)&order=id&limit=2
    [{"id":1,"name":"Ben"},{"id":2,"name":"Cleo"}]
books?select=name:title,name:year&id=eq.1
    [{"name":2001}]
books?select=*,id:title,*&id=eq.1
    [{"id":"Algebra","title":"Algebra","author_id":1,"editor_id":2,"price":10.50,"year":2001}]
books?select=id,tags:year,tags(name)&id=eq.2&tags.order=name
    [{"id":2,"tags":[{"name":"bio"}]}]
countries?select=name,...authors(name)&id=eq.2
    [{"name":["Ben"]}]
countries?select=...authors(name),name,id&id=eq.2
    [{"name":["Ben"],"id":2}]
authors?select=...books!author_id(id,title),...books!editor_id(id)&id=eq.1&order=id
    [{"title":["Algebra", "Botany", "Fog"],"id":[3]}]
"""
)

# A to-many relation gives an array for each of its columns.
TO_MANY = listed(
    r"""
authors?select=id,...books!author_id(titles:title,prices:price)&order=id&books.order=id
    [{"id":1,"titles":["Algebra", "Botany", "Fog"],"prices":[10.50, 20.25, 7.75]},{"id":2,"titles":["Chess"],"prices":[10.50]},{"id":3,"titles":["Drums"],"prices":[null]},{"id":4,"titles":[],"prices":[]},{"id":5,"titles":[],"prices":[]}]
countries?select=name,...authors(*)&id=eq.1&authors.order=id
    [{"id":[1, 3],"name":["Ada", "Cleo"],"born":["1970-01-02", null],"country_id":[1, 1],"mentor_id":[null, 1]}]
books?select=id,...tags(tags:name)&order=id&tags.order=name
    [{"id":1,"tags":["art", "bio"]},{"id":2,"tags":["bio"]},{"id":3,"tags":["art"]},{"id":4,"tags":[]},{"id":5,"tags":[]},{"id":6,"tags":["art", "cut"]}]
books?select=id,...tags(tags:name,ids:id)&order=id&tags.order=name.desc&tags.limit=1
    [{"id":1,"tags":["bio"],"ids":[2]},{"id":2,"tags":["bio"],"ids":[2]},{"id":3,"tags":["art"],"ids":[1]},{"id":4,"tags":[],"ids":[]},{"id":5,"tags":[],"ids":[]},{"id":6,"tags":["cut"],"ids":[3]}]
authors?select=id,...books!author_id(title)&books.price=gt.8&order=id&books.order=price
    [{"id":1,"title":["Algebra", "Botany"]},{"id":2,"title":["Chess"]},{"id":3,"title":[]},{"id":4,"title":[]},{"id":5,"title":[]}]
authors?select=id,...books!author_id!inner(title)&books.price=gt.8&order=id&books.order=price
    [{"id":1,"title":["Algebra", "Botany"]},{"id":2,"title":["Chess"]}]
authors?select=id,...books!author_id(title)&books=is.null&order=id
    [{"id":4,"title":[]},{"id":5,"title":[]}]
authors?select=id,...books!author_id(title,...editor_id(editor:name))&order=id&books.order=id&id=lt.4
    [{"id":1,"title":["Algebra", "Botany", "Fog"],"editor":["Ben", "Cleo", "Ben"]},{"id":2,"title":["Chess"],"editor":["Ada"]},{"id":3,"title":["Drums"],"editor":[null]}]
authors?select=id,...books!author_id(title,...reviews(score))&order=id&books.order=id&books.reviews.order=id&id=lt.4
    [{"id":1,"title":["Algebra", "Botany", "Fog"],"score":[[4, 2], [5], []]},{"id":2,"title":["Chess"],"score":[[null]]},{"id":3,"title":["Drums"],"score":[[]]}]
authors?select=id,...books!author_id(...reviews(...books(title)))&order=id&books.order=id&books.reviews.order=id&id=lt.4
    [{"id":1,"title":[["Algebra", "Algebra"], ["Botany"], []]},{"id":2,"title":[["Chess"]]},{"id":3,"title":[[]]}]
authors?select=id,...books!author_id(title,editor_id(name))&id=eq.1&books.order=id
    [{"id":1,"title":["Algebra", "Botany", "Fog"],"editor_id":[{"name":"Ben"}, {"name":"Cleo"}, {"name":"Ben"}]}]
authors?select=id,...books!author_id(title,reviews(score))&id=eq.1&books.order=id&books.reviews.order=id
    [{"id":1,"title":["Algebra", "Botany", "Fog"],"reviews":[[{"score":4},{"score":2}], [{"score":5}], []]}]
authors?select=id,...books!author_id(title,...tags(names:name))&id=eq.1&books.order=id&books.tags.order=name
    [{"id":1,"title":["Algebra", "Botany", "Fog"],"names":[["art", "bio"], ["bio"], ["art", "cut"]]}]
countries?select=name,authors(name,...books!author_id(title))&id=eq.1&authors.order=id&authors.books.order=id
    [{"name":"Norway","authors":[{"name":"Ada","title":["Algebra", "Botany", "Fog"]},{"name":"Cleo","title":["Drums"]}]}]
books?select=id,...author_id(name,...follows!follower_id(followed_id))&id=in.(1,5)&order=id&author_id.follows.order=followed_id
    [{"id":1,"name":"Ada","followed_id":[2, 3]},{"id":5,"name":null,"followed_id":[]}]
books?select=id,...reviews()&id=lt.3&order=id
    [{"id":1},{"id":2}]
books?select=id,...editions(big,ratio,extra,cover,fixed,note)&id=eq.1&editions.order=id
    [{"id":1,"big":[9007199254740993, -9223372036854775808],"ratio":[0.1, 0.30000000000000004],"extra":[{"a":{"b":[1,null,"x"]},"n":1}, [1,{"n":2}]],"cover":["\\x00ff", "\\x"],"fixed":[1234567890.25, -0.01],"note":["tab\t\"quote\" back\\slash", "naïve 😀"]}]
books?select=id,...editions(big::text,extra->a->b,bound)&id=eq.1&editions.order=id
    [{"id":1,"big":["9007199254740993", "-9223372036854775808"],"b":[[1,null,"x"], null],"bound":[true, false]}]
"""
)

CASES = [*TO_ONE, *KEYS, *TO_MANY]
