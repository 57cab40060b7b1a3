"""Coroutines that graphql-core may drop before they have begun: when it cancels what asked for them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from inspect import iscoroutine
from typing import Any, Protocol

from graphql.execution import Executor


class Closable(Protocol):
    """A coroutine, or whatever else has to be closed."""

    def close(self) -> None:
        """Nobody will await it."""


class Held:
    """A coroutine, and what it is to await: closed where nobody comes to await it.

    It is no coroutine itself, since graphql-core drops what it cancels before it has begun:
    coroutines that are left behind would say that they were never awaited.
    """

    __slots__ = ("_coroutine", "_others")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], *others: Closable) -> None:
        self._coroutine: Coroutine[Any, Any, Any] | None = coroutine
        self._others = others

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine, self._coroutine, self._others = self._coroutine, None, ()
        if coroutine is None:
            raise RuntimeError("It was awaited already.")
        return coroutine.__await__()

    def __del__(self) -> None:
        if self._coroutine is not None:
            for each in (self._coroutine, *self._others):
                each.close()


def held(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of graphql-core's, whose coroutines are held, with those that it was given."""

    def holding(self: Executor[Any], *args: Any, **kwargs: Any) -> Any:
        found = method(self, *args, **kwargs)
        return Held(found, *filter(iscoroutine, args)) if iscoroutine(found) else found

    return holding
