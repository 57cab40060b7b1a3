// The statements of the peers in JavaScript, prepared once a connection, and their GraphQL schema.
const pg = require('pg')

pg.types.setTypeParser(20, Number) // count(*) is an int8
const pool = new pg.Pool({ connectionString: process.env.DSN, max: 10 })
const names = new Map()

async function rows(text, values) {
  if (!names.has(text)) names.set(text, `s${names.size}`)
  return (await pool.query({ name: names.get(text), text, values })).rows
}

const ORG = '(SELECT id FROM organizations WHERE slug = $1)'
const COLUMNS = `id, slug, type, title, status, priority, assignee_id, repository_id, labels,
  created_at AS "createdAt", updated_at AS "updatedAt"`
const NEWEST = 'ORDER BY created_at DESC, id DESC'
const STATUSES = ['backlog', 'todo', 'in_progress', 'in_review', 'done']

const list = (org, status, limit, offset) => status
  ? rows(`SELECT ${COLUMNS} FROM tickets WHERE org_id = ${ORG} AND status = $2 ${NEWEST} LIMIT $3 OFFSET $4`,
    [org, status, limit, offset])
  : rows(`SELECT ${COLUMNS} FROM tickets WHERE org_id = ${ORG} ${NEWEST} LIMIT $2 OFFSET $3`, [org, limit, offset])

const count = async (org, status) => (status
  ? await rows(`SELECT count(*) n FROM tickets WHERE org_id = ${ORG} AND status = $2`, [org, status])
  : await rows(`SELECT count(*) n FROM tickets WHERE org_id = ${ORG}`, [org]))[0].n

const find = async (org, slug) => (await rows(
  `SELECT t.id, t.slug, t.type, t.title, t.status, t.priority, t.assignee_id, t.repository_id, t.labels,
     p.slug AS parent_slug, t.created_at AS "createdAt", t.updated_at AS "updatedAt"
   FROM tickets t LEFT JOIN tickets p ON p.id = t.parent_id WHERE t.org_id = ${ORG} AND t.slug = $2`,
  [org, slug]))[0]

const counts = (org, statuses) => rows(
  `SELECT status, count(*) n FROM tickets WHERE org_id = ${ORG} AND status = ANY($2) GROUP BY status`,
  [org, statuses])

const tops = (org, statuses, limit) => rows(
  `SELECT t.* FROM unnest($2::text[]) s (status) CROSS JOIN LATERAL (
     SELECT ${COLUMNS} FROM tickets x WHERE org_id = ${ORG} AND status = s.status
     ORDER BY x.created_at DESC, id DESC LIMIT $3) t`,
  [org, statuses, limit])

async function byId(table, ids) {
  const found = await rows(`SELECT id, name FROM ${table} WHERE id = ANY($1)`, [ids])
  return new Map(found.map(row => [row.id, row]))
}

const create = async (org, given) => (await rows(
  `WITH o AS (UPDATE organizations SET next_number = next_number + 1 WHERE slug = $1 RETURNING id, next_number)
   INSERT INTO tickets (org_id, slug, type, title, priority, labels)
   SELECT o.id, 'AM-' || o.next_number, $2, $3, $4, $5 FROM o RETURNING ${COLUMNS}`,
  [org, given.type, given.title, given.priority, given.labels]))[0]

const setStatus = async (org, slug, status) => (await rows(
  `UPDATE tickets SET status = $3, updated_at = date_trunc('second', now())
   WHERE org_id = ${ORG} AND slug = $2 RETURNING ${COLUMNS}`,
  [org, slug, status]))[0] ?? null

const SCHEMA = `
  scalar DateTime
  type User { id: Int! name: String! }
  type Repository { id: Int! name: String! }
  type Ticket {
    id: Int! slug: String! type: String! title: String! status: String! priority: String! labels: [String!]!
    createdAt: DateTime! updatedAt: DateTime! assignee: User repository: Repository
  }
  type Page { totalCount: Int! nodes: [Ticket!]! }
  type Column { status: String! totalCount: Int! nodes: [Ticket!]! }
  type Query {
    tickets(org: String!, status: String, limit: Int = 20, offset: Int = 0): Page!
    board(org: String!, limit: Int = 20): [Column!]!
  }
  type Mutation {
    createTicket(org: String!, type: String!, title: String!, priority: String!, labels: [String!]!): Ticket!
    setStatus(org: String!, slug: String!, status: String!): Ticket
  }
  type TicketChange { kind: String! slug: String! ticket: Ticket! }
  type Subscription { ticketChanged(org: String!): TicketChange! }`

module.exports = { STATUSES, SCHEMA, list, count, find, counts, tops, byId, create, setStatus }
