// How each write is asked with the JavaScript clients. As writing.py has it for Python; expected_writing.py has what must
// come, and what must be there in the end.

const notes = (c) => c.from('notes')
const between = (call, first) => call.gte('id', first).lt('id', first + 10)

const inserts = {
  'insert': (c) => notes(c).insert({ id: 10, title: 'one' }),
  'insert, returned': (c) => notes(c).insert({ id: 20, title: 'one', stars: 3 }).select(),
  'insert several': (c) =>
    notes(c)
      .insert([
        { id: 30, title: 'one' },
        { id: 31, title: 'two' },
      ])
      .select(),
  'insert several, counted': (c) =>
    notes(c).insert(
      [
        { id: 40, title: 'one' },
        { id: 41, title: 'two' },
      ],
      { count: 'exact' }
    ),
  'insert, columns chosen': (c) =>
    notes(c)
      .insert([
        { id: 51, title: 'b' },
        { id: 50, title: 'a' },
      ])
      .select('id, kind')
      .order('id'),
  'insert, some with more': (c) =>
    notes(c)
      .insert([
        { id: 60, title: 'one' },
        { id: 61, title: 'two', stars: 5 },
      ])
      .select(),
  'insert, what is missing is the default': (c) =>
    notes(c)
      .insert(
        [
          { id: 70, title: 'one' },
          { id: 71, title: 'two', kind: 'fancy' },
        ],
        { defaultToNull: false }
      )
      .select(),
  'insert, what is missing is null': (c) =>
    notes(c)
      .insert([
        { id: 80, title: 'one', kind: 'fancy' },
        { id: 81, title: 'two' },
      ])
      .select(),
  'insert with an embed': (c) => notes(c).insert({ id: 90, title: 'one', room_id: 2 }).select('id, rooms(name)'),
  'insert, single': (c) => notes(c).insert({ id: 100, title: 'one' }).select('id, title').single(),
  'insert, as CSV': (c) => notes(c).insert({ id: 110, title: 'one, two' }).select('id, title').csv(),
  'insert a document': (c) =>
    notes(c)
      .insert({ id: 120, title: 'one', meta: { a: [1, { b: null }], ö: 'ü' } })
      .select('meta'),
  'insert what is there': (c) => notes(c).insert({ id: 130, title: 'other' }),
  'insert, one of several is there': (c) =>
    notes(c).insert([
      { id: 141, title: 'x' },
      { id: 140, title: 'x' },
    ]),
  'insert, an unknown column': (c) => notes(c).insert({ id: 150, titel: 'one' }),
  'insert, an unknown table': (c) => c.from('note').insert({ id: 160 }),
  'insert, what it refers to is not there': (c) => notes(c).insert({ id: 170, title: 'one', room_id: 99 }),
  'insert, a value that is none': (c) => notes(c).insert({ id: 180, title: 'one', stars: 'many' }),
  'insert, a value is missing': (c) => notes(c).insert({ id: 190 }),
  'insert nothing': (c) => notes(c).insert([]).select(),
  'insert into a view': (c) => c.from('note_kinds').insert({ kind: 'x' }),
  'insert, rolled back': (c) => notes(c).insert({ id: 550, title: 'one' }).select('id, title').rollback(),
  'insert, thrown': (c) => notes(c).insert({ id: 560, title: 'other' }).throwOnError(),
}

const upserts = {
  'upsert': (c) =>
    notes(c)
      .upsert([
        { id: 230, title: 'new' },
        { id: 231, title: 'new' },
      ])
      .select('id, title')
      .order('id'),
  'upsert, all are there': (c) => notes(c).upsert({ id: 240, title: 'new' }).select('id, title, stars'),
  'upsert, not returned': (c) => notes(c).upsert({ id: 250, title: 'new' }),
  'upsert, ignoring': (c) =>
    notes(c)
      .upsert(
        [
          { id: 260, title: 'new' },
          { id: 261, title: 'new' },
        ],
        { ignoreDuplicates: true }
      )
      .select('id, title'),
  'upsert on another key': (c) =>
    notes(c).upsert({ id: 270, title: 'new', code: 'c270' }, { onConflict: 'code' }).select('id, title, code'),
  'upsert on what is not unique': (c) => notes(c).upsert({ id: 280, title: 'x' }, { onConflict: 'title' }),
  'upsert, counted': (c) =>
    notes(c).upsert(
      [
        { id: 290, title: 'new' },
        { id: 291, title: 'new' },
      ],
      { count: 'exact' }
    ),
  'upsert, what is missing is the default': (c) =>
    notes(c)
      .upsert(
        [
          { id: 300, title: 'new' },
          { id: 301, title: 'new', kind: 'fancy' },
        ],
        { defaultToNull: false }
      )
      .select('id, kind')
      .order('id'),
}

const updates = {
  'update': (c) => notes(c).update({ title: 'new' }).eq('id', 310),
  'update, returned': (c) => between(notes(c).update({ stars: 4 }), 320).select('id, stars').order('id'),
  'update, of none': (c) => notes(c).update({ title: 'new' }).eq('id', 339).select(),
  'update, counted': (c) => between(notes(c).update({ stars: 4 }, { count: 'exact' }), 340),
  'update to nothing': (c) => notes(c).update({ stars: null }).eq('id', 350).select('id, stars'),
  'update nothing': (c) => notes(c).update({}).eq('id', 360).select(),
  'update, at most one': (c) => between(notes(c).update({ stars: 4 }), 370).maxAffected(1),
  'update, at most two': (c) => between(notes(c).update({ stars: 4 }), 380).maxAffected(2),
  'update by what it refers to': (c) =>
    between(notes(c).update({ stars: 4 }), 390).eq('rooms.name', 'attic').select('id, rooms!inner()'),
  'update, single': (c) => notes(c).update({ stars: 4 }).eq('id', 400).select('id, stars').single(),
  'update, single, of several': (c) => between(notes(c).update({ stars: 4 }), 410).select().single(),
  'update, maybe single, of none': (c) => notes(c).update({ stars: 4 }).eq('id', 429).select().maybeSingle(),
  'update, or': (c) =>
    between(notes(c).update({ stars: 4 }), 430).or('title.eq.one,stars.eq.2').select('id').order('id'),
  'update, an unknown column': (c) => notes(c).update({ titel: 'x' }).eq('id', 440),
  'update, to what is there': (c) => notes(c).update({ code: 'c450' }).eq('id', 451),
  'update, with a limit': (c) => between(notes(c).update({ stars: 4 }), 460).limit(1),
}

const deletes = {
  'delete': (c) => notes(c).delete().eq('id', 470),
  'delete, returned': (c) =>
    between(notes(c).delete(), 480).select('id, rooms(name)').order('id', { ascending: false }),
  'delete, of none': (c) => notes(c).delete().eq('id', 499).select(),
  'delete, counted': (c) => between(notes(c).delete({ count: 'exact' }), 500),
  'delete, at most one': (c) => between(notes(c).delete(), 510).maxAffected(1),
  'delete, maybe single': (c) => notes(c).delete().eq('id', 520).select('id').maybeSingle(),
  'delete, what is referred to': (c) => c.from('rooms').delete().eq('id', 1),
  'delete all of a table without a key': (c) => c.from('lines').delete().select(),
  'delete, rolled back': (c) => notes(c).delete().eq('id', 570).select('id').rollback(),
}

export default { ...inserts, ...upserts, ...updates, ...deletes }
