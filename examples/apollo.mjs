// Reads, writes and follows, all over HTTP, until it is stopped: node apollo.mjs
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { headers, url } from "./demo.mjs";

const client = new ApolloClient({
  link: new HttpLink({ uri: url, headers }),
  cache: new InMemoryCache(),
});
const { data: read } = await client.query({
  query: gql`{ syncCursor tickets(first: 1) { totalCount nodes { id slug title version } } }`,
});
const [newest] = read.tickets.nodes;
console.log(`${newest.slug} is the newest of ${read.tickets.totalCount}`);

// As if somebody had written since it was read.
const expected = newest.version - 1;
const stale = await client.mutate({
  mutation: gql`mutation ($id: ID!, $expected: Int) {
    ticketUpdate(input: { ticket: { id: $id }, patch: { priority: HIGH }, expectedVersion: $expected }) {
      userErrors { code ... on ConflictError { current { id ... on Ticket { version } } } }
    }
  }`,
  variables: { id: newest.id, expected },
});
const [{ code, current }] = stale.data.ticketUpdate.userErrors;
console.log(`${code}: it is at version ${current.version}`);

client
  .subscribe({
    query: gql`subscription ($since: SyncCursor) {
      ticketChanged(since: $since) { kind slug ticket { id title status } }
    }`,
    variables: { since: read.syncCursor },
  })
  .subscribe(({ data }) => {
    const { kind, slug, ticket } = data.ticketChanged;
    console.log(kind, slug, ticket?.status, ticket?.title);
  });
console.log("following from", read.syncCursor);
