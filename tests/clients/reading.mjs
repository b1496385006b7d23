// How each case is asked with the JavaScript clients. As reading.py has it for Python; expected_*.py has what must come.

const books = (c) => c.from('books').select('id').order('id')
const quotes = (c) => c.from('quotes').select('body').order('id')
const listed = (c) => c.from('reading list').select('*').order('id')
const authors = (c, columns = 'id, books(title)') =>
  c.from('authors').select(columns).order('id').order('id', { referencedTable: 'books' })

const filters = {
  'eq': (c) => books(c).eq('year', 1968),
  'eq text with spaces': (c) => books(c).eq('title', 'A Wizard of Earthsea'),
  'eq text with signs': (c) => books(c).eq('title', '50% & more + less_more'),
  'eq text with a comma and letters beyond ASCII': (c) => books(c).eq('title', 'Sommarboken: små, stora'),
  'eq text with quotes': (c) => c.from('authors').select('id').eq('name', 'Quill, "Silent" (Jr.)'),
  'eq a boolean': (c) => books(c).eq('in_print', false),
  'neq': (c) => books(c).neq('year', 1968),
  'gt': (c) => books(c).gt('year', 1968),
  'gte': (c) => books(c).gte('year', 1968),
  'lt': (c) => books(c).lt('year', 1968),
  'lte': (c) => books(c).lte('year', 1968),
  'gt a fraction': (c) => books(c).gt('price', 9.49),
  'like': (c) => books(c).like('title', 'The %'),
  'like, by the case': (c) => books(c).like('title', 'the %'),
  'ilike': (c) => books(c).ilike('title', 'the %'),
  'like with a star': (c) => books(c).like('title', 'The *'),
  'like all of': (c) => books(c).likeAllOf('title', ['%Hobb%', 'The%']),
  'like any of': (c) => books(c).likeAnyOf('title', ['Beo%', 'Troll%']),
  'ilike all of': (c) => books(c).ilikeAllOf('title', ['%hobb%', 'the%']),
  'ilike any of': (c) => books(c).ilikeAnyOf('title', ['beo%', 'troll%']),
  'match': (c) => books(c).regexMatch('title', '^The .*t'),
  'imatch': (c) => books(c).regexIMatch('title', '^the'),
  'is null': (c) => books(c).is('in_print', null),
  'is true': (c) => books(c).is('in_print', true),
  'is false': (c) => books(c).is('in_print', false),
  'isdistinct': (c) => books(c).isDistinct('year', 1968),
  'in': (c) => books(c).in('id', [2, 4, 99]),
  'in texts with signs': (c) => books(c).in('title', ['The Hobbit', 'Sommarboken: små, stora']),
  'in, of many': (c) =>
    books(c).in(
      'id',
      Array.from({ length: 300 }, (_, n) => n + 1)
    ),
  'in nothing': (c) => books(c).in('id', []),
  'not in': (c) => books(c).not('id', 'in', '(2,4,99)'),
  'not in, by its own method': (c) => books(c).notIn('id', [2, 4, 99]),
  'contains an array': (c) => books(c).contains('tags', ['fantasy']),
  'contains two of an array': (c) => books(c).contains('tags', ['fantasy', 'dragon']),
  'contains JSON': (c) => books(c).contains('meta', { lang: 'sv' }),
  'contained by an array': (c) => books(c).containedBy('tags', ['fantasy', 'poetry']),
  'overlaps': (c) => books(c).overlaps('tags', ['sea', 'ice']),
  'contains a range': (c) => books(c).contains('shelf', '[2,4)'),
  'range gt': (c) => books(c).rangeGt('shelf', '(2,10)'),
  'range gte': (c) => books(c).rangeGte('shelf', '(4,10)'),
  'range lt': (c) => books(c).rangeLt('shelf', '(4,10)'),
  'range lte': (c) => books(c).rangeLte('shelf', '(4,10)'),
  'range adjacent': (c) => books(c).rangeAdjacent('shelf', '[5,10)'),
  'text search': (c) => quotes(c).textSearch('body', 'lazy & fox'),
  'text search, plain': (c) => quotes(c).textSearch('body', 'lazy brown', { type: 'plain' }),
  'text search, phrase': (c) => quotes(c).textSearch('body', 'lazy afternoon', { type: 'phrase' }),
  'text search, as in a search engine': (c) => quotes(c).textSearch('body', 'lazy -fox', { type: 'websearch' }),
  'text search in a language': (c) => quotes(c).textSearch('body', 'wandering', { config: 'english' }),
  'match an object': (c) => books(c).match({ author_id: 1, year: 1969 }),
  'not eq': (c) => books(c).not('year', 'eq', 1968),
  'not is null': (c) => books(c).not('in_print', 'is', null),
  'not like': (c) => books(c).not('title', 'like', 'The %'),
  'or': (c) => books(c).or('year.eq.1968,in_print.is.null'),
  'or, nested': (c) => books(c).or('year.lt.1940,and(price.gte.9,in_print.is.false)'),
  'or with not': (c) => books(c).or('in_print.not.is.true,id.in.(1)'),
  'or with texts that have signs': (c) => books(c).or('title.eq."Sommarboken: små, stora",title.eq.Beowulf'),
  'or with an array': (c) => books(c).or('id.in.(1,4),tags.cs.{fantasy,sea}'),
  'two of or': (c) => books(c).or('id.eq.1,id.eq.2').or('year.eq.1969,year.eq.1977'),
  'filter': (c) => books(c).filter('id', 'in', '(1,2)'),
  'filter, not': (c) => books(c).filter('id', 'not.in', '(1,2)'),
  'filter by a JSON path': (c) => books(c).eq('meta->>lang', 'sv'),
  'filter by a number in JSON': (c) => books(c).gt('meta->pages', 250),
  'two filters of one column': (c) => books(c).gt('year', 1950).lt('year', 1970),
  'a column with a space': (c) => listed(c).eq('due date', '2024-02-29'),
  'a column with a dot': (c) => listed(c).eq('"a.b"', 'dotted'),
}

const shapes = {
  'all columns': (c) => c.from('books').select('*').order('id'),
  'no columns named': (c) => c.from('books').select().order('id'),
  'columns': (c) => c.from('books').select('title,id').order('id'),
  'columns, written with spaces': (c) =>
    c
      .from('books')
      .select(
        `
        title,
        id
        `
      )
      .order('id'),
  'an alias': (c) => c.from('books').select('name:title').order('id'),
  'a cast': (c) => c.from('books').select('year::text').order('id'),
  'a JSON path': (c) => c.from('books').select('meta->>lang').order('id'),
  'returns, a type': (c) => books(c).returns().overrideTypes(),
  'a header of its own': (c) => books(c).setHeader('x-trace', 'abc').retry(false),
  'nulls left out': (c) => c.from('authors').select('*').order('id').stripNulls(),
  'order': (c) => c.from('books').select('id').order('year'),
  'order down': (c) => c.from('books').select('id').order('year', { ascending: false }),
  'order, nulls first': (c) => c.from('books').select('id').order('year', { nullsFirst: true }),
  'order, nulls last': (c) => c.from('books').select('id').order('year', { ascending: false, nullsFirst: false }),
  'order by two': (c) => c.from('books').select('id').order('author_id').order('id', { ascending: false }),
  'order by what is referenced': (c) => c.from('books').select('id, authors()').order('authors(name)').order('id'),
  'limit': (c) => books(c).limit(3),
  'limit none': (c) => books(c).limit(0),
  'range': (c) => books(c).range(2, 4),
  'range beyond the end': (c) => books(c).range(50, 60),
  'many to one': (c) => c.from('books').select('title, authors(name)').order('id'),
  'one to many': (c) => authors(c, 'name, books(title)'),
  'many to many': (c) => c.from('books').select('id, genres(name)').order('id').order('id', { referencedTable: 'genres' }),
  'one to one': (c) => c.from('authors').select('id, profiles(site)').order('id'),
  'an alias of an embed': (c) => c.from('books').select('id, writer:authors(name)').order('id'),
  "by a foreign key's column": (c) => c.from('books').select('id, writer:author_id(name)').order('id'),
  'by hints': (c) =>
    c
      .from('letters')
      .select('id, sender:authors!sender_id(name), receiver:authors!letters_receiver_id_fkey(name)')
      .order('id'),
  'nested': (c) =>
    authors(c, 'name, books(title, editions(format))').order('id', { referencedTable: 'books.editions' }),
  'a spread': (c) => c.from('books').select('id, ...authors(name)').order('id'),
  'a spread with an alias': (c) => c.from('books').select('id, ...authors(writer:name)').order('id'),
  'a spread of many': (c) => authors(c, 'id, ...books(titles:title)'),
  'inner': (c) =>
    c.from('books').select('id, editions!inner(format)').order('id').order('id', { referencedTable: 'editions' }),
  'inner, filtered': (c) => c.from('books').select('id, authors!inner(name)').order('id').eq('authors.country', 'GB'),
  'filtered, not inner': (c) => c.from('books').select('id, authors(name)').order('id').eq('authors.id', 2),
  'or in what is referenced': (c) =>
    authors(c).or('title.eq."The Hobbit",title.eq.Trollvinter', { referencedTable: 'books' }),
  'inner, or in what is referenced': (c) =>
    c
      .from('books')
      .select('id, authors!inner(name)')
      .order('id')
      .or('id.in.(1,2),name.like.Tove*', { referencedTable: 'authors' })
      .neq('id', 6),
  'without any': (c) => c.from('authors').select('id, books()').order('id').is('books', null),
  'order in what is referenced': (c) =>
    c.from('authors').select('id, books(title)').order('id').order('id', { ascending: false, referencedTable: 'books' }),
  'limit in what is referenced': (c) => authors(c).limit(1, { referencedTable: 'books' }),
  'range in what is referenced': (c) => authors(c).range(1, 1, { referencedTable: 'books' }),
  'a count of what is referenced': (c) => c.from('authors').select('id, books(count)').order('id'),
  'embedded twice': (c) =>
    c
      .from('authors')
      .select('id, old:books(title), new:books(title)')
      .order('id')
      .order('id', { referencedTable: 'old' })
      .order('id', { foreignTable: 'new' })
      .lt('old.year', 1970)
      .gte('new.year', 1970),
  'a count of rows': (c) => c.from('books').select('count()'),
  'a sum in groups': (c) => c.from('books').select('author_id, price.sum()').order('author_id'),
  'aggregates under other names': (c) => c.from('books').select('least:year.min(), most:year.max()'),
  'a count beside a spread': (c) => c.from('books').select('...authors(name), count()').order('authors(name)'),
  'a sum in an embed': (c) => c.from('books').select('id, editions(copies.sum())').order('id'),
  'the schema public': (c) => c.schema('public').from('authors').select('id').order('id'),
  'another schema': (c) => c.schema('stock').from('copies').select('id, shelf').order('id'),
  'a schema that is not there': (c) => c.schema('attic').from('copies').select('id'),
}

const answers = {
  'count, exact': (c) => c.from('books').select('id', { count: 'exact' }).eq('author_id', 1).order('id'),
  'count, planned': (c) => c.from('books').select('id', { count: 'planned' }).order('id'),
  'count, estimated': (c) => c.from('books').select('id', { count: 'estimated' }).eq('author_id', 1).order('id'),
  'count of a page': (c) => c.from('books').select('id', { count: 'exact' }).order('id').range(2, 4),
  'count of nothing': (c) => c.from('books').select('id', { count: 'exact' }).eq('id', 99),
  'head, with a count': (c) => c.from('books').select('*', { count: 'exact', head: true }),
  'head, without a count': (c) => c.from('books').select('*', { head: true }),
  'count behind the last row': (c) => c.from('books').select('id', { count: 'exact' }).range(50, 60),
  'single': (c) => c.from('authors').select('*').eq('id', 3).single(),
  'single, of none': (c) => c.from('authors').select('*').eq('id', 99).single(),
  'single, of several': (c) => c.from('authors').select('*').single(),
  'single, with an embed': (c) => c.from('books').select('id, authors(name)').eq('id', 3).single(),
  'single, nulls left out': (c) => c.from('authors').select('*').eq('id', 4).single().stripNulls(),
  'maybe single': (c) => c.from('authors').select('*').eq('id', 3).maybeSingle(),
  'maybe single, of none': (c) => c.from('authors').select('*').eq('id', 99).maybeSingle(),
  'maybe single, of several': (c) => c.from('authors').select('*').maybeSingle(),
  'csv': (c) => c.from('authors').select('id, name, born').order('id').csv(),
  'csv of nothing': (c) => c.from('authors').select('id, name').eq('id', 99).csv(),
  'explain': (c) => books(c).explain(),
  'explain, analyze': (c) =>
    books(c).explain({ analyze: true, verbose: true, settings: true, buffers: true, wal: true }),
  'explain, as JSON': (c) => books(c).explain({ format: 'json' }),
  'explain of one row': (c) => books(c).single().explain(),
  'explain of CSV': (c) => books(c).csv().explain(),
  'an unknown table': (c) => c.from('autors').select('*'),
  'an unknown column': (c) => c.from('books').select('titel'),
  'an unknown column in a filter': (c) => books(c).eq('yaer', 1),
  'an unknown operator': (c) => books(c).filter('id', 'is_about', '1'),
  'a value that is none': (c) => books(c).eq('year', 'never'),
  'no relationship': (c) => c.from('books').select('id, quotes(body)'),
  'two relationships': (c) => c.from('letters').select('id, authors(name)'),
  'a filter of what is not embedded': (c) => books(c).eq('authors.name', 'x'),
  'several of what is ordered by': (c) => c.from('authors').select('id, books()').order('books(title)'),
  'thrown': (c) => c.from('autors').select('*').throwOnError(),
}

export default { ...filters, ...shapes, ...answers }
