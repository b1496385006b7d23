// The JavaScript clients as an application makes them.

import { PostgrestClient } from '@supabase/postgrest-js'
import { createClient } from '@supabase/supabase-js'

const clients = {
  'postgrest-js': (site) => new PostgrestClient(`${site}/rest/v1`),
  'supabase-js': (site) =>
    createClient(site, 'any-key', {
      auth: { persistSession: false, autoRefreshToken: false },
      // Node 20 has no WebSocket, without which the client is not even made; there is nothing to listen to here.
      realtime: { transport: class {} },
    }),
}

export const makeClient = (kind, site) => clients[kind](site)
