// Keeps a copy of the tickets: node follow.mjs ws|sse URL KEY
//
// Reads the tickets, then follows the changes, and asks again from its last cursor whenever the
// connection is lost. Says what happens as lines of JSON. A line on stdin is the cursor to stop at;
// the last line that it says is all that it has.
import { createInterface } from "node:readline";
import { createClient as createEventClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import WebSocket from "ws";

const [transport, url, key] = process.argv.slice(2);
const headers = { "x-api-key": key };
const AGAIN_MS = 50;
const TICKET = "id slug title status version";
const PAGE = `query($after: String) {
  tickets(first: 10, after: $after) { nodes { ${TICKET} } pageInfo { hasNextPage endCursor } }
}`;
const CHANGED = `subscription($since: SyncCursor) {
  ticketChanged(since: $since) { cursor ticketId ticket { ${TICKET} } }
}`;

const copy = new Map();
const heard = [];
let cursor;
let until;
let stop = () => {};

const say = (message) => console.log(JSON.stringify(message));
const pause = () => new Promise((resolve) => setTimeout(resolve, AGAIN_MS));

createInterface({ input: process.stdin }).once("line", (line) => {
  until = line;
  stopIfOver();
});

function fail(errors) {
  console.error(JSON.stringify(errors));
  process.exit(1);
}

async function ask(query, variables) {
  for (;;) {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = await answer.json();
      if (!errors) return data;
      if (answer.status !== 503) throw new Error(JSON.stringify(errors));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // what fetch says of the network
    }
    await pause();
  }
}

async function readAll() {
  ({ syncCursor: cursor } = await ask("{ syncCursor }"));
  say({ start: cursor });
  for (let after = null, more = true; more; ) {
    const { tickets } = await ask(PAGE, { after });
    for (const ticket of tickets.nodes) copy.set(ticket.id, ticket);
    ({ hasNextPage: more, endCursor: after } = tickets.pageInfo);
  }
}

function handle({ cursor: place, ticketId, ticket }) {
  if (ticket === null) copy.delete(ticketId);
  else if (!(copy.get(ticketId)?.version > ticket.version)) copy.set(ticketId, ticket);
  cursor = place;
  heard.push(place);
  if (heard.length % 10 === 0) say({ heard: heard.length });
  stopIfOver();
}

function stopIfOver() {
  if (until !== undefined && cursor === until) stop();
}

function connect() {
  const once = { retryAttempts: 0 }; // only with its first variables would it try again
  return transport === "ws"
    ? createSocketClient({
        ...once,
        url: url.replace(/^http/, "ws"),
        connectionParams: headers,
        webSocketImpl: WebSocket,
      })
    : createEventClient({ ...once, url, headers });
}

function follow(client) {
  return new Promise((resolve) => {
    const leave = client.subscribe(
      { query: CHANGED, variables: { since: cursor } },
      {
        next: ({ data, errors }) => {
          if (errors) fail(errors);
          handle(data.ticketChanged);
        },
        error: (error) => {
          if (Array.isArray(error)) fail(error); // the server's; else the connection's
          resolve();
        },
        complete: resolve,
      },
    );
    stop = () => leave();
    stopIfOver();
  });
}

await readAll();
say({ copied: copy.size });
const client = connect();
while (until === undefined || cursor !== until) {
  await follow(client);
  if (until === undefined || cursor !== until) {
    say({ lost: cursor });
    await pause();
  }
}
await client.dispose();
say({ tickets: [...copy.values()], cursors: heard });
process.exit();
