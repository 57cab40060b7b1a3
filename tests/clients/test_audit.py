"""GraphQL over HTTP to the letter: every audit of the npm package graphql-http."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gql_tickets.app import create_app
from gql_tickets.settings import Settings
from tests.clients.scripts import said_by
from tests.transport.conftest import run

AUDITS = 61


@pytest.mark.parametrize("with_key", [True, False])
async def test_every_audit_is_passed(
    clients: Path, settings: Settings, api_key: str, *, with_key: bool
) -> None:
    async with run(create_app(settings), settings) as served:
        key = [api_key] if with_key else []
        out = await said_by(clients, "node", "audit.mjs", served.url, *key)
    results = [json.loads(line) for line in out]
    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS
