// Every value has its type, out of schema.graphql: node codegen-client.js, once tsc has compiled it.
import { GraphQLClient } from "graphql-request";
import { headers, url } from "../../../examples/demo.mjs";
import { graphql } from "./gql/index.js";
import type { LabelsPatch, TicketFilter } from "./gql/graphql.js";

const Newest = graphql(`
  query Newest($first: Int!, $filter: TicketFilter) {
    tickets(first: $first, filter: $filter) {
      nodes { slug createdAt completedAt assignee { avatarUrl } }
    }
  }
`);
const Label = graphql(`
  mutation Label($slug: String!, $labels: LabelsPatch!) {
    ticketUpdate(input: { ticket: { slug: $slug }, patch: { labels: $labels } }) {
      ticket { labels { name } }
      userErrors { code message ... on ValidationError { allowedValues } }
    }
  }
`);

const client = new GraphQLClient(url, { headers });
const filter: TicketFilter = { status: { in: ["TODO"] } };
const { tickets } = await client.request(Newest, { first: 2, filter });
for (const { slug, createdAt } of tickets.nodes) console.log(slug, createdAt.slice(0, 4));

const [ticket] = tickets.nodes;
if (!ticket) throw new Error("There is no ticket.");
const completed: string | null | undefined = ticket.completedAt;
// @ts-expect-error: a field that was not asked for
ticket.title;
// @ts-expect-error: a scalar that is mapped is not anything
const number: number = ticket.createdAt;
// @ts-expect-error: no such status
const wrong: TicketFilter = { status: { in: ["NOWHERE"] } };
// @ts-expect-error: one of the two, not both
const both: LabelsPatch = { set: [], edit: { add: [], remove: [] } };

const { ticketUpdate } = await client.request(Label, { slug: "AM-43", labels: { set: ["typed"] } });
console.log(ticketUpdate.ticket?.labels.map(({ name }) => name).join());
