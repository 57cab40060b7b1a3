"""Loaders: what is asked for in the same turn of the event loop is fetched together, once."""

from __future__ import annotations

import asyncio
from collections.abc import (
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Hashable,
    Iterable,
    Mapping,
    Sequence,
)
from typing import Any, Generic, TypeAlias, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
W = TypeVar("W")

Fetch: TypeAlias = Callable[[list[K]], Awaitable[Sequence[V]]]
"""The values of some keys, in their order. A value that is an exception is raised for those who
ask for its key; an exception that is raised, for all of them."""

FetchAll: TypeAlias = Callable[[dict[Any, list[Any]]], Awaitable[Mapping[Any, Sequence[Any]]]]
"""As Fetch, for keys of several kinds at once."""


class Loader(Generic[K, V]):
    """The values of some keys, remembered for as long as the loader lives: one request.

    Nobody who asks can cancel what others wait for. When a non-null field fails, graphql-core
    cancels its siblings; if one of them took down a future that it shares with other fields,
    CancelledError would end the whole request. So a batch is a task of its own, and whoever asks
    waits for a future of their own.
    """

    def __init__(self, fetch: Fetch[K, V]) -> None:
        async def fetch_all(wanted: dict[None, list[K]]) -> dict[None, Sequence[V]]:
            return {None: await fetch(wanted[None])}

        self._begin(Source(fetch_all), None)

    def _begin(self, source: Source, kind: Hashable) -> None:
        self.kind = kind
        self._source = source
        self._values: dict[K, V] = {}
        self._failures: dict[K, Exception] = {}
        self._coming: dict[K, _Batch] = {}

    def load(self, key: K) -> Load[V]:
        """The value of one key, to be awaited, or to be returned by a resolver as it is."""
        return Load(self, key)

    async def many(self, keys: Iterable[K]) -> list[V]:
        """The values of several keys, in their order."""
        keys = list(keys)
        for batch in self.ask(keys):
            await batch
        return self.found(keys)

    def ask(self, keys: Iterable[K]) -> list[asyncio.Future[None]]:
        """Begins to fetch what is not there; a future for each batch that is still to come."""
        known, failed, coming = self._values, self._failures, self._coming
        missing = [key for key in dict.fromkeys(keys) if key not in known and key not in failed]
        batches = {coming[key] for key in missing if key in coming}
        if new := [key for key in missing if key not in coming]:
            batch = self._source.batch()
            batch.wanted.setdefault(self, []).extend(new)
            coming.update(dict.fromkeys(new, batch))
            batches.add(batch)
        return [batch.waiter() for batch in batches]

    def found(self, keys: Iterable[K]) -> list[V]:
        """The values of keys that were asked for, once their batches have come."""
        if self._failures:
            for key in keys:
                if key in self._failures:
                    raise self._failures[key]
        return list(map(self._values.__getitem__, keys))

    def keep(self, keys: list[K], values: Sequence[V]) -> None:
        """What a batch has brought for the keys."""
        found = dict(zip(keys, values, strict=True))
        self._values.update(found)
        if any(issubclass(kind, Exception) for kind in set(map(type, values))):
            self._failures.update(
                (key, value) for key, value in found.items() if isinstance(value, Exception)
            )

    def fail(self, keys: list[K], error: Exception) -> None:
        """Why a batch has brought nothing for the keys."""
        self._failures.update(dict.fromkeys(keys, error))

    def settle(self, keys: list[K]) -> None:
        """The batch of the keys has ended, one way or the other."""
        for key in keys:
            del self._coming[key]


class Facet(Loader[K, V]):
    """The loader of one kind of keys, of a source that has several."""

    def __init__(self, source: Source, kind: Hashable) -> None:
        self._begin(source, kind)


class Source:
    """What several loaders are fetched from together: those that ask in one turn of the event loop."""

    def __init__(self, fetch: FetchAll) -> None:
        self._fetch = fetch
        self._next: _Batch | None = None

    def batch(self) -> _Batch:
        """The batch that is being gathered."""
        if self._next is None:
            self._next = _Batch(self._bring)
        return self._next

    async def _bring(self, batch: _Batch) -> None:
        await asyncio.sleep(0)  # whoever wakes in this turn of the loop is still to ask
        self._next = None
        wanted = batch.wanted
        try:
            found = await self._fetch({loader.kind: keys for loader, keys in wanted.items()})
            for loader, keys in wanted.items():
                loader.keep(keys, found[loader.kind])
        except Exception as error:  # noqa: BLE001 - raised where somebody asks for the values
            for loader, keys in wanted.items():
                loader.fail(keys, error)
        finally:
            for loader, keys in wanted.items():
                loader.settle(keys)
            batch.arrive()


class _Batch:
    """Keys of loaders that are fetched together by a task, and who waits for them."""

    def __init__(self, bring: Callable[[_Batch], Coroutine[Any, Any, None]]) -> None:
        self.wanted: dict[Loader[Any, Any], list[Any]] = {}
        self._waiters: list[asyncio.Future[None]] = []
        self._task = asyncio.create_task(bring(self))  # asyncio itself would not keep it alive
        self._loop = self._task.get_loop()

    def waiter(self) -> asyncio.Future[None]:
        """A future of the caller's own."""
        future = self._loop.create_future()
        self._waiters.append(future)
        return future

    def arrive(self) -> None:
        """Here they are."""
        for future in self._waiters:
            if not future.done():
                future.set_result(None)


class Load(Generic[V]):
    """A value that a loader will have. Nothing is asked for before somebody awaits it.

    It is no coroutine. A resolver that returns one need not be a coroutine function either: what a
    whole column of them stands for is asked for by one call, without a task for each row.
    """

    __slots__ = ("_finish", "key", "loader")

    def __init__(
        self, loader: Loader[Any, Any], key: Any, finish: Callable[[Any], V] | None = None
    ) -> None:
        self.loader = loader
        self.key = key
        self._finish = finish

    def then(self, finish: Callable[[V], W]) -> Load[W]:
        """What becomes of the value."""
        first = self._finish
        if first is None:
            return Load(self.loader, self.key, finish)
        return Load(self.loader, self.key, lambda value: finish(first(value)))

    def begin(self) -> None:
        """Asks for it now: who awaits it later finds it there, or on its way."""
        self.loader.ask((self.key,))

    def __await__(self) -> Generator[Any, None, V]:
        for batch in self.loader.ask((self.key,)):
            yield from batch
        return self.found()

    def found(self) -> V:
        """The value, once its batch has come. Raises what the loader has for it instead."""
        value = self.loader.found((self.key,))[0]
        return value if self._finish is None else self._finish(value)


def ask_together(loads: Iterable[Load[Any]]) -> list[asyncio.Future[None]]:
    """Begins to fetch what they stand for; a future for each batch that is still to come."""
    keys: dict[Loader[Any, Any], list[Any]] = {}
    for load in loads:
        keys.setdefault(load.loader, []).append(load.key)
    return [batch for loader, wanted in keys.items() for batch in loader.ask(wanted)]


async def loaded(loads: Sequence[Load[V]]) -> list[V]:
    """Their values, which are asked for together."""
    for batch in ask_together(loads):
        await batch
    return [load.found() for load in loads]
