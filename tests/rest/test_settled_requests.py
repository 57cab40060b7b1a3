"""Rows R27 to R30 of the contract: bodies, paths, races and retries, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from gql_tickets.settings import Settings
from tests.conftest import serving
from tests.rest.answers import TICKETS, Add, assert_refused

PATH = f"{TICKETS}/AM-1"
STATUS = f"{PATH}/status"
NOT_OBJECTS = [
    b"",
    b" ",
    b"[]",
    b"1",
    b"null",
    b"true",
    b'"title"',
    b"{",
    b'{"title":"x"',
    b'{"title":"x"}}',
    b'{"title":"x",}',
    b"{'title':'x'}",
    b'{"title":NaN}',
    b'{"title":"x","id":Infinity}',
    b'{"title":"x","id":-Infinity}',
    b'{"title":"x","title":"y"}',
    b'{"title":"x","id":' + b"9" * 5000 + b"}",
    b'{"title":"a\nb"}',
    b'{"title":"\\x"}',
    b'{"title":"\\ud8"}',
    b'{"title":"\xff"}',
    b'{"title":"\xed\xa0\x80"}',
    b'{"title":"x"}\0',
    '{"title":"x"}'.encode("utf-16"),
    b'{"a":' * 50_000,
    b"[" * 100_000,
    b'{"title":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
]


async def test_r27_a_body_that_is_no_json_object_is_400(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    for body in NOT_OBJECTS:
        for method, path in (("POST", TICKETS), ("PUT", PATH), ("PATCH", STATUS)):
            answer = await client.request(method, path, content=body)
            assert_refused(answer, 400, "VALIDATION_FAILED", asked=body[:40])


@pytest.mark.parametrize(
    "content_type", [None, "application/x-www-form-urlencoded", "text/plain", "application/json"]
)
async def test_r27_json_is_read_whatever_its_content_type(
    client: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    body = '\ufeff {"title": "\\u00fc\\ud83c\\udfabü🎫"} \n'
    answer = await client.post(TICKETS, content=body.encode(), headers=headers)
    assert answer.json()["ticket"]["title"] == "ü🎫ü🎫"


async def test_r27_a_body_over_256_kib_is_413(client: httpx.AsyncClient) -> None:
    fits = b'{"title":"x"}'.ljust(256 * 1024)
    assert (await client.post(TICKETS, content=fits)).status_code == 201

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * 64 * 1024

    for body in (fits + b" ", chunks()):
        answer = await client.post(TICKETS, content=body)
        assert_refused(answer, 413, "PAYLOAD_TOO_LARGE")


async def test_r28_a_trailing_slash_is_the_same_route(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{TICKETS}/", json={"title": "x"})
    assert answer.headers["location"] == f"http://testserver{PATH}"
    for path in (TICKETS, f"{TICKETS}/board", PATH):
        assert (await client.get(f"{path}/")).content == (await client.get(path)).content
    assert (await client.put(f"{PATH}/", json={"title": "y"})).status_code == 200
    assert (await client.patch(f"{STATUS}/", json={"status": "done"})).status_code == 200
    assert (await client.delete(f"{PATH}/")).status_code == 200


async def test_r28_head_answers_like_get_without_the_body(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    for path in (TICKETS, f"{TICKETS}/board", PATH, f"{TICKETS}/AM-2", f"{TICKETS}?limit=x"):
        same = {"X-Request-Id": "same"}
        head, get = await client.head(path, headers=same), await client.get(path, headers=same)
        assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")


async def test_r28_browsers_of_the_set_origins_may_call(settings: Settings) -> None:
    origin = "https://app.example"
    preflight = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-api-key,if-match,idempotency-key",
    }
    allowing = settings.model_copy(update={"cors_origins": (origin,)})
    async with serving(allowing) as client:
        answer = await client.options(PATH, headers=preflight)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)
        answer = await client.get(TICKETS, headers={"Origin": origin})
        assert "X-Column-Counts" in answer.headers["access-control-expose-headers"]
    async with serving(settings) as client:
        answer = await client.options(PATH, headers=preflight)
        assert "access-control-allow-origin" not in answer.headers


async def test_r29_answers_with_a_ticket_carry_its_version(client: httpx.AsyncClient) -> None:
    assert (await client.post(TICKETS, json={"title": "x"})).headers["etag"] == '"1"'
    assert (await client.put(PATH, json={"title": "y"})).headers["etag"] == '"2"'
    assert (await client.get(PATH)).headers["etag"] == '"2"'
    for answer in (await client.get(TICKETS), await client.get(f"{TICKETS}/board")):
        assert "etag" not in answer.headers


async def test_r29_no_shared_cache_keeps_what_a_key_may_see(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    for path in (TICKETS, PATH, f"{TICKETS}/AM-2"):
        assert (await client.get(path)).headers["cache-control"] == "private, no-cache"


async def test_r29_a_write_under_the_right_version_is_done(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    for version, tag in enumerate(('"{}"', 'W/"{}"', "*", "{}", ' "{}" '), start=1):
        sent = {"If-Match": tag.format(version)}
        answer = await client.put(PATH, json={"title": "y"}, headers=sent)
        assert answer.status_code == 200, tag


async def test_r29_a_write_under_another_version_is_412(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    await client.put(PATH, json={"title": "second"})
    for tag in ('"1"', 'W/"3"', '"x"', '""', '"0"', '"02"', '"٢"', '"9999999999"', '"1,2"', "x"):
        sent = {b"If-Match": tag.encode()}
        for method, path, body in (
            ("PUT", PATH, {"title": "z"}),
            ("PUT", PATH, {}),
            ("PATCH", STATUS, {"status": "done"}),
            ("DELETE", PATH, None),
        ):
            answer = await client.request(method, path, json=body, headers=sent)
            assert_refused(answer, 412, "VERSION_CONFLICT", "If-Match", asked=tag)
    assert (await client.get(PATH)).json()["ticket"]["title"] == "second"


async def test_r29_if_match_names_one_version(client: httpx.AsyncClient, add: Add) -> None:
    await add()
    for tag in ('"1", "2"', 'W/"1","2"', '"1",', "1,2", "", "   ", '*, "1"'):
        answer = await client.put(PATH, json={"title": "y"}, headers={"If-Match": tag})
        assert_refused(answer, 400, "VALIDATION_FAILED", "If-Match", asked=tag)


async def test_r29_if_match_of_a_missing_ticket_is_404(client: httpx.AsyncClient) -> None:
    for tag in ("*", '"1"', '"x"'):
        answer = await client.put(PATH, json={"title": "y"}, headers={"If-Match": tag})
        assert_refused(answer, 404, "RESOURCE_NOT_FOUND", "slug")


async def test_r29_if_none_match_spares_the_body(client: httpx.AsyncClient, add: Add) -> None:
    await add()
    same, other = ('"1"', 'W/"1"', "*", '"7", W/"1"'), ('"2"', '"11"', "1", "")
    for tag in (*same, *other):
        answer = await client.get(PATH, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.headers["etag"]) == (304 if tag in same else 200, '"1"')
        assert (answer.content == b"") is (tag in same)


async def test_r29_a_repeated_key_replays_the_first_answer(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    steps: list[tuple[str, str, dict[str, str] | None]] = [
        ("POST", TICKETS, {"title": "x"}),
        ("PUT", PATH, {"title": "y"}),
        ("PATCH", STATUS, {"status": "done"}),
        ("DELETE", PATH, None),
    ]
    first: list[httpx.Response] = []
    again: list[httpx.Response] = []
    for answers in (first, again):
        for method, path, body in steps:
            key = {"Idempotency-Key": f"{method} 1", "X-Request-Id": "same"}
            answers.append(await client.request(method, path, json=body, headers=key))
    assert [answer.status_code for answer in first] == [201, 200, 200, 200]
    assert [(a.status_code, a.headers, a.content) for a in again] == [
        (a.status_code, a.headers, a.content) for a in first
    ]
    assert (await client.get(TICKETS)).json()["total"] == 1


async def test_r29_another_request_under_the_same_key_is_422(
    client: httpx.AsyncClient, add: Add
) -> None:
    key = {"Idempotency-Key": "k" * 255}
    await add()
    answer = await client.post(TICKETS, json={"title": "x", "type": "bug"}, headers=key)
    assert answer.status_code == 201
    same = await client.post(TICKETS, content='{"type":"bug", "title":" x "}', headers=key)
    assert same.content == answer.content
    for method, path, body in (
        ("POST", TICKETS, {"title": "y", "type": "bug"}),
        ("PUT", PATH, {"title": "x"}),
        ("PATCH", STATUS, {"status": "done"}),
        ("DELETE", PATH, None),
    ):
        other = await client.request(method, path, json=body, headers=key)
        assert_refused(other, 422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key")


async def test_r29_a_refused_write_does_not_use_its_key_up(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    key = {"Idempotency-Key": "again"}
    body = {"title": "x", "parent_slug": "AM-2"}
    answer = await client.post(TICKETS, json=body, headers=key)
    assert_refused(answer, 400, "VALIDATION_FAILED", "parent_slug")
    await add("now it is there")
    assert (await client.post(TICKETS, json=body, headers=key)).status_code == 201


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"\xc3\xbc", b"a\tb", b"\x7f"])
async def test_r29_a_key_is_1_to_255_printable_ascii_characters(
    client: httpx.AsyncClient, add: Add, key: bytes
) -> None:
    await add()
    for method, path, body in (
        ("POST", TICKETS, {"title": "x"}),
        ("PUT", PATH, {"title": "x"}),
        ("PATCH", STATUS, {"status": "done"}),
        ("DELETE", PATH, None),
    ):
        answer = await client.request(method, path, json=body, headers={b"Idempotency-Key": key})
        assert_refused(answer, 400, "VALIDATION_FAILED", "Idempotency-Key")
    twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await client.post(TICKETS, json={"title": "x"}, headers=twice)
    assert_refused(answer, 400, "VALIDATION_FAILED", "Idempotency-Key")


async def test_r30_every_answer_names_the_request(client: httpx.AsyncClient) -> None:
    for path in (TICKETS, PATH, "/api/v1/ext/orgs/acme/x", "/api/v1/ext/orgs/other/tickets"):
        answer = await client.get(path, headers={"X-Request-Id": "my-request.1"})
        assert answer.headers["x-request-id"] == "my-request.1"
        assert answer.status_code == 200 or answer.json()["request_id"] == "my-request.1"
        ids = {(await client.get(path)).headers["x-request-id"] for _ in range(3)}
        assert len(ids) == 3
    odd = await client.get(PATH, headers={"X-Request-Id": "a b\t<script>"})
    assert odd.headers["x-request-id"] == odd.json()["request_id"] != "a b\t<script>"


async def test_r27_a_body_that_streams_past_the_limit_deletes_nothing(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1_024

    assert_refused(
        await client.request("DELETE", PATH, content=endless()), 413, "PAYLOAD_TOO_LARGE"
    )
    assert (await client.get(PATH)).status_code == 200
