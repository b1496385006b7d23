"""Filters, order and pages of embeds; and rows in the order of what is embedded in them."""

from __future__ import annotations

from case import listed

# A filter, order or page of an embed shapes it and drops no parent.
SHAPED = listed(
    r"""
books?select=id,reviews(id)&reviews.score=gte.4&order=id
    [{"id":1,"reviews":[{"id":1}]},{"id":2,"reviews":[{"id":3}]},{"id":3,"reviews":[]},{"id":4,"reviews":[]},{"id":5,"reviews":[]},{"id":6,"reviews":[]}]
books?select=id,reviews(id)&reviews.score=is.null&id=in.(1,3)&order=id
    [{"id":1,"reviews":[]},{"id":3,"reviews":[{"id":4}]}]
books?select=id,reviews(id)&reviews.or=(score.gte.5,body.eq.fine)&id=lt.4&order=id
    [{"id":1,"reviews":[{"id":1}]},{"id":2,"reviews":[{"id":3}]},{"id":3,"reviews":[]}]
books?select=id,reviews(id)&reviews.and=(score.gte.2,body.not.is.null)&id=lt.4&order=id
    [{"id":1,"reviews":[{"id":1}]},{"id":2,"reviews":[{"id":3}]},{"id":3,"reviews":[]}]
books?select=id,reviews(id)&reviews.not.or=(score.gte.5,body.eq.fine)&id=lt.4&order=id
    [{"id":1,"reviews":[]},{"id":2,"reviews":[]},{"id":3,"reviews":[]}]
books?select=id,reviews(id)&reviews.not.and=(score.gte.3,body.eq.fine)&id=lt.4&order=id
    [{"id":1,"reviews":[{"id":2}]},{"id":2,"reviews":[{"id":3}]},{"id":3,"reviews":[{"id":4}]}]
books?select=id,reviews(id)&reviews.body=like(any).{f*,o*}&id=lt.4&order=id
    [{"id":1,"reviews":[{"id":1}]},{"id":2,"reviews":[{"id":3}]},{"id":3,"reviews":[]}]
books?select=id,reviews(id)&reviews.score=in.(2,5)&reviews.id=gt.2&id=lt.4&order=id
    [{"id":1,"reviews":[]},{"id":2,"reviews":[{"id":3}]},{"id":3,"reviews":[]}]
authors?select=id,books!author_id(id)&books.order=price.desc.nullslast,id&id=lt.4&order=id
    [{"id":1,"books":[{"id":2},{"id":1},{"id":6}]},{"id":2,"books":[{"id":3}]},{"id":3,"books":[{"id":4}]}]
authors?select=id,books!author_id(id)&books.order=id.desc&books.limit=2&id=lt.3&order=id
    [{"id":1,"books":[{"id":6},{"id":2}]},{"id":2,"books":[{"id":3}]}]
authors?select=id,books!author_id(id)&books.order=id&books.offset=1&id=lt.3&order=id
    [{"id":1,"books":[{"id":2},{"id":6}]},{"id":2,"books":[]}]
authors?select=id,books!author_id(id)&books.order=id&books.limit=1&books.offset=1&id=lt.3&order=id
    [{"id":1,"books":[{"id":2}]},{"id":2,"books":[]}]
authors?select=id,books!author_id(id)&books.limit=0&id=lt.3&order=id
    [{"id":1,"books":[]},{"id":2,"books":[]}]
authors?select=id,w:books!author_id(id)&w.order=id.desc&w.limit=1&w.year=gt.2000&id=lt.3&order=id
    [{"id":1,"w":[{"id":6}]},{"id":2,"w":[{"id":3}]}]
authors?select=id,countries(name)&countries.name=eq.Chile&order=id
    [{"id":1,"countries":null},{"id":2,"countries":{"name":"Chile"}},{"id":3,"countries":null},{"id":4,"countries":null},{"id":5,"countries":null}]
authors?select=id,books!author_id(id,reviews(id))&books.reviews.score=gt.2&books.order=id.desc&books.reviews.order=id.desc&id=eq.1
    [{"id":1,"books":[{"id":6,"reviews":[]},{"id":2,"reviews":[{"id":3}]},{"id":1,"reviews":[{"id":1}]}]}]
books?select=id,editions(id)&editions.extra->>n=eq.1&id=eq.1
    [{"id":1,"editions":[{"id":1}]}]
books?select=id,editions(id)&editions.extra->a->b->>2=eq.x&id=eq.1
    [{"id":1,"editions":[{"id":1}]}]
books?select=id,editions(id)&editions.order=extra->>n.desc.nullslast&id=eq.1
    [{"id":1,"editions":[{"id":1},{"id":2}]}]
books?select=id,tags(id)&tags.name=neq.art&tags.order=name.desc&order=id&limit=2
    [{"id":1,"tags":[{"id":2}]},{"id":2,"tags":[{"id":2}]}]
shelves?select=id,halls(name)&halls.number=eq.2&order=id
    [{"id":1,"halls":null},{"id":2,"halls":null},{"id":3,"halls":null},{"id":4,"halls":null},{"id":5,"halls":null},{"id":6,"halls":{"name":null}}]
authors?select=id,follows!follower_id(followed_id)&follows.since=not.is.null&follows.order=followed_id&order=id
    [{"id":1,"follows":[{"followed_id":2}]},{"id":2,"follows":[{"followed_id":1}]},{"id":3,"follows":[]},{"id":4,"follows":[{"followed_id":1}]},{"id":5,"follows":[]}]
"""
)

# By a to-one relation's columns.
ORDERED = listed(
    r"""
books?select=title,author_id(name)&order=author_id(name),id
    [{"title":"Algebra","author_id":{"name":"Ada"}},{"title":"Botany","author_id":{"name":"Ada"}},{"title":"Fog","author_id":{"name":"Ada"}},{"title":"Chess","author_id":{"name":"Ben"}},{"title":"Drums","author_id":{"name":"Cleo"}},{"title":"Echo","author_id":null}]
books?select=title,author_id(name)&order=author_id(name).desc,id.desc
    [{"title":"Echo","author_id":null},{"title":"Drums","author_id":{"name":"Cleo"}},{"title":"Chess","author_id":{"name":"Ben"}},{"title":"Fog","author_id":{"name":"Ada"}},{"title":"Botany","author_id":{"name":"Ada"}},{"title":"Algebra","author_id":{"name":"Ada"}}]
books?select=title,a:author_id(name)&order=a(name).nullsfirst,id&limit=2
    [{"title":"Echo","a":null},{"title":"Algebra","a":{"name":"Ada"}}]
books?select=title,author_id()&order=author_id(born).desc.nullslast,id
    [{"title":"Chess"},{"title":"Algebra"},{"title":"Botany"},{"title":"Fog"},{"title":"Drums"},{"title":"Echo"}]
books?select=title,author_id(name),editor_id(name)&order=editor_id(name).desc.nullslast,author_id(name),id
    [{"title":"Botany","author_id":{"name":"Ada"},"editor_id":{"name":"Cleo"}},{"title":"Algebra","author_id":{"name":"Ada"},"editor_id":{"name":"Ben"}},{"title":"Fog","author_id":{"name":"Ada"},"editor_id":{"name":"Ben"}},{"title":"Echo","author_id":null,"editor_id":{"name":"Ben"}},{"title":"Chess","author_id":{"name":"Ben"},"editor_id":{"name":"Ada"}},{"title":"Drums","author_id":{"name":"Cleo"},"editor_id":null}]
authors?select=id,desks(room)&order=desks(room).desc.nullslast,id
    [{"id":2,"desks":{"room":"south"}},{"id":1,"desks":{"room":"north"}},{"id":3,"desks":null},{"id":4,"desks":null},{"id":5,"desks":null}]
editions?select=id,books(id)&order=books(title).desc,id
    [{"id":3,"books":{"id":2}},{"id":4,"books":{"id":2}},{"id":1,"books":{"id":1}},{"id":2,"books":{"id":1}}]
countries?select=id,authors(name,desks(room))&authors.order=desks(room).desc.nullslast,id&id=eq.1
    [{"id":1,"authors":[{"name":"Ada","desks":{"room":"north"}},{"name":"Cleo","desks":null}]}]
reviews?select=id,books(title,author_id(name))&order=books(title).desc,id&limit=2
    [{"id":4,"books":{"title":"Chess","author_id":{"name":"Ben"}}},{"id":3,"books":{"title":"Botany","author_id":{"name":"Ada"}}}]
shelves?select=id,halls()&order=halls(number).desc.nullslast,halls(name),id
    [{"id":6},{"id":1},{"id":2},{"id":3},{"id":4},{"id":5}]
editions?select=id,books!inner()&order=books(price).desc,id.desc
    [{"id":4},{"id":3},{"id":2},{"id":1}]
p1?select=id,t1()&order=t1(_row).nullsfirst,id.desc
    [{"id":3},{"id":2},{"id":1}]
authors?select=id,countries(name)&order=countries(name)&countries.name=gt.K
    [{"id":1,"countries":{"name":"Norway"}},{"id":3,"countries":{"name":"Norway"}},{"id":2,"countries":null},{"id":4,"countries":null},{"id":5,"countries":null}]
"""
)

CASES = [*SHAPED, *ORDERED]
