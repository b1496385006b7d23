"""Rows by what is embedded in them: `!inner`, and whether there is anything."""

from __future__ import annotations

from case import listed

# `!inner` drops rows without a related one; `!left` does not.
INNER = listed(
    r"""
authors?select=id,countries!inner(name)&order=id
    [{"id":1,"countries":{"name":"Norway"}},{"id":2,"countries":{"name":"Chile"}},{"id":3,"countries":{"name":"Norway"}},{"id":5,"countries":{"name":"Japan"}}]
authors?select=id,countries!left(name)&order=id
    [{"id":1,"countries":{"name":"Norway"}},{"id":2,"countries":{"name":"Chile"}},{"id":3,"countries":{"name":"Norway"}},{"id":4,"countries":null},{"id":5,"countries":{"name":"Japan"}}]
authors?select=id,books!author_id!inner(id)&order=id&books.order=id
    [{"id":1,"books":[{"id":1},{"id":2},{"id":6}]},{"id":2,"books":[{"id":3}]},{"id":3,"books":[{"id":4}]}]
authors?select=id,books!inner!author_id(id)&order=id&books.order=id
    [{"id":1,"books":[{"id":1},{"id":2},{"id":6}]},{"id":2,"books":[{"id":3}]},{"id":3,"books":[{"id":4}]}]
authors?select=id,books!author_id!inner(id)&books.price=gt.11&order=id
    [{"id":1,"books":[{"id":2}]}]
authors?select=id,books!author_id!inner()&books.price=gt.8&order=id
    [{"id":1},{"id":2}]
books?select=id,tags!inner(name)&tags.name=eq.bio&order=id
    [{"id":1,"tags":[{"name":"bio"}]},{"id":2,"tags":[{"name":"bio"}]}]
books?select=id,tags!inner(name)&tags.name=eq.none
    []
books?select=id,awards!inner(*)
    []
countries?select=id,authors!inner(id,books!author_id!inner(id))&authors.books.price=gt.15&order=id
    [{"id":1,"authors":[{"id":1,"books":[{"id":2}]}]}]
countries?select=id,authors!inner(id,books!author_id(id))&authors.books.price=gt.15&order=id&authors.order=id
    [{"id":1,"authors":[{"id":1,"books":[{"id":2}]},{"id":3,"books":[]}]},{"id":2,"authors":[{"id":2,"books":[]}]},{"id":3,"authors":[{"id":5,"books":[]}]}]
countries?select=id,authors(id,books!author_id!inner(id))&authors.books.price=gt.15&order=id&authors.order=id
    [{"id":1,"authors":[{"id":1,"books":[{"id":2}]}]},{"id":2,"authors":[]},{"id":3,"authors":[]},{"id":4,"authors":[]}]
books?select=id,a:author_id!inner(name,mentor:mentor_id!inner(name))&order=id
    [{"id":3,"a":{"name":"Ben","mentor":{"name":"Ada"}}},{"id":4,"a":{"name":"Cleo","mentor":{"name":"Ada"}}}]
authors?select=id,countries!inner(name),desks!inner(room)&order=id
    [{"id":1,"countries":{"name":"Norway"},"desks":{"room":"north"}},{"id":2,"countries":{"name":"Chile"},"desks":{"room":"south"}}]
authors?select=id,pupils:authors!mentor_id!inner(id)&order=id&pupils.order=id
    [{"id":1,"pupils":[{"id":2},{"id":3}]},{"id":2,"pupils":[{"id":4}]}]
shelves?select=id,halls!inner(name)&order=id
    [{"id":1,"halls":{"name":"Atrium"}},{"id":2,"halls":{"name":"Atrium"}},{"id":3,"halls":{"name":"Base"}},{"id":6,"halls":{"name":null}}]
authors?select=id,books!author_id!inner(id)&books.limit=0
    []
authors?select=id,books!author_id!inner(id)&books.offset=1&books.order=id
    [{"id":1,"books":[{"id":2},{"id":6}]}]
authors?select=id,countries!inner(name)&countries.offset=1
    []
"""
)

# Whether there is anything in an embed.
NULLS = listed(
    r"""
authors?select=id,countries()&countries=is.null&order=id
    [{"id":4}]
authors?select=id,countries()&countries=not.is.null&order=id
    [{"id":1},{"id":2},{"id":3},{"id":5}]
authors?select=id,countries()&countries=is.not_null&order=id
    [{"id":1},{"id":2},{"id":3},{"id":5}]
authors?select=id,countries()&countries=not.is.not_null&order=id
    [{"id":4}]
authors?select=id,countries(name)&countries=is.null
    [{"id":4,"countries":null}]
authors?select=id,land:countries(name)&land=is.null
    [{"id":4,"land":null}]
books?select=id,reviews()&reviews=is.null&order=id
    [{"id":4},{"id":5},{"id":6}]
books?select=id,reviews()&reviews=not.is.null&order=id
    [{"id":1},{"id":2},{"id":3}]
books?select=id,reviews(id)&reviews=not.is.null&reviews.score=gte.4&order=id
    [{"id":1,"reviews":[{"id":1}]},{"id":2,"reviews":[{"id":3}]}]
books?select=id,tags()&tags.name=eq.art&tags=not.is.null&order=id
    [{"id":1},{"id":3},{"id":6}]
books?select=id,tags()&tags.name=eq.art&tags=is.null&order=id
    [{"id":2},{"id":4},{"id":5}]
shelves?select=id,halls(name)&halls=not.is.null&order=id
    [{"id":1,"halls":{"name":"Atrium"}},{"id":2,"halls":{"name":"Atrium"}},{"id":3,"halls":{"name":"Base"}},{"id":6,"halls":{"name":null}}]
shelves?select=id,halls()&halls=is.null&order=id
    [{"id":4},{"id":5}]
passports?select=author_id,authors()&authors=is.null
    []
books?select=id,reviews(),tags()&or=(reviews.is.null,tags.is.null)&order=id
    [{"id":4},{"id":5},{"id":6}]
books?select=id,reviews(),tags()&reviews.score=eq.5&tags.name=eq.cut&or=(reviews.not.is.null,tags.not.is.null)&order=id
    [{"id":2},{"id":6}]
books?select=id,reviews(),tags()&and=(reviews.is.null,tags.not.is.null)&order=id
    [{"id":6}]
books?select=id,reviews()&not.or=(reviews.is.null,id.eq.1)&order=id
    [{"id":2},{"id":3}]
books?select=id,reviews()&not.and=(reviews.not.is.null,id.lt.3)&order=id
    [{"id":3},{"id":4},{"id":5},{"id":6}]
books?select=id,reviews()&or=(and(reviews.not.is.null,id.gt.2),id.eq.6)&order=id
    [{"id":3},{"id":6}]
countries?select=name,authors(name,books!author_id())&authors.books=not.is.null&authors=not.is.null&order=id&authors.order=id
    [{"name":"Norway","authors":[{"name":"Ada"},{"name":"Cleo"}]},{"name":"Chile","authors":[{"name":"Ben"}]}]
countries?select=name,authors(name,books!author_id())&authors.books=is.null&order=id&authors.order=id
    [{"name":"Norway","authors":[]},{"name":"Chile","authors":[]},{"name":"Japan","authors":[{"name":"Ede"}]},{"name":"Nauru","authors":[]}]
countries?select=name,authors(name,books!author_id(),desks())&authors.or=(books.is.null,desks.is.null)&order=id&authors.order=id
    [{"name":"Norway","authors":[{"name":"Cleo"}]},{"name":"Chile","authors":[]},{"name":"Japan","authors":[{"name":"Ede"}]},{"name":"Nauru","authors":[]}]
authors?select=id,books!author_id(id)&books=is.null&books.price=gt.11&order=id
    [{"id":2,"books":[]},{"id":3,"books":[]},{"id":4,"books":[]},{"id":5,"books":[]}]
tickets?select=id,status(name)&status=eq.1&order=id
    [{"id":1,"status":{"name":"open"}},{"id":4,"status":{"name":"open"}}]
tickets?select=id,status(name)&status=is.null
    [{"id":3,"status":null}]
tickets?select=id,s:status(name)&status=eq.2
    [{"id":2,"s":{"name":"shut"}}]
books?select=id,author_id(name)&author_id=eq.2
    [{"id":3,"author_id":{"name":"Ben"}}]
books?select=id,author_id()&author_id=is.null
    [{"id":5}]
"""
)

CASES = [*INNER, *NULLS]
