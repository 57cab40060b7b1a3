// Mercurius with graphql-jit and its own loaders: one statement an edge, two a board. Its events go
// from the resolver to the sockets of the same process: no log is kept, and no other worker hears.
const app = require('fastify')()
const { GraphQLScalarType } = require('graphql')
const mercurius = require('mercurius')
const db = require('./database.cjs')

// What a request loads is for that request alone.
const fresh = loader => ({ loader, opts: { cache: false } })

const edge = (table, key) => fresh(async asked => {
  const ids = [...new Set(asked.map(({ obj }) => obj[key]).filter(id => id != null))]
  const found = ids.length ? await db.byId(table, ids) : new Map()
  return asked.map(({ obj }) => found.get(obj[key]) ?? null)
})

const column = (fetch, otherwise) => fresh(async asked => {
  const { org, limit } = asked[0].obj
  const found = await fetch(org, asked.map(({ obj }) => obj.status), limit)
  return asked.map(({ obj }) => found.get(obj.status) ?? otherwise)
})

async function total(org, statuses) {
  return new Map((await db.counts(org, statuses)).map(row => [row.status, row.n]))
}

async function cards(org, statuses, limit) {
  const columns = new Map(statuses.map(status => [status, []]))
  for (const ticket of await db.tops(org, statuses, limit)) columns.get(ticket.status).push(ticket)
  return columns
}

app.register(mercurius, {
  schema: db.SCHEMA,
  jit: 1,
  path: '/graphql',
  subscription: true,
  resolvers: {
    DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: at => at.toISOString() }),
    Query: {
      async tickets (_, { org, status, limit, offset }) {
        const [nodes, totalCount] = await Promise.all([
          db.list(org, status, limit, offset), db.count(org, status),
        ])
        return { nodes, totalCount }
      },
      board: (_, { org, limit }) => db.STATUSES.map(status => ({ status, org, limit })),
    },
    Mutation: {
      createTicket: (_, given) => db.create(given.org, given),
      async setStatus (_, { org, slug, status }, { pubsub }) {
        const ticket = await db.setStatus(org, slug, status)
        if (ticket) {
          pubsub.publish({ topic: org, payload: { ticketChanged: { kind: 'UPDATED', slug, ticket } } })
        }
        return ticket
      },
    },
    Subscription: {
      ticketChanged: { subscribe: (_, { org }, { pubsub }) => pubsub.subscribe(org) },
    },
  },
  loaders: {
    Ticket: {
      assignee: edge('users', 'assignee_id'),
      repository: edge('repositories', 'repository_id'),
    },
    Column: { totalCount: column(total, 0), nodes: column(cards, []) },
  },
})
app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
