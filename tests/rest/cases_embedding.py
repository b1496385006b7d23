"""Related rows in rows: by the table, the column, the constraint, with hints and aliases."""

from __future__ import annotations

from case import listed

# Many-to-one and one-to-one: an object or null.
TO_ONE = listed(
    r"""
authors?select=name,countries(name)&order=id
    [{"name":"Ada","countries":{"name":"Norway"}},{"name":"Ben","countries":{"name":"Chile"}},{"name":"Cleo","countries":{"name":"Norway"}},{"name":"Dov","countries":null},{"name":"Ede","countries":{"name":"Japan"}}]
authors?select=name,countries(*)&id=eq.1
    [{"name":"Ada","countries":{"id":1,"name":"Norway"}}]
authors?select=name,country_id(name)&id=eq.2
    [{"name":"Ben","country_id":{"name":"Chile"}}]
authors?select=name,authors_country_id_fkey(name)&id=eq.2
    [{"name":"Ben","authors_country_id_fkey":{"name":"Chile"}}]
authors?select=name,countries!country_id(name)&id=eq.2
    [{"name":"Ben","countries":{"name":"Chile"}}]
authors?select=name,countries!id(name)&id=eq.2
    [{"name":"Ben","countries":{"name":"Chile"}}]
authors?select=name,countries!authors_country_id_fkey(name)&id=eq.2
    [{"name":"Ben","countries":{"name":"Chile"}}]
authors?select=name,land:countries(title:name)&id=in.(2,4)&order=id
    [{"name":"Ben","land":{"title":"Chile"}},{"name":"Dov","land":null}]
authors?select=countries(name),name&id=eq.1
    [{"countries":{"name":"Norway"},"name":"Ada"}]
authors?select= name , countries ( name ) &id=eq.1
    [{"name":"Ada","countries":{"name":"Norway"}}]
authors?select=countries(name)&id=eq.4
    [{"countries":null}]
authors?select=name,passports(number),desks(room)&order=id
    [{"name":"Ada","passports":{"number":"N1"},"desks":{"room":"north"}},{"name":"Ben","passports":{"number":"C2"},"desks":{"room":"south"}},{"name":"Cleo","passports":{"number":null},"desks":null},{"name":"Dov","passports":null,"desks":null},{"name":"Ede","passports":null,"desks":null}]
authors?select=name,authors(name)&order=id&authors.order=id
    [{"name":"Ada","authors":[{"name":"Ben"},{"name":"Cleo"}]},{"name":"Ben","authors":[{"name":"Dov"}]},{"name":"Cleo","authors":[]},{"name":"Dov","authors":[]},{"name":"Ede","authors":[]}]
passports?select=number,authors(name)&order=author_id
    [{"number":"N1","authors":{"name":"Ada"}},{"number":"C2","authors":{"name":"Ben"}},{"number":null,"authors":{"name":"Cleo"}}]
desks?select=room,authors(name)&order=id
    [{"room":"north","authors":{"name":"Ada"}},{"room":"south","authors":{"name":"Ben"}},{"room":"empty","authors":null},{"room":"spare","authors":null}]
books?select=id,author:author_id(name),editor:editor_id(name)&order=id
    [{"id":1,"author":{"name":"Ada"},"editor":{"name":"Ben"}},{"id":2,"author":{"name":"Ada"},"editor":{"name":"Cleo"}},{"id":3,"author":{"name":"Ben"},"editor":{"name":"Ada"}},{"id":4,"author":{"name":"Cleo"},"editor":null},{"id":5,"author":null,"editor":{"name":"Ben"}},{"id":6,"author":{"name":"Ada"},"editor":{"name":"Ben"}}]
books?select=id,author:authors!books_author_id_fkey(name),editor:authors!editor_id(name)&id=in.(4,5)&order=id
    [{"id":4,"author":{"name":"Cleo"},"editor":null},{"id":5,"author":null,"editor":{"name":"Ben"}}]
books?select=id,books_author_id_fkey(name),books_editor_id_fkey(name)&id=eq.2
    [{"id":2,"books_author_id_fkey":{"name":"Ada"},"books_editor_id_fkey":{"name":"Cleo"}}]
"""
)

# One-to-many and many-to-many: an array, empty if there is none.
TO_MANY = listed(
    r"""
countries?select=name,authors(name)&order=id&authors.order=id
    [{"name":"Norway","authors":[{"name":"Ada"},{"name":"Cleo"}]},{"name":"Chile","authors":[{"name":"Ben"}]},{"name":"Japan","authors":[{"name":"Ede"}]},{"name":"Nauru","authors":[]}]
countries?select=name,authors(*)&id=eq.4
    [{"name":"Nauru","authors":[]}]
authors?select=name,books!author_id(title)&order=id&books.order=id
    [{"name":"Ada","books":[{"title":"Algebra"},{"title":"Botany"},{"title":"Fog"}]},{"name":"Ben","books":[{"title":"Chess"}]},{"name":"Cleo","books":[{"title":"Drums"}]},{"name":"Dov","books":[]},{"name":"Ede","books":[]}]
authors?select=name,written:books!books_author_id_fkey(title),edited:books!editor_id(title)&id=in.(1,2)&order=id&written.order=id&edited.order=id
    [{"name":"Ada","written":[{"title":"Algebra"},{"title":"Botany"},{"title":"Fog"}],"edited":[{"title":"Chess"}]},{"name":"Ben","written":[{"title":"Chess"}],"edited":[{"title":"Algebra"},{"title":"Echo"},{"title":"Fog"}]}]
books?select=title,tags(name)&order=id&tags.order=name
    [{"title":"Algebra","tags":[{"name":"art"},{"name":"bio"}]},{"title":"Botany","tags":[{"name":"bio"}]},{"title":"Chess","tags":[{"name":"art"}]},{"title":"Drums","tags":[]},{"title":"Echo","tags":[]},{"title":"Fog","tags":[{"name":"art"},{"name":"cut"}]}]
tags?select=name,books(title)&order=id&books.order=title
    [{"name":"art","books":[{"title":"Algebra"},{"title":"Chess"},{"title":"Fog"}]},{"name":"bio","books":[{"title":"Algebra"},{"title":"Botany"}]},{"name":"cut","books":[{"title":"Fog"}]},{"name":"dew","books":[]}]
tags?select=name,books!book_tags(title)&id=eq.3
    [{"name":"cut","books":[{"title":"Fog"}]}]
books?select=title,book_tags(weight,tags(name))&id=in.(1,3)&order=id&book_tags.order=tag_id
    [{"title":"Algebra","book_tags":[{"weight":5,"tags":{"name":"art"}},{"weight":3,"tags":{"name":"bio"}}]},{"title":"Chess","book_tags":[{"weight":null,"tags":{"name":"art"}}]}]
books?select=title,awards(*)&id=eq.1
    [{"title":"Algebra","awards":[]}]
awards?select=*,books(title)
    []
countries?select=id,authors(id),name&id=eq.1&authors.order=id
    [{"id":1,"authors":[{"id":1},{"id":3}],"name":"Norway"}]
"""
)

# A relation and itself: by the column the row that is referred to, by the table those that refer.
SELF = listed(
    r"""
authors?select=name,mentor_id(name)&order=id
    [{"name":"Ada","mentor_id":null},{"name":"Ben","mentor_id":{"name":"Ada"}},{"name":"Cleo","mentor_id":{"name":"Ada"}},{"name":"Dov","mentor_id":{"name":"Ben"}},{"name":"Ede","mentor_id":null}]
authors?select=name,mentor:mentor_id(name,mentor:mentor_id(name))&id=eq.4
    [{"name":"Dov","mentor":{"name":"Ben","mentor":{"name":"Ada"}}}]
authors?select=name,pupils:authors!mentor_id(name)&order=id&pupils.order=id
    [{"name":"Ada","pupils":[{"name":"Ben"},{"name":"Cleo"}]},{"name":"Ben","pupils":[{"name":"Dov"}]},{"name":"Cleo","pupils":[]},{"name":"Dov","pupils":[]},{"name":"Ede","pupils":[]}]
authors?select=name,pupils:authors!authors_mentor_id_fkey(name)&id=eq.2
    [{"name":"Ben","pupils":[{"name":"Dov"}]}]
authors?select=name,follows!follower_id(since,authors!followed_id(name))&id=eq.1&follows.order=followed_id
    [{"name":"Ada","follows":[{"since":"2020-01-01","authors":{"name":"Ben"}},{"since":null,"authors":{"name":"Cleo"}}]}]
authors?select=name,followed:authors!follows_follower_id_fkey(name)&order=id&followed.order=id
    [{"name":"Ada","followed":[{"name":"Ben"},{"name":"Cleo"}]},{"name":"Ben","followed":[{"name":"Ada"}]},{"name":"Cleo","followed":[{"name":"Ada"}]},{"name":"Dov","followed":[{"name":"Ada"},{"name":"Dov"}]},{"name":"Ede","followed":[]}]
authors?select=name,followers:authors!follows_followed_id_fkey(name)&order=id&followers.order=id
    [{"name":"Ada","followers":[{"name":"Ben"},{"name":"Cleo"},{"name":"Dov"}]},{"name":"Ben","followers":[{"name":"Ada"}]},{"name":"Cleo","followers":[{"name":"Ada"}]},{"name":"Dov","followers":[{"name":"Dov"}]},{"name":"Ede","followers":[]}]
"""
)

# Keys of several columns, by table or constraint.
COMPOSITE = listed(
    r"""
halls?select=building,number,shelves(label)&order=building,number&shelves.order=id
    [{"building":"A","number":1,"shelves":[{"label":"x"},{"label":"y"}]},{"building":"A","number":2,"shelves":[{"label":"w"}]},{"building":"B","number":1,"shelves":[{"label":"z"}]}]
shelves?select=label,halls(building,number,name)&order=id
    [{"label":"x","halls":{"building":"A","number":1,"name":"Atrium"}},{"label":"y","halls":{"building":"A","number":1,"name":"Atrium"}},{"label":"z","halls":{"building":"B","number":1,"name":"Base"}},{"label":"half","halls":null},{"label":"none","halls":null},{"label":"w","halls":{"building":"A","number":2,"name":null}}]
shelves?select=label,shelves_building_hall_number_fkey(name)&id=eq.3
    [{"label":"z","shelves_building_hall_number_fkey":{"name":"Base"}}]
shelves?select=label,halls!shelves_building_hall_number_fkey(name)&id=eq.3
    [{"label":"z","halls":{"name":"Base"}}]
"""
)

CASES = [*TO_ONE, *TO_MANY, *SELF, *COMPOSITE]
