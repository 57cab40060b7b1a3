"""GraphQL over HTTP to the letter: every audit of the npm package graphql-http."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gql_tickets.app import create_app
from gql_tickets.settings import Settings
from tests.transport.conftest import run

AUDITS = 61


@pytest.mark.parametrize("with_key", [True, False])
async def test_every_audit_is_passed(
    clients: Path, settings: Settings, api_key: str, *, with_key: bool
) -> None:
    async with run(create_app(settings), settings) as served:
        node = await asyncio.create_subprocess_exec(
            "node",
            "audit.mjs",
            served.url,
            *([api_key] if with_key else []),
            cwd=clients,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await node.communicate()
    results = [json.loads(line) for line in out.splitlines()]
    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS, err.decode()
