// node giving_up.mjs CLIENT SITE: aborts a call that is being answered; prints what it came to, and the next call's data.

import { makeClient } from './clients.mjs'

const [kind, site] = process.argv.slice(2)
const client = makeClient(kind, site)

// Waits until so many connections are in use.
const inUse = async (number) => {
  for (const deadline = Date.now() + 20_000; ; ) {
    const { pool } = await (await fetch(`${site}/`)).json()
    if (pool.in_use === number) return
    if (Date.now() > deadline) throw new Error(`${pool.in_use} connections in use, not ${number}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const controller = new AbortController()
const asked = client.from('slow').select('*').abortSignal(controller.signal).then((told) => told)
await inUse(1)
controller.abort()
const { error, status } = await asked
await inUse(0)
const { data } = await client.from('books').select('id').order('id').limit(1)
console.log(JSON.stringify({ error, status, data }))
