"""Awaitables: each is awaited or closed, whatever fails and whoever loses patience.

What is never awaited warns when it is collected, and warnings are errors.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from graphql.pyutils import Path

from gql_tickets.execution.columns import Later, Run
from gql_tickets.execution.held import Held
from tests.execution.records import Shelf, answer, bad, good
from tests.execution.running import FAST, run

ASYNC = "whisper cry borrower either sequel { cry }"


@pytest.fixture(autouse=True)
def only_what_is_new_is_collected() -> Iterator[None]:
    """All that was there before is passed over: what these tests look for is theirs."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class Tracking:
    """As much of an executor as a run needs to close."""

    def __init__(self) -> None:
        self.tracked: list[Any] = []

    def track_async_work(self, values: list[Any]) -> None:
        """Notes what is no coroutine."""
        self.tracked += values


def new_run() -> tuple[Run, Tracking]:
    """A run, and what stands for its executor."""
    executor: Any = Tracking()
    return Run(executor, Path(None, "here", None)), executor


@pytest.mark.parametrize(
    "query",
    [
        f"{{ books {{ {ASYNC} title }} }}",
        f"{{ books {{ {ASYNC} author {{ id }} }} }}",
        f"{{ page {{ total nodes {{ {ASYNC} }} edges {{ node {{ {ASYNC} rating }} }} }} }}",
        f"{{ book(id: 3) {{ {ASYNC} related {{ __typename }} pages }} }}",
    ],
)
async def test_a_column_that_fails_leaves_no_other_unawaited(query: str) -> None:
    _, errors = await run(FAST, query, bad())
    assert errors
    gc.collect()


@pytest.mark.parametrize("shelf", [good, bad])
@pytest.mark.parametrize(
    "query",
    [
        f"{{ page {{ total nodes {{ {ASYNC} rating }} }} }}",
        f"{{ lost books {{ {ASYNC} prequel {{ id }} }} named {{ id }} author {{ name }} }}",
        "{ books { breaks whisper } author { mentor { name } } named { id } page { total } }",
    ],
)
async def test_a_request_that_is_cancelled_leaves_nothing_behind(
    query: str, shelf: Callable[[], Shelf]
) -> None:
    for turns in range(24):
        request = asyncio.ensure_future(FAST.execute(query, None, shelf()))
        for _ in range(turns):
            await asyncio.sleep(0)
        if not request.done():
            request.cancel()
            try:
                result = await request
            except asyncio.CancelledError:
                pass
            else:
                # From Python 3.13 a failure of the same turn may come first, in asyncio's gather.
                assert sys.version_info >= (3, 13)
                assert result.errors
        gc.collect()


async def test_a_value_that_is_dropped_before_it_is_awaited_closes_its_run() -> None:
    run, _ = new_run()
    coroutine = answer(1)
    completed = run.wait(run.hold([coroutine]))
    held = Held(run.finish(completed), run)
    del held
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


async def test_what_is_no_coroutine_is_left_to_graphql_core() -> None:
    run, executor = new_run()
    future = asyncio.get_running_loop().create_future()
    run.hold([future, answer(1), 3])
    run.close()
    assert executor.tracked == [future, 3]


async def test_levels_are_awaited_one_after_the_other() -> None:
    run, _ = new_run()
    order: list[str] = []

    async def say(word: str) -> str:
        order.append(word)
        return word

    def deeper(column: list[Any]) -> Later:
        return run.wait([say(f"{word} below") for word in column])

    parts = [run.then(run.wait([say(word)]), deeper) for word in ("one", "two")]
    last = run.together([["there"], *parts])
    assert isinstance(last, Later)
    assert await run.finish(last) == [["there"], ["one below"], ["two below"]]
    assert order == ["one", "two", "one below", "two below"]


async def test_items_that_are_given_as_awaitables_are_awaited_once() -> None:
    shelf = Shelf(good().books, [])
    data, errors = await run(FAST, "{ promised { id sequel { id } } }", shelf)
    assert [item and item["id"] for item in data["promised"]] == ["1", "2", None, None]
    assert [path for path, _ in errors] == [["promised", 2]]
