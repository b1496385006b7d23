// How each call of a function is asked with the JavaScript clients. As calling.py has it for Python; expected_calling.py has
// what must come, and what must be there in the end.

const booksBy = (c, author = 1, options = {}) => c.rpc('books_by', { author }, options)
const signs = { title: '50% & more + less_more' }

const saved = {
  'rpc': (c) => booksBy(c).order('id'),
  'rpc by GET': (c) => booksBy(c, 1, { get: true }).order('id'),
  'rpc, one argument more': (c) => c.rpc('books_by', { author: 1, since: 1969 }),
  'rpc, one argument more by GET': (c) => c.rpc('books_by', { author: 1, since: 1969 }, { get: true }),
  'rpc, columns': (c) => booksBy(c, 1, { get: true }).select('n:title, meta->>lang').order('id'),
  'rpc, filters': (c) => booksBy(c, 4, { get: true }).gt('year', 1900).like('title', '50%').select('id'),
  'rpc, filters by POST': (c) => booksBy(c, 4).gt('year', 1900).like('title', '50%').select('id'),
  'rpc, or': (c) => booksBy(c, 3).or('year.lt.1960,title.like.Sommar*').select('id').order('id'),
  'rpc, order and limit': (c) => booksBy(c).select('id').order('year', { ascending: false }).limit(1),
  'rpc, range': (c) => booksBy(c).select('id').order('id').range(1, 5),
  'rpc, counted': (c) => booksBy(c, 1, { count: 'exact' }).select('id').order('id'),
  'rpc, counted by GET': (c) => booksBy(c, 1, { get: true, count: 'exact' }).select('id').order('id').limit(1),
  'rpc, head': (c) => booksBy(c, 1, { head: true, count: 'exact' }),
  'rpc, head without a count': (c) => booksBy(c, 1, { head: true }),
  'rpc, head with an object as argument': (c) =>
    c.rpc('like_this', { doc: { lang: 'sv' } }, { head: true, count: 'exact' }),
  'rpc, single': (c) => booksBy(c).select('title').eq('id', 2).single(),
  'rpc, single of several': (c) => booksBy(c).single(),
  'rpc, maybe single': (c) => booksBy(c).select('title').eq('id', 2).maybeSingle(),
  'rpc, maybe single of none': (c) => booksBy(c).eq('id', 99).maybeSingle(),
  'rpc, as CSV': (c) => booksBy(c).select('id, title').order('id').csv(),
  'rpc, nulls left out': (c) => booksBy(c, 4, { get: true }).select('id, year').order('id').stripNulls(),
  'rpc, explained': (c) => booksBy(c, 1, { get: true }).explain(),
  'rpc, an object as argument': (c) => c.rpc('like_this', { doc: { lang: 'sv' } }).order('id'),
  'rpc, a text with signs': (c) => c.rpc('titled', signs),
  'rpc, a text with signs by GET': (c) => c.rpc('titled', signs, { get: true }),
  'rpc, an argument that is undefined': (c) =>
    c.rpc('books_by', { author: 1, since: undefined }, { get: true }).order('id'),
  'rpc that inserts': (c) => c.rpc('lend', { id: 10, reader: 'Ada' }),
  'rpc that inserts, single': (c) => c.rpc('lend', { id: 20, reader: null }).select('id, reader').single(),
  'rpc that inserts, counted': (c) => c.rpc('lend', { id: 30 }, { count: 'exact' }).select('id'),
  'rpc that updates': (c) => c.rpc('hand_on', { first: 40, last: 41, reader: 'Cy' }).select('id').order('id'),
  'rpc that updates, single of two': (c) => c.rpc('hand_on', { first: 50, last: 51, reader: 'Cy' }).single(),
  'rpc that updates, at most one': (c) => c.rpc('hand_on', { first: 60, last: 61, reader: 'Cy' }).maxAffected(1),
  'rpc that deletes': (c) => c.rpc('give_back', { first: 70 }),
  'rpc that writes, by GET': (c) => c.rpc('give_back', { first: 80 }, { get: true }),
  'rpc, rolled back': (c) => c.rpc('lend', { id: 130, reader: 'Ada' }).rollback(),
  'rpc, what is there': (c) => c.rpc('lend', { id: 90 }),
  'rpc, an unknown function': (c) => c.rpc('book_by', { author: 1 }),
  'rpc, an unknown argument': (c) => c.rpc('books_by', { auther: 1 }),
  'rpc, a missing argument': (c) => c.rpc('books_by'),
  'rpc, a value that is none': (c) => c.rpc('books_by', { author: 'nobody' }),
  'rpc, an unknown column': (c) => booksBy(c).select('titel'),
  'rpc, thrown': (c) => c.rpc('book_by', { author: 1 }).throwOnError(),
}

const own = {
  'rpc, a value': (c) => c.rpc('add', { a: 1, b: 2 }),
  'rpc, a value by GET': (c) => c.rpc('add', { a: 1 }, { get: true }),
  'rpc, a list as argument': (c) => c.rpc('total', { numbers: [1, 2, 3] }),
  'rpc, a list as argument by GET': (c) => c.rpc('total', { numbers: [1, 2, 3] }, { get: true }),
  'rpc, as many as one likes': (c) => c.rpc('longest', { words: ['a', 'abc', 'ab'] }),
  'rpc, the whole object': (c) => c.rpc('keys_of', { x: 1, y: [2] }),
  'rpc, a value as a document': (c) => c.rpc('wrapped', { doc: { a: [1, null] } }),
  'rpc, no arguments': (c) => c.rpc('shelves'),
  'rpc, values filtered': (c) => c.rpc('shelves', {}, { get: true }).eq('shelves', 'north'),
  'rpc, rows of a table': (c) =>
    c.rpc('books_since', { first_year: 1970 }, { get: true }).select('id, authors(name)').order('id'),
  'rpc, by what is referenced': (c) =>
    c
      .rpc('books_since', { first_year: 1900 })
      .select('id, authors!inner()')
      .eq('authors.country', 'GB')
      .order('id'),
  'rpc, one row': (c) => c.rpc('author_of', { book: 5 }).select('id, name'),
  'rpc, nothing': (c) => c.rpc('forget', { id: 100 }),
  'rpc, rows changed': (c) => c.rpc('move_loan', { id: 110, reader: 'Cy' }),
  'rpc, rows changed by GET': (c) => c.rpc('move_loan', { id: 120, reader: 'Cy' }, { get: true }),
  'rpc, a status of its own': (c) => c.rpc('reserve', { id: 1 }),
  'rpc, an error of its own': (c) => c.rpc('refuse'),
  'rpc, two of one name': (c) => c.rpc('twice', { n: 1 }, { get: true }),
  'rpc, another schema': (c) => c.schema('stock').rpc('copies_on', { shelf: 'south' }),
}

export default { ...saved, ...own }
