"""The OpenAPI document is valid, says what the routes do, and its examples and answers fit it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from gql_tickets.auth import Scope
from rest_compat import reading
from rest_compat.errors import STATUS
from rest_compat.openapi import document
from rest_compat.operations import OPERATIONS, WHEN
from rest_compat.paths import BASE
from rest_compat.routes import ROWS
from tests.rest.answers import TICKETS, Add, NewKey, golden

DOCUMENT = document(ROWS, version="1.2.3")
REST = (Path(__file__).parents[2] / "docs/rest.md").read_text("utf-8")


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Checks a value against a schema of the document."""
    rooted = {**schema, "components": DOCUMENT["components"]}
    return Draft202012Validator(rooted, format_checker=FormatChecker())


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation under its method and path."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield f"{method.upper()} {path.removeprefix(BASE)}", operation


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each body that the document describes, of requests and of answers."""
    for name, operation in operations():
        if "requestBody" in operation:
            yield f"{name} asks", operation["requestBody"]["content"]["application/json"]
        for status, response in operation["responses"].items():
            if "content" in response:
                yield f"{name} {status}", response["content"]["application/json"]
    for name, response in DOCUMENT["components"]["responses"].items():
        yield name, response["content"]["application/json"]


CONTENTS = dict(contents())


def test_it_is_a_valid_openapi_document() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"] == "3.1.0"
    assert "jsonSchemaDialect" not in DOCUMENT


def test_it_has_the_rows_of_the_table_and_no_others() -> None:
    assert set(OPERATIONS) == {(row.method, row.path) for row in ROWS}
    scopes = {name: operation["x-required-scope"] for name, operation in operations()}
    assert scopes == {f"{row.method} {row.path}": row.scope.value for row in ROWS}


@pytest.mark.parametrize("name", CONTENTS)
def test_every_example_fits_its_schema(name: str) -> None:
    content = CONTENTS[name]
    examples = [each["value"] for each in content.get("examples", {}).values()]
    examples += [content["example"]] if "example" in content else []
    assert examples
    for example in examples:
        validator(content["schema"]).validate(example)


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("GET /tickets", "list"),
        ("GET /tickets/{slug}", "detail"),
        ("PUT /tickets/{slug}", "detail"),
    ],
)
def test_the_documents_own_examples_are_its_examples(operation: str, name: str) -> None:
    assert CONTENTS[f"{operation} 200"]["example"] == golden(name)


def test_the_boards_example_is_the_documents_card_in_the_columns_of_r03() -> None:
    columns = CONTENTS["GET /tickets/board 200"]["example"]["board"]["columns"]
    assert [column["status"] for column in columns] == [each.value for each in reading.STATUSES]
    cards = [card for column in columns for card in column["tickets"]]
    assert cards == golden("board")["board"]["columns"][0]["tickets"]


def test_every_code_of_the_table_is_there_under_its_status() -> None:
    table = {
        code: int(status)
        for status, codes in re.findall(r"^\| (\d{3}) \| ([A-Z_, ]+) \|", REST, re.MULTILINE)
        for code in codes.split(", ")
    }
    assert {code.value for code in WHEN} == set(table)
    assert DOCUMENT["components"]["schemas"]["ErrorCode"]["enum"] == [code.value for code in WHEN]
    shown = {}
    for name, content in CONTENTS.items():
        for code in content.get("examples", {}):
            if code in table and not name.endswith("asks"):
                shown[code] = table[code]
                assert name.endswith(str(table[code])) or name == code
    # No documented route answers with these.
    assert set(table) - set(shown) <= {"LIMIT_EXCEEDED", "ALREADY_EXISTS", "HAS_CHILDREN"}
    assert {code: STATUS_OF[code] for code in table} == table


STATUS_OF = {code.value: status for code, status in STATUS.items()}


def assert_described(name: str, answer: httpx.Response) -> None:
    """An answer is one that the document promises: its status, its body, its headers."""
    operation = dict(operations())[name]
    described = operation["responses"][str(answer.status_code)]
    for header, said in described.get("headers", {}).items():
        if header in answer.headers:
            schema = DOCUMENT["components"]["headers"][said["$ref"].rpartition("/")[2]]["schema"]
            value: object = answer.headers[header]
            if schema.get("type") == "integer":
                value = int(answer.headers[header])
            validator(schema).validate(value)
    promised = {header.lower() for header in described.get("headers", {})}
    ours = {"etag", "link", "location", "www-authenticate", "retry-after", "x-request-id"}
    ours |= {"x-column-counts", "x-board-truncated", "ratelimit", "ratelimit-policy"}
    assert ours & set(answer.headers) <= promised
    if "content" in described:
        schema = described["content"]["application/json"]["schema"]
        validator(schema).validate(answer.json())
    else:
        assert answer.content == b""


async def test_real_answers_are_those_that_are_described(
    client: httpx.AsyncClient, add: Add, new_key: NewKey
) -> None:
    await add("first", labels=["a"], assignee_id=5, repository_id=1)
    reader = await new_key(Scope.TICKETS_READ)
    one, status = f"{TICKETS}/AM-1", f"{TICKETS}/AM-1/status"
    list_, board, get = "GET /tickets", "GET /tickets/board", "GET /tickets/{slug}"
    post, put = "POST /tickets", "PUT /tickets/{slug}"
    patch, delete = "PATCH /tickets/{slug}/status", "DELETE /tickets/{slug}"
    body: dict[str, Any] = {"title": "second", "type": "bug"}
    key = {"Idempotency-Key": "one"}
    asked: list[tuple[str, int, str, str, dict[str, Any]]] = [
        (post, 201, "POST", TICKETS, {"json": body, "headers": key}),
        (post, 422, "POST", TICKETS, {"json": {"title": "other"}, "headers": key}),
        (post, 400, "POST", TICKETS, {"json": {"title": ""}}),
        (post, 400, "POST", TICKETS, {"json": {"title": "x", "parent_slug": "AM-99"}}),
        (post, 403, "POST", TICKETS, {"json": body, "headers": reader}),
        (post, 413, "POST", TICKETS, {"content": b" " * 300_000}),
        (list_, 200, "GET", TICKETS, {"params": {"limit": 1}}),
        (list_, 400, "GET", TICKETS, {"params": {"status": "open"}}),
        (list_, 401, "GET", TICKETS, {"headers": {"X-API-Key": "amk_no"}}),
        (list_, 403, "GET", TICKETS.replace("acme", "other"), {}),
        (board, 200, "GET", f"{TICKETS}/board", {"params": {"limit": 1}}),
        (get, 200, "GET", one, {}),
        (get, 304, "GET", one, {"headers": {"If-None-Match": '"1"'}}),
        (get, 404, "GET", f"{TICKETS}/AM-99", {}),
        (put, 200, "PUT", one, {"json": {"assignee_id": None, "priority": "urgent"}}),
        (put, 412, "PUT", one, {"json": {"title": "x"}, "headers": {"If-Match": '"9"'}}),
        (put, 400, "PUT", one, {"json": {"parent_slug": "AM-1"}}),
        (patch, 200, "PATCH", status, {"json": {"status": "done"}}),
        (patch, 400, "PATCH", status, {"json": {}}),
        (delete, 200, "DELETE", one, {}),
        (delete, 404, "DELETE", one, {}),
    ]
    for name, expected, method, url, given in asked:
        answer = await client.request(method, url, **given)
        assert answer.status_code == expected, (name, answer.text)
        assert_described(name, answer)


async def test_the_document_is_served_without_a_key(client: httpx.AsyncClient) -> None:
    del client.headers["X-API-Key"]
    answer = await client.get("/api/openapi.json")
    assert answer.status_code == 200
    served = answer.json()
    validate(served)
    assert served["paths"] == DOCUMENT["paths"]
