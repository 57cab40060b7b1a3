"""How answers are executed and encoded: breadth-first when the setting says so, and all the same."""

from __future__ import annotations

import datetime as dt

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.auth import Actor
from gql_tickets.context import GRAPHQL_LIMITS, new_context
from gql_tickets.domain.tickets import TicketDraft
from gql_tickets.execution import BreadthFirstExecutor
from gql_tickets.schema.scalars import show_instant
from gql_tickets.schema.schema import Schema
from gql_tickets.service import tickets
from gql_tickets.store.engine import Store


@given(moment=st.datetimes(timezones=st.just(dt.UTC)))
def test_the_encoder_spells_instants_as_the_scalar_does(moment: dt.datetime) -> None:
    assert msgspec.json.encode(moment) == f'"{show_instant(moment)}"'.encode()


async def test_the_setting_chooses_the_executor(
    schema: Schema, store: Store, actor: Actor, fast: bool
) -> None:
    await tickets.create(store, actor, draft=TicketDraft("One"))
    context = new_context(store, actor, GRAPHQL_LIMITS)
    result = await schema.execute(
        "{ tickets { nodes { title createdAt } } }", context_value=context
    )
    assert result.data is not None
    assert isinstance(result.data["tickets"], msgspec.Struct if fast else dict)
    assert (schema.execution_context_class is BreadthFirstExecutor) is fast
