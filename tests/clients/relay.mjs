// Relay's store over what its compiler wrote: node relay.mjs; prints JSON, a line a subject.
import { createClient } from "graphql-ws";
import relay from "relay-runtime";
import WebSocket from "ws";
import { headers, server, url } from "../../examples/demo.mjs";
import cardQuery from "./relay/__generated__/ticketsCardQuery.graphql.js";
import changed from "./relay/__generated__/ticketsChangedSubscription.graphql.js";
import nextQuery from "./relay/__generated__/ticketsNextQuery.graphql.js";
import firstQuery from "./relay/__generated__/ticketsQuery.graphql.js";
import rename from "./relay/__generated__/ticketsRenameMutation.graphql.js";
import card from "./relay/__generated__/tickets_card.graphql.js";
import list from "./relay/__generated__/tickets_list.graphql.js";

const { Environment, Network, Observable, RecordSource, Store } = relay;
const { commitMutation, createOperationDescriptor, fetchQuery, getSelector, requestSubscription } =
  relay;
const say = (subject, found) => console.log(JSON.stringify({ [subject]: found }));

const sockets = createClient({
  url: url.replace("http", "ws"),
  connectionParams: headers,
  webSocketImpl: WebSocket,
});
const ask = ({ text }, variables) =>
  fetch(url, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify({ query: text, variables }),
  }).then((answer) => answer.json());
const follow = ({ text }, variables) =>
  Observable.create((sink) => sockets.subscribe({ query: text, variables }, sink));
const environment = new Environment({
  network: Network.create(ask, follow),
  store: new Store(new RecordSource()),
});

const read = (fragment, owner) => environment.lookup(getSelector(fragment, owner)).data;
const first = createOperationDescriptor(firstQuery, {});
environment.retain(first);
const listed = () => read(list, environment.lookup(first.fragment).data).tickets;

// A connection, of which the second page comes by the query that @refetchable made.
await fetchQuery(environment, firstQuery, {}).toPromise();
const cursor = listed().pageInfo.endCursor;
await fetchQuery(environment, nextQuery, { count: 2, cursor }).toPromise();
const cards = listed().edges.map(({ node }) => read(card, node));
say(
  "pages",
  cards.map(({ slug }) => slug),
);

// One object again, by its id alone.
const { id } = listed().edges[0].node;
const again = await fetchQuery(environment, cardQuery, { id }).toPromise();
say("again", read(card, again.node).slug);

// A mutation that is refused, and one whose answer the list shows.
const write = (patch) =>
  new Promise((onCompleted, onError) =>
    commitMutation(environment, {
      mutation: rename,
      variables: { input: { ticket: { id }, patch } },
      onCompleted,
      onError,
    }),
  );
const shown = () => read(card, listed().edges[0].node);
say("refused", (await write({ title: "" })).ticketUpdate.userErrors);
await write({ title: "Renamed by Relay" });
say("renamed", shown().title);

// A change that was made through REST, in the list without a query.
const { data } = await ask({ text: "{ syncCursor }" });
const heard = new Promise((onNext, onError) =>
  requestSubscription(environment, {
    subscription: changed,
    variables: { since: data.syncCursor },
    onNext,
    onError,
  }),
);
await fetch(`${server}/api/v1/ext/orgs/my-org/tickets/${shown().slug}`, {
  method: "PUT",
  headers: { ...headers, "Content-Type": "application/json" },
  body: JSON.stringify({ title: "Renamed through REST" }),
});
say("heard", (await heard).ticketChanged.slug === shown().slug && shown().title);
await sockets.dispose();
