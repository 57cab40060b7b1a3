// Fastify with response schemas, which it compiles into serializers.
const app = require('fastify')()
const db = require('./database.cjs')

const text = { type: 'string' }
const integer = { type: 'integer' }
const ticket = {
  type: 'object',
  properties: {
    id: integer, slug: text, type: text, title: text, status: text, priority: text,
    assignee_id: { ...integer, nullable: true }, repository_id: { ...integer, nullable: true },
    labels: { type: 'array', items: text }, parent_slug: { ...text, nullable: true },
    created_at: text, updated_at: text,
  },
}
const one = { type: 'object', properties: { ticket } }
const page = {
  type: 'object',
  properties: { tickets: { type: 'array', items: ticket }, total: integer, limit: integer, offset: integer },
}
const answers = (status, schema) => ({ schema: { response: { [status]: schema } } })
const BASE = '/api/v1/ext/orgs/:org/tickets'

function shown (row) {
  row.created_at = row.createdAt.toISOString()
  row.updated_at = row.updatedAt.toISOString()
  return row
}

app.get(BASE, answers(200, page), async ({ params: { org }, query }) => {
  const limit = Number(query.limit ?? 20)
  const offset = Number(query.offset ?? 0)
  const [rows, total] = await Promise.all([
    db.list(org, query.status, limit, offset), db.count(org, query.status),
  ])
  return { tickets: rows.map(shown), total, limit, offset }
})
app.get(BASE + '/:slug', answers(200, one), async ({ params: { org, slug } }, reply) => {
  const row = await db.find(org, slug)
  return row ? { ticket: shown(row) } : reply.code(404).send({ error: 'not found' })
})
app.post(BASE, answers(201, one), async ({ params: { org }, body }, reply) => {
  reply.code(201)
  return { ticket: { ...shown(await db.create(org, body)), parent_slug: null } }
})
app.patch(BASE + '/:slug/status', async ({ params: { org, slug }, body }, reply) => {
  const row = await db.setStatus(org, slug, body.status)
  return row ? { message: 'Status updated' } : reply.code(404).send({ error: 'not found' })
})
app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
