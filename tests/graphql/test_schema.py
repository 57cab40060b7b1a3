"""The schema without a transport: what holds however a document arrived."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gql_tickets.auth import Actor
from gql_tickets.context import GRAPHQL_LIMITS, Context, new_context
from gql_tickets.schema import Schema
from gql_tickets.store.engine import Store
from tests.transport.ticking import Ticks, schema_of


@pytest.fixture
def ticks() -> Ticks:
    """The events of the small schema."""
    return Ticks()


@pytest.fixture
def schema(ticks: Ticks) -> Schema:
    """The small schema."""
    return schema_of(ticks)


@pytest.fixture
def context(store: Store, actor: Actor) -> Context:
    """Somebody of acme."""
    return new_context(store, actor, GRAPHQL_LIMITS)


def code_of(result: Any) -> str:
    code: str = result.errors[0].extensions["code"]
    return code


async def test_a_document_is_run_from_its_text(schema: Schema, context: Context) -> None:
    result = await schema.execute(
        "query A($x: Boolean!) { caller @skip(if: $x) }", {"x": False}, context
    )
    assert (result.data, result.errors) == ({"caller": "acme"}, None)


@pytest.mark.parametrize(
    "query", [None, "", "{", "{ nothing }", "{ a: " * 50, "fragment F on Query { x }"]
)
async def test_what_cannot_be_run_is_an_error_and_raises_nothing(
    schema: Schema, query: str | None
) -> None:
    result = await schema.execute(query)
    assert isinstance(result, PreExecutionError)
    assert code_of(result) in {"VALIDATION_FAILED", "LIMIT_EXCEEDED"}
    streamed = [each async for each in await schema.stream(query)]
    assert [code_of(each) for each in streamed] == [code_of(result)]


async def test_kinds_of_operations_can_be_kept_out(schema: Schema, ticks: Ticks) -> None:
    subscription = "subscription { ticks { number } }"
    assert code_of(await schema.execute(subscription)) == "VALIDATION_FAILED"
    queries = [OperationType.QUERY]
    result = await schema.execute("mutation { write }", allowed_operation_types=queries)
    assert code_of(result) == "VALIDATION_FAILED"
    [refused] = [each async for each in await schema.subscribe("mutation { write }")]
    assert code_of(refused) == "VALIDATION_FAILED"
    assert ticks.written == 0


async def test_each_event_is_resolved_with_nothing_loaded_for_another(
    schema: Schema, ticks: Ticks, context: Context
) -> None:
    results = await schema.stream("subscription { ticks { context } }", None, context)
    first = anext(results)
    seen = []
    for number in (1, 2):
        coming = first if number == 1 else anext(results)
        listening = asyncio.ensure_future(coming)
        await ticks.until(listening=1)
        ticks.send(number)
        data: Any = (await listening).data
        seen.append(data["ticks"]["context"])
    await results.aclose()
    await ticks.until(listening=0)
    assert len({*seen, str(id(context))}) == 3


async def test_leaving_a_subscription_ends_its_source(
    schema: Schema, ticks: Ticks, context: Context
) -> None:
    results = await schema.stream("subscription { ticks { number } }", None, context)
    listening = asyncio.ensure_future(anext(results))
    await ticks.until(listening=1)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await results.aclose()
    await ticks.until(listening=0)
