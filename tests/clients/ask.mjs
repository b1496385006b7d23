// node ask.mjs CLIENT SITE CASES: asks every case of that module, and prints what the client told, as JSON by name.

import { makeClient } from './clients.mjs'

const [kind, site, module] = process.argv.slice(2)
const { default: cases } = await import(module)
const client = makeClient(kind, site)

const told = async (ask) => {
  try {
    const { data, count, error, status, statusText } = await ask(client)
    return { data, count, error, status, statusText }
  } catch (thrown) {
    const { code, message, details, hint } = thrown
    return { data: null, count: null, error: { code, message, details, hint }, status: null, statusText: null }
  }
}

const all = {}
for (const [name, ask] of Object.entries(cases)) all[name] = await told(ask)
console.log(JSON.stringify(all))
