// The in-process cases on graphql-js and on graphql-jit. Everything comes in by stdin, the schema and
// the rows with it; CPU milliseconds of each case go out, and what it answers.
const { readFileSync } = require('fs')
const DataLoader = require('dataloader')
const { buildSchema, parse, execute } = require('graphql')
const { compileQuery } = require('graphql-jit')

const given = JSON.parse(readFileSync(0, 'utf8'))
const schema = buildSchema(given.schema)
const { users, repositories, tickets, board } = given.rows

// Resolvers of the schema's fields, as one writes them: what a row holds is shown as it is.
const { Query, Ticket } = schema.getTypeMap()
Query.getFields().tickets.resolve = async (_, { first }) =>
  ({ total: tickets.length, nodes: tickets.slice(0, first) })
Query.getFields().board.resolve = async () => board
const edge = (key, loader) => (row, _, context) =>
  row[key] == null ? null : context[loader].load(row[key])
Ticket.getFields().assignee.resolve = edge('assigneeId', 'users')
Ticket.getFields().repository.resolve = edge('repositoryId', 'repositories')

const byId = rows => {
  const found = new Map(rows.map(row => [row.id, row]))
  return () => new DataLoader(async ids => ids.map(id => found.get(id) ?? null))
}
const [newUsers, newRepositories] = [byId(users), byId(repositories)]
const newContext = () => ({ users: newUsers(), repositories: newRepositories() })

const WAYS = {
  'graphql-js': document => variableValues =>
    execute({ schema, document, variableValues, contextValue: newContext() }),
  'graphql-jit': document => {
    const { query } = compileQuery(schema, document)
    return variables => query(undefined, newContext(), variables)
  },
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function batch (run, variables, count) {
  const start = cpuMs()
  for (let n = 0; n < count; n++) JSON.stringify((await run(variables)).data)
  return (cpuMs() - start) / count
}

async function measure (run, variables) {
  await batch(run, variables, 2000) // until it is compiled
  const count = Math.max(1, Math.ceil(given.batchMs / await batch(run, variables, 200)))
  const found = []
  const end = Date.now() + given.seconds * 1000
  while (Date.now() < end) found.push(await batch(run, variables, count))
  return found.sort((a, b) => a - b)[Math.floor(found.length / 10)]
}

async function main () {
  const { query, variables } = given.case
  const document = parse(query)
  const told = {}
  for (const [name, way] of Object.entries(WAYS)) {
    const run = way(document)
    told[name] = { data: (await run(variables)).data, ms: await measure(run, variables) }
  }
  console.log(JSON.stringify(told))
}

main()
