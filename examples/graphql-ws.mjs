// Follows what changes over a WebSocket, until it is stopped: node graphql-ws.mjs
import { createClient } from "graphql-ws";
import WebSocket from "ws"; // browsers have one, and so has Node.js from version 22 on
import { headers, url } from "./demo.mjs";

const client = createClient({
  url: url.replace("http", "ws"),
  connectionParams: headers,
  webSocketImpl: WebSocket,
});
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
