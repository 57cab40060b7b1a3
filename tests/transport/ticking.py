"""A small schema with a subscription, and the hand that feeds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import strawberry

from gql_tickets.context import Context, Info
from gql_tickets.errors import Conflict, ErrorCode
from gql_tickets.schema import Schema


class Ticks:
    """Sends events to every listener, and knows how many there are."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[int]] = set()
        self._changed = asyncio.Event()
        self.written = 0

    @property
    def listening(self) -> int:
        """How many listen."""
        return len(self._listeners)

    async def until(self, listening: int) -> None:
        """Wait until so many listen."""
        async with asyncio.timeout(30):
            while self.listening != listening:
                self._changed.clear()
                await self._changed.wait()

    def send(self, *numbers: int) -> None:
        """One event each to everybody."""
        for queue in self._listeners:
            for number in numbers:
                queue.put_nowait(number)

    async def listen(self) -> AsyncGenerator[int, None]:
        """The events from now on; a negative one ends them."""
        queue: asyncio.Queue[int] = asyncio.Queue()
        self._listeners.add(queue)
        self._changed.set()
        try:
            while (number := await queue.get()) >= 0:
                yield number
        finally:
            self._listeners.discard(queue)
            self._changed.set()


@strawberry.type
class Tick:
    number: int
    contexts: strawberry.Private[list[Context]]

    @strawberry.field
    def context(self, info: Info) -> strawberry.ID:
        """Which context it is resolved in. It is kept, so that no other can have its place."""
        self.contexts.append(info.context)
        return strawberry.ID(str(id(info.context)))

    @strawberry.field
    def odd(self) -> bool:
        """Fails for multiples of ten."""
        if self.number % 10 == 0:
            raise Conflict("No tens.", code=ErrorCode.ALREADY_EXISTS)
        return self.number % 2 == 1


def schema_of(ticks: Ticks) -> Schema:
    """The schema over these ticks."""

    @strawberry.type
    class Query:
        @strawberry.field
        async def caller(self, info: Info) -> str:
            return info.context.actor.org_slug

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        async def write(self) -> int:
            ticks.written += 1
            return ticks.written

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def ticks(self, info: Info, nothing_at: int = -1) -> AsyncGenerator[Tick, None]:
            _ = info.context.actor
            contexts: list[Context] = []
            async for number in ticks.listen():
                if number == nothing_at:
                    raise LookupError("postgresql://user:secret@host")
                yield Tick(number=number, contexts=contexts)

    return Schema(Query, Mutation, Subscription)
