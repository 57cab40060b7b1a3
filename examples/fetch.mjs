// Every ticket that is in progress, page by page, with nothing but fetch: node fetch.mjs
import { headers, url } from "./demo.mjs";

const query = `query ($after: String) {
  tickets(first: 5, after: $after, filter: { status: { in: [IN_PROGRESS] } }) {
    nodes { slug title }
    pageInfo { hasNextPage endCursor }
  }
}`;
for (let after = null, more = true; more; ) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify({ query, variables: { after } }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(errors[0].message);
  for (const { slug, title } of data.tickets.nodes) console.log(slug, title);
  ({ hasNextPage: more, endCursor: after } = data.tickets.pageInfo);
}
