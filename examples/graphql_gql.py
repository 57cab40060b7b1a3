"""Reads and writes over HTTP, and follows over a WebSocket until it is stopped.

python graphql_gql.py
"""

import asyncio
import os

from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

url = os.environ.get("TICKETS_URL", "http://localhost:8000") + "/graphql"
headers = {"X-API-Key": os.environ.get("TICKETS_KEY", "amk_your_api_key_here")}


async def main() -> None:
    async with Client(transport=HTTPXAsyncTransport(url, headers=headers)) as http:
        found = await http.execute(gql("{ syncCursor tickets(first: 3) { nodes { slug title } } }"))
        for ticket in found["tickets"]["nodes"]:
            print(ticket["slug"], ticket["title"])
        comment = gql("""mutation ($body: String!) {
            commentCreate(input: {ticket: {slug: "AM-43"}, body: $body}) { userErrors { message } }
        }""")
        comment.variable_values = {"body": ""}
        refused = await http.execute(comment)
        print("refused:", refused["commentCreate"]["userErrors"][0]["message"])

    socket = WebsocketsTransport(url.replace("http", "ws", 1), init_payload=headers)
    async with Client(transport=socket) as client:
        changed = gql("""subscription ($since: SyncCursor) {
            ticketChanged(since: $since) { kind slug ticket { status title } }
        }""")
        changed.variable_values = {"since": found["syncCursor"]}
        print("following from", found["syncCursor"], flush=True)
        async for event in client.subscribe(changed):
            change = event["ticketChanged"]
            print(change["kind"], change["slug"], *(change["ticket"] or {}).values(), flush=True)


asyncio.run(main())
