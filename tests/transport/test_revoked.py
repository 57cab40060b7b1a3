"""A revoked key ends what listens to real changes, on both databases, with the default key cache."""

from __future__ import annotations

import asyncio

from gql_tickets.app import create_app
from gql_tickets.auth import Actor
from gql_tickets.service import keys
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from tests.transport.conftest import run
from tests.transport.listening import COMPLETE, EVENTS, MULTIPART, SILENCE, stream
from tests.transport.talking import client

CHANGED = "subscription { ticketChanged { slug } }"
WITHIN_SECONDS = 5


async def test_a_revoked_key_is_out_within_5_s_on_every_transport(
    settings: Settings, store: Store, actor: Actor
) -> None:
    key, secret = await keys.create(store, actor, name="gone", scopes=list(actor.scopes))
    usual = settings.model_copy(
        update={"key_cache_seconds": Settings.model_fields["key_cache_seconds"].default}
    )
    async with (
        run(create_app(usual), usual) as served,
        client(served.socket_url) as socket,
        stream(EVENTS, served.url, {"query": CHANGED}, secret) as events,
        stream(MULTIPART, served.url, {"query": CHANGED}, secret) as parts,
    ):
        await socket.init({"X-API-Key": secret})
        await socket.subscribe("a", CHANGED)
        for each in (events, parts):
            assert await each.message() == SILENCE
        await keys.revoke(store, actor, id=key.id)
        async with asyncio.timeout(WITHIN_SECONDS):
            refused, *told = await asyncio.gather(socket.hear(), events.next(), parts.next())
        assert refused["payload"][0]["extensions"] == {"code": "API_KEY_DISABLED"}
        for each in told:
            assert each["errors"][0]["extensions"] == {"code": "API_KEY_DISABLED"}
        assert (await socket.closed())[0] == 4403
        for stream_ in (events, parts):
            assert await stream_.next() == COMPLETE
