// Follows by Apollo's multipart, and again from the last cursor whenever it ends: node again.mjs
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { headers, url } from "../../examples/demo.mjs";

const AGAIN_MS = 50;
const client = new ApolloClient({
  link: new HttpLink({ uri: url, headers }),
  cache: new InMemoryCache(),
});
const { data } = await client.query({ query: gql`{ syncCursor }` });
let since = data.syncCursor;
console.log("following from", since);

const query = gql`subscription ($since: SyncCursor) {
  ticketChanged(since: $since) { cursor ticket { id title } }
}`;
function follow() {
  client.subscribe({ query, variables: { since } }).subscribe({
    next({ data }) {
      if (!data) return; // the connection's error, after which it completes
      since = data.ticketChanged.cursor;
      console.log(data.ticketChanged.ticket.title);
    },
    complete() {
      console.log("again from", since);
      setTimeout(follow, AGAIN_MS);
    },
  });
}
follow();
