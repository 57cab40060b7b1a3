// A board in a normalized cache that live changes keep fresh, until it is stopped: node urql.mjs
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { headers, url } from "./demo.mjs";

const client = new Client({
  url,
  exchanges: [cacheExchange({}), fetchExchange],
  fetchSubscriptions: true, // as server-sent events
  fetchOptions: { headers },
});
const board = gql`{
  syncCursor
  board { id columns { id status tickets(first: 5) { nodes { id slug title } } } }
}`;
const { data: read } = await client.query(board);
for (const { status, tickets } of read.board.columns) console.log(status, tickets.nodes.length);

const { error } = await client.query(gql`{ nothing }`);
console.log("failed:", error.graphQLErrors[0].extensions.code);

client
  .subscription(
    gql`subscription ($since: SyncCursor) {
      ticketChanged(since: $since) { kind ticket { id slug title } }
    }`,
    { since: read.syncCursor },
  )
  .subscribe(({ data }) => {
    const { kind, ticket } = data.ticketChanged;
    const { columns } = client.readQuery(board).data.board;
    const cached = columns.flatMap(({ tickets }) => tickets.nodes);
    console.log(kind, ticket?.slug, cached.find(({ id }) => id === ticket?.id)?.title);
  });
console.log("following from", read.syncCursor);
