// What the compiler reads; ../relay.mjs runs what it writes.
import { graphql } from "relay-runtime";

graphql`
  query ticketsQuery {
    ...tickets_list
  }
`;
graphql`
  fragment tickets_list on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" })
  @refetchable(queryName: "ticketsNextQuery") {
    tickets(first: $count, after: $cursor) @connection(key: "list_tickets") {
      edges {
        node {
          id
          ...tickets_card
        }
      }
    }
  }
`;
graphql`
  fragment tickets_card on Ticket @refetchable(queryName: "ticketsCardQuery") {
    slug
    title
    version
    createdAt
  }
`;
graphql`
  mutation ticketsRenameMutation($input: TicketUpdateInput!) {
    ticketUpdate(input: $input) {
      ticket {
        id
        ...tickets_card
      }
      userErrors {
        code
        path
      }
    }
  }
`;
graphql`
  subscription ticketsChangedSubscription($since: SyncCursor) {
    ticketChanged(since: $since) {
      slug
      ticket {
        id
        ...tickets_card
      }
    }
  }
`;
