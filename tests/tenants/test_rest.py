"""The documented routes, with a foreign organization's values: each answers as one that does not exist."""

from __future__ import annotations

import re
from typing import Any

import httpx
import msgspec

from rest_compat.operations import OPERATIONS
from tests.tenants.conftest import SPENT
from tests.tenants.world import FOREIGN, LABEL, NUMBER, Pair, World, same_but_for

ORGS = Pair(FOREIGN, "nobodys-org")
SLUGS = Pair("ZZ-1", "ZZ-99999999")
NUMBERS = Pair(NUMBER, 900_002)
LABELS = Pair(LABEL, "xnobodyslabel")
CASES = {
    "query.assignee_id": NUMBERS,
    "query.labels": LABELS,
    "query.repository_id": NUMBERS,
    "body.assignee_id": NUMBERS,
    "body.labels": Pair([LABEL], ["xnobodyslabel"]),
    "body.parent_slug": SLUGS,
    "body.repository_id": NUMBERS,
    "header.Idempotency-Key": Pair(SPENT, "used-by-nobody"),
}
PLAIN = {
    *("query.limit", "query.offset", "query.status", "query.type"),
    *("body.priority", "body.status", "body.title", "body.type"),
    *("header.If-Match", "header.If-None-Match"),
}
"""Words, texts, sizes and versions, which name nothing."""


def places() -> dict[tuple[str, str], list[str]]:
    """What each route takes beside its path."""
    found = {}
    for route, operation in OPERATIONS.items():
        query = [f"query.{each.name}" for each in operation.query]
        fields = msgspec.structs.fields(operation.body) if operation.body else ()
        headers = [f"header.{each}" for each in operation.asks]
        found[route] = [*query, *(f"body.{each.encode_name}" for each in fields), *headers]
    return found


def test_everything_that_a_route_takes_has_a_case() -> None:
    assert {place for some in places().values() for place in some} == CASES.keys() | PLAIN


class Numbered:
    """Slugs of tickets of our own, of which a deletion uses up one."""

    def __init__(self) -> None:
        self._last = 1

    def slug(self) -> str:
        """Another one."""
        self._last += 1
        return f"AM-{self._last}"


async def send(
    world: World, method: str, path: str, place: str = "", value: object = None
) -> httpx.Response:
    """One request with our key, which would be good without the value."""
    where, _, name = place.partition(".")
    given: dict[str, Any] = {} if not place else {name: value}
    body = {"title": "Ours"} if method in {"POST", "PUT"} else {"status": "todo"}
    return await world.client.request(
        method,
        path,
        headers={**world.own, **(given if where == "header" else {})},
        params=given if where == "query" else None,
        json=None if method in {"GET", "DELETE"} else body | (given if where == "body" else {}),
    )


async def test_a_foreign_organization_or_slug_answers_as_nobodys(world: World) -> None:
    for method, template in OPERATIONS:
        route = template.removeprefix("/tickets")
        mine = route.replace("{slug}", "AM-1")
        answers = [
            same_but_for(await send(world, method, world.path(org) + mine), org)
            for org in (ORGS.foreign, ORGS.nobodys)
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 403
        if "{slug}" in route:
            answers = [
                same_but_for(
                    await send(world, method, world.path("acme") + route.replace("{slug}", slug)),
                    slug,
                )
                for slug in (SLUGS.foreign, SLUGS.nobodys)
            ]
            assert answers[0] == answers[1]
            assert answers[0][0] == 404


async def test_a_foreign_value_answers_as_one_that_does_not_exist(world: World) -> None:
    numbered = Numbered()
    for (method, template), taken in places().items():
        for place in taken:
            if place in PLAIN:
                continue
            pair = CASES[place]
            answers = []
            for value in (pair.foreign, pair.nobodys):
                slug = numbered.slug()
                path = world.path("acme") + template.removeprefix("/tickets").format(slug=slug)
                answer = await send(world, method, path, place, value)
                shown = value[0] if isinstance(value, list) else value
                status, text = same_but_for(answer, shown)
                answers.append((status, re.sub(r"own\d+", "own", text)))
            assert answers[0] == answers[1], (method, template, place)
            assert answers[0][0] < 500


async def test_the_foreign_organization_is_as_it_was(world: World) -> None:
    path = world.path(FOREIGN)
    before = (await world.client.get(path, headers=world.foreign)).text
    await test_a_foreign_organization_or_slug_answers_as_nobodys(world)
    await test_a_foreign_value_answers_as_one_that_does_not_exist(world)
    assert (await world.client.get(path, headers=world.foreign)).text == before
