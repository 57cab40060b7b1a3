"""Random documents, run by graphql-core and breadth-first: data and errors have to be the same.

./dev fuzz [COUNT] [SEED]     COUNT documents x variables x records, 2000 unless it is given
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import strawberry
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
)
from strawberry.extensions import SchemaExtension

from gql_tickets.execution import BreadthFirstExecutor
from tests.execution.library import build
from tests.execution.records import SHELVES, Shelf
from tests.execution.running import Outcome, agree

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType

HEAD = "query($on: Boolean!, $off: Boolean = false, $few: Int = 3, $text: String!)"
DIRECTIVES = (
    "@include(if: $on)",
    "@skip(if: $on)",
    "@skip(if: $off)",
    "@include(if: true)",
    "@skip(if: true)",
    "@skip(if: false) @include(if: $on)",
)
ARGUMENTS = {"suffix": ('"?"', "$text"), "first": ("0", "1", "$few"), "id": ("2", "$few", "77")}
RARE = {"breaks", "mentor", "archived", "rating", "chapters", "grid", "lost", "stream"}
"""Fields that often fail, which would hide what is around them."""


class Writer:
    """Writes documents that are valid but for variables and fragments that nobody uses."""

    def __init__(self, schema: GraphQLSchema, chance: random.Random) -> None:
        self._schema = schema
        self._chance = chance
        self._aliases = 0
        self._fragments: dict[str, Composite] = {}

    def document(self) -> str:
        """A query with two named fragments, the second of which may spread the first."""
        self._aliases, self._fragments, fragments = 0, {}, []
        named: list[Any] = [
            self._schema.get_type(name) for name in ("Book", "Author", "Named", "Item")
        ]
        for number, type_ in enumerate(self._chance.sample(named, 2)):
            body = self._selection(type_, 1)
            self._fragments[f"F{number}"] = type_
            fragments.append(f"fragment F{number} on {type_.name} {body}")
        query: Any = self._schema.query_type
        return "\n".join([f"{HEAD} {self._selection(query, 3)}", *fragments])

    def _selection(self, type_: Composite, depth: int) -> str:
        parts = [self._part(type_, depth) for _ in range(self._chance.randint(1, 4))]
        return "{ " + " ".join(parts) + " }"

    def _part(self, type_: Composite, depth: int) -> str:
        kind = self._chance.random()
        fitting = [name for name, of in self._fragments.items() if self._fit(of, type_)]
        if fitting and kind < 0.15:
            return f"...{self._chance.choice(fitting)} {self._directive()}"
        if kind < 0.3 and type_ is not self._schema.query_type:
            condition = self._condition(type_)
            on = (
                f" on {condition.name}"
                if self._chance.random() < 0.8 or condition is not type_
                else ""
            )
            return f"...{on} {self._directive()} {self._selection(condition, depth)}"
        return self._field(type_, depth)

    def _field(self, type_: Composite, depth: int) -> str:
        fields = {} if isinstance(type_, GraphQLUnionType) else type_.fields
        names = [
            name
            for name, field in fields.items()
            if depth or not is_composite_type(get_named_type(field.type))
        ]
        if not names or self._chance.random() < 0.08:
            return f"__typename {self._directive()}"
        name = self._chance.choice(names)
        if name in RARE and self._chance.random() < 0.6:
            return "__typename"
        arguments = ", ".join(
            f"{argument}: {self._chance.choice(ARGUMENTS[argument])}"
            for argument in fields[name].args
            if self._chance.random() < 0.6
        )
        alias = ""
        if fields[name].args or self._chance.random() < 0.2:
            self._aliases += 1
            alias = f"a{self._aliases}: "
        inner: Any = get_named_type(fields[name].type)
        body = self._selection(inner, depth - 1) if is_composite_type(inner) else ""
        called = f"{name}({arguments})" if arguments else name
        return f"{alias}{called} {self._directive()} {body}"

    def _directive(self) -> str:
        return self._chance.choice(DIRECTIVES) if self._chance.random() < 0.15 else ""

    def _condition(self, type_: Composite) -> Composite:
        possible: list[Composite] = [type_]
        if is_abstract_type(type_):
            possible += self._schema.get_possible_types(type_)
        elif isinstance(type_, GraphQLObjectType):
            possible += type_.interfaces
        return self._chance.choice(possible)

    def _fit(self, inner: Composite, outer: Composite) -> bool:
        return bool(self._concrete(inner) & self._concrete(outer))

    def _concrete(self, type_: Composite) -> set[str]:
        if isinstance(type_, GraphQLObjectType):
            return {type_.name}
        return {each.name for each in self._schema.get_possible_types(type_)}


class Unchecked(SchemaExtension):
    """Runs one parsed document after another, without validation; both executors share them."""

    documents: dict[str, Any] = {}  # noqa: RUF012 - shared on purpose

    def on_parse(self) -> Iterator[None]:
        """Parse it once."""
        query = self.execution_context.query or ""
        if query not in self.documents:
            if len(self.documents) > 50:
                self.documents.clear()
            self.documents[query] = parse(query)
        self.execution_context.graphql_document = self.documents[query]
        self.execution_context.pre_execution_errors = []
        yield


STOCK = build(extensions=[Unchecked])
FAST = build(extensions=[Unchecked], execution_context_class=BreadthFirstExecutor)


async def outcome(
    schema: strawberry.Schema, query: str, variables: dict[str, Any] | None, shelf: Shelf
) -> Outcome:
    """What a client sees, with the errors in an order that does not depend on time."""
    result = await schema.execute(query, variables, shelf)
    errors = [
        (error.path, error.message, [location.formatted for location in error.locations or []])
        for error in result.errors or []
    ]
    return json.loads(msgspec.json.encode(result.data)), sorted(errors, key=repr)


def cases(count: int, seed: int) -> Iterator[tuple[str, dict[str, Any], Callable[[], Shelf]]]:
    """Documents with variables and records."""
    writer = Writer(STOCK._schema, random.Random(seed))  # noqa: S311
    made = 0
    while made < count:
        document = writer.document()
        for on, off, shelf in (
            (True, False, 0),
            (False, True, 0),
            (True, True, 1),
            (True, False, 2),
        ):
            made += 1
            yield document, {"on": on, "off": off, "text": "~", "few": 4 - shelf}, SHELVES[shelf]


async def differences(count: int, seed: int) -> list[str]:
    """Runs so many cases; describes each that differs."""
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: complaints.append(f"The loop complains: {context}")
    )
    start, failed, loosely = time.monotonic(), 0, 0
    for number, (document, variables, shelf) in enumerate(cases(count, seed), 1):
        stock = await outcome(STOCK, document, variables, shelf())
        fast = await outcome(FAST, document, variables, shelf())
        failed += bool(stock[1])
        loosely += stock != fast
        if not agree(stock, fast):
            complaints.append(f"{document}\n{variables} {shelf.__name__}\n{stock}\n{fast}\n")
        if number % 10_000 == 0:
            print(
                f"{number} cases, {failed} with errors, {len(complaints)} differences"
                f" ({loosely} report others of several errors beneath a null),"
                f" {time.monotonic() - start:.0f} s",
                flush=True,
            )
    gc.collect()
    await asyncio.sleep(0)
    return complaints


def main() -> int:
    """The command. Returns its exit code."""
    count, seed = map(int, (*sys.argv[1:3], *("2000", "1")[len(sys.argv) - 1 :]))
    # graphql-core itself leaves coroutines behind when it cancels what has not begun.
    sys.unraisablehook = lambda _: None
    warnings.simplefilter("error")
    logging.disable()
    complaints = asyncio.run(differences(count, seed))
    for complaint in complaints[:5]:
        print(complaint)
    print(f"{count} cases, {len(complaints)} differences")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
