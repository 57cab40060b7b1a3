"""How documents come in and results go out: GraphQL over HTTP, streams and WebSockets.

Three ways to one schema: each finds the text and the caller, hands both to the schema, and puts
the result into its own envelope. No limit and no rule of a document is decided here.
"""

from gql_tickets.transport.door import Door

__all__ = ["Door"]
