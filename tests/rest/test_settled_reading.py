"""Rows R1 to R9 of the contract: defaults, words, queries and pages, on both databases."""

from __future__ import annotations

import httpx
import pytest

from tests.rest.answers import BOARD, TICKETS, Add, assert_refused

TYPES = ["task", "bug", "feature", "improvement", "epic", "story", "subtask"]
STATUSES = ["backlog", "todo", "in_progress", "in_review", "done"]
NOT_INTEGERS = ["1.5", " 3", "3 ", "٣", "1e3", "0x1", "+3", "--1", "1_0", "nan", "9" * 40]


async def test_r01_a_ticket_without_a_type_is_a_task(add: Add) -> None:
    assert (await add())["type"] == "task"
    assert (await add(type=None))["type"] == "task"


async def test_r02_there_are_seven_types(client: httpx.AsyncClient, add: Add) -> None:
    for type in TYPES:
        await add(type=type)
        answer = await client.get(TICKETS, params={"type": type})
        assert [ticket["type"] for ticket in answer.json()["tickets"]] == [type]


async def test_r03_the_board_has_the_five_columns_in_order(client: httpx.AsyncClient) -> None:
    columns = (await client.get(BOARD)).json()["board"]["columns"]
    assert [column["status"] for column in columns] == STATUSES


async def test_r04_an_unknown_word_is_refused_and_the_allowed_ones_are_named(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    words = {"status": STATUSES, "type": TYPES, "priority": ["low", "medium", "high", "urgent"]}
    for name, allowed in words.items():
        answers = [
            await client.post(TICKETS, json={"title": "x", name: "open"}),
            await client.put(f"{TICKETS}/AM-1", json={name: "open"}),
        ]
        if name != "priority":
            answers.append(await client.get(TICKETS, params={name: "open"}))
        for answer in answers:
            assert_refused(answer, 400, "VALIDATION_FAILED", name)
            assert ", ".join(allowed) in answer.json()["details"][0]["message"]


async def test_r04_words_are_taken_as_they_are_documented(client: httpx.AsyncClient) -> None:
    words: tuple[object, ...] = ("none", "NONE", "High", " high", "", 1, True, [], {}, ["high"])
    for word in words:
        answer = await client.post(TICKETS, json={"title": "x", "priority": word})
        assert_refused(answer, 400, "VALIDATION_FAILED", "priority", asked=word)


async def test_r04_everything_wrong_is_named_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.get(TICKETS, params={"status": "open", "limit": "0", "type": "x"})
    assert_refused(answer, 400, "VALIDATION_FAILED", "limit", "status", "type")
    answer = await client.post(TICKETS, json={"type": "x", "labels": "a"})
    assert_refused(answer, 400, "VALIDATION_FAILED", "title", "type", "labels")


async def test_r05_empty_and_unknown_parameters_are_absent(
    client: httpx.AsyncClient, add: Add
) -> None:
    await add()
    names = ("status", "type", "labels", "assignee_id", "repository_id", "limit", "offset")
    plain = (await client.get(TICKETS)).content
    for name in names:
        assert (await client.get(f"{TICKETS}?{name}=&_={name}&{name}")).content == plain
    assert (await client.get(f"{BOARD}?repository_id=&limit=&v=1")).status_code == 200


async def test_r05_a_parameter_with_two_values_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{TICKETS}?status=todo&status=done")
    assert_refused(answer, 400, "VALIDATION_FAILED", "status")
    assert (await client.get(f"{TICKETS}?status=todo&status=todo&status=")).status_code == 200


LABELS = {
    "labels=a": ["abc", "ab", "a"],
    "labels=a,b": ["abc", "ab"],
    "labels=b,a": ["abc", "ab"],
    "labels=%20a%20,,b,": ["abc", "ab"],
    "labels=a&labels=c": ["abc"],
    "labels=,": ["none", "abc", "ab", "a"],
    "labels=A": [],
    "labels=a,d": [],
    "labels=" + ",".join("a" * 60): ["abc", "ab", "a"],
    "labels=" + "a" * 200: [],
    "labels=%25": [],
}


async def test_r06_several_labels_must_all_be_there(client: httpx.AsyncClient, add: Add) -> None:
    for title, labels in (("a", ["a"]), ("ab", ["a", "b"]), ("abc", ["c", "b", "a"]), ("none", [])):
        await add(title, labels=labels)
    for query, found in LABELS.items():
        answer = await client.get(f"{TICKETS}?{query}")
        assert [ticket["title"] for ticket in answer.json()["tickets"]] == found, query
        assert answer.json()["total"] == len(found)


async def test_r07_the_newest_come_first(client: httpx.AsyncClient, add: Add) -> None:
    for _ in range(5):
        await add()
    await client.put(f"{TICKETS}/AM-2", json={"title": "changed"})
    answer = await client.get(TICKETS)
    slugs = ["AM-5", "AM-4", "AM-3", "AM-2", "AM-1"]
    assert [ticket["slug"] for ticket in answer.json()["tickets"]] == slugs
    cards = (await client.get(BOARD)).json()["board"]["columns"][0]["tickets"]
    assert [card["slug"] for card in cards] == slugs


@pytest.mark.parametrize(
    ("path", "name", "beyond"),
    [
        (TICKETS, "limit", ["0", "-1", "1001"]),
        (BOARD, "limit", ["0", "-1", "1001"]),
        (TICKETS, "offset", ["-1", "9223372036854775808"]),
        (TICKETS, "assignee_id", ["2147483648", "-2147483649"]),
        (TICKETS, "repository_id", ["2147483648", "-2147483649"]),
        (BOARD, "repository_id", ["2147483648", "-2147483649"]),
    ],
)
async def test_r08_integers_are_plain_digits_within_bounds(
    client: httpx.AsyncClient, path: str, name: str, beyond: list[str]
) -> None:
    for value in (*NOT_INTEGERS, *beyond):
        answer = await client.get(path, params={name: value})
        assert_refused(answer, 400, "VALIDATION_FAILED", name, asked=value)


async def test_r08_the_bounds_themselves_are_fine(client: httpx.AsyncClient, add: Add) -> None:
    await add()
    answer = await client.get(TICKETS, params={"limit": "1000", "offset": "0"})
    assert (answer.json()["limit"], answer.json()["total"]) == (1000, 1)
    answer = await client.get(TICKETS, params={"limit": "1", "offset": "2147483647"})
    assert answer.content == b'{"tickets":[],"total":1,"limit":1,"offset":2147483647}'
    for number in ("0", "-1", "2147483647", "-2147483648"):
        for name in ("assignee_id", "repository_id"):
            assert (await client.get(TICKETS, params={name: number})).json()["total"] == 0


async def test_r08_the_link_header_leads_through_all_pages(
    client: httpx.AsyncClient, add: Add
) -> None:
    for number in range(5):
        await add(str(number), labels=["a b"])
    await add("other")
    assert "link" not in (await client.get(TICKETS)).headers
    answer = await client.get(f"{TICKETS}/?labels=a%20b&limit=2&keep=%26")
    base = f"http://testserver{TICKETS}?labels=a+b&keep=%26&limit=2"
    assert answer.headers["link"] == f'<{base}&offset=2>; rel="next"'
    seen = []
    while True:
        seen += [ticket["title"] for ticket in answer.json()["tickets"]]
        if "next" not in answer.links:
            break
        answer = await client.get(answer.links["next"]["url"])
    assert seen == ["4", "3", "2", "1", "0"]
    assert answer.headers["link"] == f'<{base}&offset=2>; rel="prev"'
    answer = await client.get(TICKETS, params={"limit": 2, "offset": 1})
    links = answer.links
    assert links["prev"]["url"] == f"http://testserver{TICKETS}?limit=2&offset=0"
    assert links["next"]["url"] == f"http://testserver{TICKETS}?limit=2&offset=3"


async def test_r09_the_board_says_when_it_cuts_a_column(
    client: httpx.AsyncClient, add: Add
) -> None:
    for status in ("todo", "todo", "todo", "done"):
        await add(status=status)
    counts = "backlog=0,todo=3,in_progress=0,in_review=0,done=1"
    answer = await client.get(BOARD)
    assert answer.headers["x-column-counts"] == counts
    assert "x-board-truncated" not in answer.headers
    answer = await client.get(BOARD, params={"limit": 2})
    sizes = [len(column["tickets"]) for column in answer.json()["board"]["columns"]]
    assert sizes == [0, 2, 0, 0, 1]
    assert answer.headers["x-column-counts"] == counts
    assert answer.headers["x-board-truncated"] == "true"
    answer = await client.get(BOARD, params={"limit": 3, "repository_id": 1})
    assert answer.headers["x-column-counts"] == "backlog=0,todo=0,in_progress=0,in_review=0,done=0"


async def test_r09_a_column_shows_the_newest_200_unless_told_otherwise(
    client: httpx.AsyncClient, add: Add
) -> None:
    for _ in range(201):
        await add()
    answer = await client.get(BOARD)
    cards = answer.json()["board"]["columns"][0]["tickets"]
    assert (len(cards), cards[0]["slug"], cards[-1]["slug"]) == (200, "AM-201", "AM-2")
    assert answer.headers["x-board-truncated"] == "true"
    answer = await client.get(BOARD, params={"limit": 1000})
    assert len(answer.json()["board"]["columns"][0]["tickets"]) == 201
    assert "x-board-truncated" not in answer.headers
