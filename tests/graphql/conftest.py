"""Ways to run a document: over HTTP, and straight on the schema to watch its statements."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from gql_tickets.auth import Actor
from gql_tickets.context import GRAPHQL_LIMITS, new_context
from gql_tickets.schema import build_schema
from gql_tickets.schema.schema import Schema
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store
from tests.graphql.documents import Answer, Ask, Counted


@pytest.fixture(scope="session")
def schema(fast: bool) -> Schema:
    """The schema, with the executor of this test run."""
    return build_schema(Settings(fast_execution=fast))


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    """Posts a document with its variables as keywords; gives the JSON of the answer."""

    async def post(query: str, **variables: Any) -> Answer:
        response = await client.post("/graphql", json={"query": query, "variables": variables})
        answer: Answer = response.json()
        return answer

    return post


@pytest.fixture
def data(ask: Ask) -> Ask:
    """As ask(), for documents that must not fail; gives their data."""

    async def run(query: str, **variables: Any) -> Answer:
        answer = await ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        found: Answer = answer["data"]
        return found

    return run


@pytest.fixture
def counted(schema: Schema, store: Store, actor: Actor) -> Counted:
    """Runs a document on the schema; gives its data and the SQL statements that it took."""

    async def run(query: str, **variables: Any) -> tuple[Answer, list[str]]:
        statements: list[str] = []
        store.observer = statements.append
        context = new_context(store, actor, GRAPHQL_LIMITS)
        result = await schema.execute(query, variable_values=variables, context_value=context)
        store.observer = None
        assert result.errors is None, result.errors
        data: Answer = msgspec.json.decode(msgspec.json.encode(result.data))
        return data, statements

    return run
