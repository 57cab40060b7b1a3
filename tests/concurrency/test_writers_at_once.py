"""Many writers at once, through the documented door: nothing fails, nothing is lost or made twice."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

TICKETS = "/api/v1/ext/orgs/acme/tickets"
CREATORS = 32
TICKETS_EACH = 4
ROUNDS = 8
RETRIES = 16


async def test_32_creators_at_once_leave_no_gap_and_repeat_no_slug(
    client: httpx.AsyncClient,
) -> None:
    async def creator(name: int) -> list[str]:
        return [await _create(client, title=f"{name}.{turn}") for turn in range(TICKETS_EACH)]

    made = await asyncio.gather(*map(creator, range(CREATORS)))
    slugs = [slug for some in made for slug in some]
    assert sorted(slugs, key=_number) == [f"AM-{n}" for n in range(1, CREATORS * TICKETS_EACH + 1)]
    listed = (await client.get(TICKETS, params={"limit": 1000})).json()
    assert listed["total"] == len(slugs)
    assert {ticket["slug"] for ticket in listed["tickets"]} == set(slugs)


async def test_creators_of_labels_in_crossing_orders_do_not_lock_each_other_out(
    client: httpx.AsyncClient,
) -> None:
    names = [f"label{n}" for n in range(10)]
    orders = [names, names[::-1]] * (CREATORS // 2)
    await asyncio.gather(*(_create(client, title="t", labels=order) for order in orders))


async def test_16_retries_of_one_idempotency_key_at_once_make_one_ticket(
    client: httpx.AsyncClient,
) -> None:
    async def attempt() -> httpx.Response:
        return await client.post(TICKETS, json={"title": "once"}, headers={"Idempotency-Key": "k"})

    answers = await asyncio.gather(*(attempt() for _ in range(RETRIES)))
    made = [answer.json()["ticket"] for answer in answers if answer.status_code == 201]
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert made
    assert all(ticket == made[0] for ticket in made)
    assert others <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert (await client.get(TICKETS)).json()["total"] == 1


async def test_two_writers_who_hang_tickets_from_each_other_never_make_a_cycle(
    client: httpx.AsyncClient,
) -> None:
    first, second = [await _create(client, title=title) for title in "ab"]
    for _ in range(ROUNDS):
        answers = await asyncio.gather(
            _hang(client, first, second),
            _hang(client, second, first),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 400]
        refused = next(answer.json() for answer in answers if answer.status_code == 400)
        assert refused["code"] == "INVALID_PARENT"
        assert refused["details"][0]["field"] == "parent_slug"
        await _hang(client, first, None)
        await _hang(client, second, None)


async def test_a_ring_of_six_writers_is_refused_in_exactly_one_place(
    client: httpx.AsyncClient,
) -> None:
    ring = [await _create(client, title=title) for title in "abcdef"]
    for _ in range(ROUNDS):
        pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
        answers = await asyncio.gather(*(_hang(client, child, parent) for child, parent in pairs))
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [400]
        details = [(await client.get(f"{TICKETS}/{slug}")).json()["ticket"] for slug in ring]
        assert [detail["parent_slug"] for detail in details].count(None) == 1
        for slug in ring:
            await _hang(client, slug, None)


async def test_a_parent_deleted_while_children_arrive_leaves_no_orphan(
    client: httpx.AsyncClient,
) -> None:
    for _ in range(ROUNDS):
        parent = await _create(client, title="parent")
        arrivals = [
            client.post(TICKETS, json={"title": "c", "parent_slug": parent}) for _ in range(6)
        ]
        *children, deleted = await asyncio.gather(*arrivals, client.delete(f"{TICKETS}/{parent}"))
        assert deleted.status_code == 200
        # Either the child came first and was detached, or the parent was gone already.
        assert {child.status_code for child in children} <= {201, 400}
        for child in children:
            if child.status_code == 201:
                slug = child.json()["ticket"]["slug"]
                detail = (await client.get(f"{TICKETS}/{slug}")).json()["ticket"]
                assert detail["parent_slug"] is None


async def test_of_16_writers_who_know_the_same_version_one_wins(client: httpx.AsyncClient) -> None:
    slug = await _create(client, title="t")

    async def rename(name: int) -> int:
        answer = await client.put(
            f"{TICKETS}/{slug}", json={"title": f"by {name}"}, headers={"If-Match": '"1"'}
        )
        return answer.status_code

    statuses = await asyncio.gather(*map(rename, range(RETRIES)))
    assert sorted(statuses) == [200] + [412] * (RETRIES - 1)


async def test_writers_of_different_fields_lose_nothing_of_each_other(
    client: httpx.AsyncClient,
) -> None:
    slug = await _create(client, title="t")
    changes: list[dict[str, Any]] = [
        {"title": "changed"},
        {"type": "bug"},
        {"priority": "urgent"},
        {"status": "todo"},
        {"labels": ["kept"]},
    ]
    answers = await asyncio.gather(
        *(client.put(f"{TICKETS}/{slug}", json=change) for change in changes)
    )
    assert {answer.status_code for answer in answers} == {200}
    after = await client.get(f"{TICKETS}/{slug}")
    assert after.headers["ETag"] == f'"{1 + len(changes)}"'
    for change in changes:
        assert change.items() <= after.json()["ticket"].items()


async def _create(client: httpx.AsyncClient, **fields: Any) -> str:
    answer = await client.post(TICKETS, json=fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket"]["slug"])


async def _hang(client: httpx.AsyncClient, child: str, parent: str | None) -> httpx.Response:
    return await client.put(f"{TICKETS}/{child}", json={"parent_slug": parent})


def _number(slug: str) -> int:
    return int(slug.partition("-")[2])
