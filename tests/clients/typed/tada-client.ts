// The same without generated documents, by gql.tada: node tada-client.js, once tsc has compiled it.
import { initGraphQLTada, type ResultOf, type VariablesOf } from "gql.tada";
import { GraphQLClient } from "graphql-request";
import { headers, url } from "../../../examples/demo.mjs";
import type { introspection } from "./graphql-env.js";

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; SyncCursor: string; URL: string };
}>();
const Urgent = graphql(`
  query Urgent($filter: TicketFilter) {
    tickets(first: 2, filter: $filter) { nodes { slug priority updatedAt } }
  }
`);

const variables: VariablesOf<typeof Urgent> = { filter: { priority: { gte: "URGENT" } } };
// @ts-expect-error: no such priority
const wrong: VariablesOf<typeof Urgent> = { filter: { priority: { gte: "YESTERDAY" } } };
const client = new GraphQLClient(url, { headers });
const { tickets }: ResultOf<typeof Urgent> = await client.request(Urgent, variables);
for (const { slug, priority, updatedAt } of tickets.nodes) {
  // @ts-expect-error: a scalar that is mapped is not anything
  const number: number = updatedAt;
  console.log(slug, priority);
}
