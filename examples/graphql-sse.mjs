// Follows what changes by server-sent events, until it is stopped: node graphql-sse.mjs
import { createClient } from "graphql-sse";
import { headers, url } from "./demo.mjs";

const client = createClient({ url, headers });
const { value } = await client.iterate({ query: "{ syncCursor }" }).next();
const since = value.data.syncCursor;
console.log("following from", since);

const query = `subscription ($since: SyncCursor) {
  ticketChanged(since: $since) { cursor kind slug ticket { title status } }
}`;
for await (const { data } of client.iterate({ query, variables: { since } })) {
  const { kind, slug, ticket } = data.ticketChanged;
  console.log(kind, slug, ticket?.status, ticket?.title);
}
