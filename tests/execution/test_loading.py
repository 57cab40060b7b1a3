"""Loaders: one batch a turn of the loop, and no caller can cancel another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import strawberry

from gql_tickets.execution import BreadthFirstExecutor, Loader


class Squares:
    """A loader that notes its batches. A negative key is an error of its own, 0 one of its batch."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = asyncio.Event()
        self.loader: Loader[int, Any] = Loader(self._fetch)

    async def _fetch(self, keys: list[int]) -> Sequence[Any]:
        self.batches.append(list(keys))
        self.begun.set()
        await asyncio.sleep(0.001)
        if 0 in keys:
            raise ValueError("zero")
        return [ValueError(f"{key} is negative") if key < 0 else key * key for key in keys]


async def test_what_is_asked_for_in_one_turn_is_one_batch_without_doubles() -> None:
    squares = Squares()
    load, many = squares.loader.load, squares.loader.many
    assert await asyncio.gather(load(3), many([1, 2, 1]), load(1)) == [9, [1, 4, 1], 1]
    assert squares.batches == [[3, 1, 2]]


async def test_what_is_known_or_on_its_way_is_not_fetched_again() -> None:
    squares = Squares()
    first = asyncio.ensure_future(squares.loader.many([1, 2]))
    await squares.begun.wait()
    assert await squares.loader.many([2, 3]) == [4, 9]
    assert await first == [1, 4]
    assert squares.loader.ask([1, 2, 3]) == []
    assert squares.loader.found((3, 1)) == [9, 1]
    assert squares.batches == [[1, 2], [3]]


async def test_a_value_that_is_an_exception_is_raised_for_its_key() -> None:
    squares = Squares()
    assert await squares.loader.many([]) == []
    with pytest.raises(ValueError, match="-2 is negative"):
        await squares.loader.many([1, -2])
    assert await squares.loader.load(1) == 1
    with pytest.raises(ValueError, match="-2 is negative"):
        await squares.loader.load(-2)
    assert squares.batches == [[1, -2]]


async def test_a_load_asks_for_nothing_until_it_is_awaited_and_may_be_awaited_again() -> None:
    squares = Squares()
    load = squares.loader.load(4)
    await asyncio.sleep(0.002)
    assert squares.batches == []
    assert [await load, await load] == [16, 16]
    assert squares.batches == [[4]]


async def test_what_becomes_of_a_load_is_worked_out_when_it_is_there() -> None:
    squares = Squares()
    half = squares.loader.load(4).then(lambda square: square / 2)
    assert await half.then(str) == "8.0"
    with pytest.raises(ValueError, match="-1 is negative"):
        await squares.loader.load(-1).then(str)


async def test_a_batch_that_fails_fails_for_all_its_keys_and_for_no_other() -> None:
    squares = Squares()
    outcomes = await asyncio.gather(
        squares.loader.load(0), squares.loader.load(5), return_exceptions=True
    )
    assert [str(each) for each in outcomes] == ["zero", "zero"]
    assert await squares.loader.load(6) == 36


async def test_a_batch_of_the_wrong_length_is_an_error() -> None:
    async def forgetful(keys: list[int]) -> list[int]:
        return keys[1:]

    loader = Loader(forgetful)
    with pytest.raises(ValueError, match="shorter"):
        await loader.load(1)


async def test_one_cancelled_caller_leaves_the_others_their_value() -> None:
    squares = Squares()
    impatient, patient = (asyncio.ensure_future(squares.loader.load(7)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == 49
    assert impatient.cancelled()
    assert squares.batches == [[7]]


@strawberry.type
class Query:
    """A field that fails beside one that waits for a value together with a third."""

    @strawberry.field
    async def fails(self) -> int:
        """At once."""
        raise ValueError

    @strawberry.field
    async def waits(self, info: strawberry.Info[Loader[int, int], None]) -> int:
        """For the value that the others wait for."""
        return await info.context.load(1)

    @strawberry.field
    async def inner(self) -> Query | None:
        """A place that null can bubble to."""
        return Query()

    @strawberry.field
    async def several(self) -> list[Query | None]:
        """Many such places."""
        return [Query(), Query()]


@pytest.mark.parametrize("executor", [None, BreadthFirstExecutor])
@pytest.mark.parametrize(
    "document",
    [
        "{ a: inner { waits fails } b: inner { waits } waits }",
        "{ b: inner { waits } waits a: inner { fails waits inner { waits } } }",
        "{ waits a: inner { waits inner { waits fails } fails } b: inner { waits } }",
    ],
)
async def test_a_failing_field_cancels_nobody_who_waits_for_the_same_value(
    executor: type[BreadthFirstExecutor] | None, document: str
) -> None:
    schema = strawberry.Schema(Query, execution_context_class=executor)
    result = await schema.execute(document, context_value=Squares().loader)
    assert result.data is not None
    assert result.data["a"] is None
    assert result.data["waits"] == 1
    assert result.errors is not None
    assert {error.path[-1] for error in result.errors if error.path} == {"fails"}


@pytest.mark.parametrize("executor", [None, BreadthFirstExecutor])
async def test_a_failing_item_leaves_the_request_alive(
    executor: type[BreadthFirstExecutor] | None,
) -> None:
    schema = strawberry.Schema(Query, execution_context_class=executor)
    document = "{ several { fails waits } more: several { waits several { fails waits } } waits }"
    result = await schema.execute(document, context_value=Squares().loader)
    assert result.data is not None
    assert result.data["several"] == [None, None]
    assert result.data["waits"] == 1
