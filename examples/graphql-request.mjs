// One request, and two in one: node graphql-request.mjs
import { GraphQLClient, gql } from "graphql-request";
import { headers, url } from "./demo.mjs";

const client = new GraphQLClient(url, { headers });
const create = gql`mutation ($title: String!) {
  ticketCreate(input: { title: $title }) { ticket { slug title } userErrors { path message } }
}`;
const { ticketCreate } = await client.request(create, { title: "" });
console.log("refused:", ticketCreate.userErrors[0].message);

await client.request("{ nothing }").catch(({ response }) => {
  console.log("failed:", response.errors[0].extensions.code);
});

const [created, counted] = await client.batchRequests([
  { document: create, variables: { title: "Written by graphql-request" } },
  { document: gql`{ tickets(filter: { text: "graphql-request" }) { totalCount } }`, variables: {} },
]);
const { slug, title } = created.data.ticketCreate.ticket;
console.log(`${slug} ${title} is one of ${counted.data.tickets.totalCount}`);
