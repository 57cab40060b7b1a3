// What Apollo Client does beyond examples/apollo.mjs: node apollo.mjs; prints JSON, a line a subject.
import { createHash } from "node:crypto";
import {
  ApolloClient,
  CombinedGraphQLErrors,
  CombinedProtocolErrors,
  HttpLink,
  InMemoryCache,
  gql,
} from "@apollo/client";
import { BatchHttpLink } from "@apollo/client/link/batch-http";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { headers, server, url } from "../../examples/demo.mjs";

const say = (subject, found) => console.log(JSON.stringify({ [subject]: found }));
const fields = { tickets: relayStylePagination() };
const clientOf = (link) =>
  new ApolloClient({ link, cache: new InMemoryCache({ typePolicies: { Query: { fields } } }) });
const sha256 = async (text) => createHash("sha256").update(text).digest("hex");
const TITLE = `Written at ${Date.now()}`;

// Pages, joined in the cache.
const page = gql`query ($after: String) {
  tickets(first: 3, after: $after) { edges { cursor node { id slug } } pageInfo { hasNextPage endCursor } }
}`;
const paging = clientOf(new HttpLink({ uri: url, headers }));
const { data } = await paging.query({ query: page });
const variables = { after: data.tickets.pageInfo.endCursor };
await paging.query({ query: page, variables, fetchPolicy: "network-only" });
say(
  "pages",
  paging.readQuery({ query: page }).tickets.edges.map(({ node }) => node.slug),
);

// Errors, as Apollo surfaces them.
const unknown = await paging.query({ query: gql`{ nothing }` }).catch((error) => error);
const stranger = clientOf(new HttpLink({ uri: url, headers: { "X-API-Key": "amk_wrong" } }));
const refused = await stranger.query({ query: page }).catch((error) => error);
say(
  "errors",
  [unknown, refused].map(
    (error) => CombinedGraphQLErrors.is(error) && error.errors[0].extensions.code,
  ),
);

// Automatic persisted queries: the hash alone, then with the text, then alone for good.
const sent = [];
const noting = (input, init) => {
  sent.push([init.method, init.method === "POST" && "query" in JSON.parse(init.body)]);
  return fetch(input, init);
};
const http = new HttpLink({ uri: url, headers, fetch: noting });
const persisted = clientOf(
  new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(http),
);
const own = gql(`query P${Date.now()} { viewer { organization { slug } } }`);
for (let time = 0; time < 2; time++) {
  const { data } = await persisted.query({ query: own, fetchPolicy: "network-only" });
  sent.push(data.viewer.organization.slug);
}
say("persisted", sent);

// Two operations in one request.
let requests = 0;
const counting = (...given) => fetch(...given, requests++);
const batching = clientOf(new BatchHttpLink({ uri: url, headers, fetch: counting }));
const [board, labels] = await Promise.all([
  batching.query({ query: gql`{ board { id columns { id status } } }` }),
  batching.query({ query: gql`{ labels(first: 1) { nodes { id name } } }` }),
]);
say("batched", [requests, board.data.board.columns.length, labels.data.labels.nodes.length]);

// A subscription over a WebSocket hears of a change that was made through REST.
const sockets = createClient({
  url: url.replace("http", "ws"),
  connectionParams: headers,
  webSocketImpl: WebSocket,
});
const live = clientOf(new GraphQLWsLink(sockets));
const {
  data: { syncCursor },
} = await paging.query({ query: gql`{ syncCursor }` });
const CHANGED = gql`subscription ($since: SyncCursor) { ticketChanged(since: $since) { slug ticket { id title } } }`;
const heard = new Promise((resolve) => {
  live.subscribe({ query: CHANGED, variables: { since: syncCursor } }).subscribe(resolve);
});
await fetch(`${server}/api/v1/ext/orgs/my-org/tickets/AM-7`, {
  method: "PUT",
  headers: { ...headers, "Content-Type": "application/json" },
  body: JSON.stringify({ title: TITLE }),
});
const { ticketChanged } = (await heard).data;
say("heard", [ticketChanged.slug, ticketChanged.ticket.title === TITLE]);
await sockets.dispose();

// A key that is revoked ends a multipart subscription with an error.
const create = gql`mutation { apiKeyCreate(input: { name: "gone", scopes: [TICKETS_READ] }) { apiKey { id } secret } }`;
const revoke = gql`mutation ($id: ID!) { apiKeyRevoke(input: { id: $id }) { userErrors { code } } }`;
const {
  data: {
    apiKeyCreate: { apiKey, secret },
  },
} = await paging.mutate({ mutation: create });
const link = new HttpLink({ uri: url, headers: { "X-API-Key": secret } });
const ended = new Promise((resolve) =>
  clientOf(link).subscribe({ query: CHANGED }).subscribe({ next: resolve, error: resolve }),
);
await paging.mutate({ mutation: revoke, variables: { id: apiKey.id } });
const { error } = await ended;
say("revoked", CombinedProtocolErrors.is(error) && error.errors[0].extensions.code);
