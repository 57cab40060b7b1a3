// Every GraphQL document that the board sends.

const TICKET = /* GraphQL */ `
  fragment Card on Ticket {
    id
    slug
    title
    type
    status
    priority
    position
    version
    assignee { id databaseId name username }
    repository { id databaseId name }
    labels { name color }
  }
`;

const PAYLOAD = /* GraphQL */ `
  fragment Payload on TicketPayload {
    ticket { ...Card }
    userErrors {
      code
      message
      path
      ... on ConflictError { current { ... on Ticket { ...Card } } }
    }
  }
  ${TICKET}
`;

/** Taken before the board is read: whatever is written in between comes again in the changes. */
export const START = /* GraphQL */ `
  query Start {
    syncCursor
    viewer { organization { name } scopes }
    users(first: 250) { nodes { id databaseId name username } }
    repositories(first: 250) { nodes { id databaseId name } }
    labels(first: 250) { nodes { name color } }
  }
`;

export const BOARD = /* GraphQL */ `
  query Board($filter: TicketFilter, $first: Int!, $after: String) {
    board(filter: $filter) {
      columns {
        status
        totalCount
        tickets(first: $first, after: $after) {
          nodes { ...Card }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
  ${TICKET}
`;

export const COUNTS = /* GraphQL */ `
  query Counts($filter: TicketFilter) {
    board(filter: $filter) { columns { status totalCount } }
  }
`;

export const CHANGES = /* GraphQL */ `
  subscription Changes($since: SyncCursor) {
    ticketChanged(since: $since) {
      cursor
      kind
      ticketId
      slug
      ticket { ...Card }
    }
  }
  ${TICKET}
`;

export const MOVE = /* GraphQL */ `
  mutation Move($input: TicketMoveInput!) {
    result: ticketMove(input: $input) { ...Payload }
  }
  ${PAYLOAD}
`;

export const UPDATE = /* GraphQL */ `
  mutation Update($input: TicketUpdateInput!) {
    result: ticketUpdate(input: $input) { ...Payload }
  }
  ${PAYLOAD}
`;

export const CREATE = /* GraphQL */ `
  mutation Create($input: TicketCreateInput!) {
    result: ticketCreate(input: $input) { ...Payload }
  }
  ${PAYLOAD}
`;
