"""The two doors, each speaking its own language and giving answers in one.

A ticket is shown as REST's detail with its version: what GraphQL says is put in REST's words, so
that the two can be compared as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.parity.operations import (
    Create,
    Delete,
    Door,
    Move,
    Operation,
    Question,
    SetStatus,
    Update,
)

Shown = dict[str, Any]

TICKET = """
fragment T on Ticket {
  databaseId slug title description type status priority version position
  createdAt updatedAt startedAt completedAt
  assignee { databaseId } repository { databaseId } parent { slug } labels { name }
}
"""
_ERRORS = "userErrors { code message path }"
_MUTATIONS: dict[type[Operation], tuple[str, str]] = {
    Create: ("ticketCreate", "TicketCreateInput"),
    Update: ("ticketUpdate", "TicketUpdateInput"),
    SetStatus: ("ticketSetStatus", "TicketSetStatusInput"),
    Move: ("ticketMove", "TicketMoveInput"),
    Delete: ("ticketDelete", "TicketDeleteInput"),
}
_GRAPHQL_ONLY = {"description", "add", "remove"}
_NULLABLE = ("title", "type", "priority", "status", "labels")


@dataclass(frozen=True)
class Call:
    """An operation on tickets that are named."""

    operation: Operation
    slug: str | None
    parent: str | None
    version: int | None
    key: str | None
    beside: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a door said: a code when it refused, else the ticket (None for a message only)."""

    code: str | None = None
    ticket: Shown | None = None
    cascaded: int | None = None
    position: str | None = None


def door_of(operation: Operation) -> Door:
    """The door asked for, or GraphQL for what REST has no words for."""
    fields = operation.fields if isinstance(operation, Create | Update) else {}
    beyond_rest = (
        _GRAPHQL_ONLY & fields.keys()
        or fields.get("priority") == "none"
        or isinstance(operation, Move)
        or (isinstance(operation, Delete) and operation.policy != "detach")
    )
    return Door.GRAPHQL if beyond_rest else operation.door


class Rest:
    """The documented API."""

    def __init__(self, client: httpx.AsyncClient, org: str, key: str) -> None:
        self._client = client
        self._base = f"/api/v1/ext/orgs/{org}/tickets"
        self._headers = {"X-API-Key": key}

    async def run(self, call: Call) -> Answer:
        """One write."""
        method, path, body = _rest_request(call)
        headers = dict(self._headers)
        if call.version is not None:
            headers["If-Match"] = f'"{call.version}"'
        if call.key is not None:
            headers["Idempotency-Key"] = call.key
        answer = await self._client.request(method, self._base + path, json=body, headers=headers)
        document = answer.json()
        if answer.is_success:
            return Answer(ticket=_with_version(answer) if "ticket" in document else None)
        assert answer.is_client_error, answer.text
        return Answer(code=document["code"])

    async def ticket(self, slug: str) -> Shown | None:
        """The detail."""
        answer = await self._client.get(f"{self._base}/{slug}", headers=self._headers)
        return None if answer.status_code == httpx.codes.NOT_FOUND else _with_version(answer)

    async def tickets(self, question: Question | None, size: int) -> list[Shown]:
        """The whole list, `size` at a time; `total` must be true on every page."""
        query = {} if question is None else _rest_query(question)
        found: list[Shown] = []
        while True:
            paging: dict[str, Any] = {**query, "limit": size, "offset": len(found)}
            body = await self._get("", paging)
            assert (body["limit"], body["offset"]) == (size, len(found))
            found += body["tickets"]
            if len(body["tickets"]) < size:
                assert body["total"] == len(found)
                return found

    async def board(self) -> dict[str, list[Shown]]:
        """Cards by status."""
        columns = (await self._get("/board", {}))["board"]["columns"]
        return {column["status"]: column["tickets"] for column in columns}

    async def _get(self, path: str, query: dict[str, Any]) -> Any:
        answer = await self._client.get(self._base + path, params=query, headers=self._headers)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()


class GraphQL:
    """The schema."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._headers = {"X-API-Key": key}

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer that must not hold top-level errors."""
        body = {"query": query, "variables": variables}
        answer = await self._client.post("/graphql", json=body, headers=self._headers)
        document = answer.json()
        assert answer.status_code == httpx.codes.OK, answer.text
        assert not document.get("errors"), answer.text
        return document["data"]

    async def run(self, call: Call) -> Answer:
        """One write."""
        name, kind = _MUTATIONS[type(call.operation)]
        deleting = isinstance(call.operation, Delete)
        wanted = "cascadedCount" if deleting else "ticket { ...T }"
        query = f"mutation($input: {kind}!) {{ payload: {name}(input: $input) {{ {wanted} {_ERRORS} }} }}"
        data = await self.ask(query + ("" if deleting else TICKET), input=_graphql_input(call))
        payload = data["payload"]
        if payload["userErrors"]:
            assert not payload.get("ticket")
            return Answer(code=payload["userErrors"][0]["code"])
        if deleting:
            return Answer(cascaded=payload["cascadedCount"])
        position = payload["ticket"]["position"] if isinstance(call.operation, Move) else None
        return Answer(ticket=shown(payload["ticket"]), position=position)

    async def tickets(self, question: Question | None, size: int) -> list[Shown]:
        """The whole list by cursors, with what only GraphQL knows."""
        query = (
            "query($first: Int!, $after: String, $filter: TicketFilter) {"
            " tickets(first: $first, after: $after, filter: $filter) {"
            " totalCount nodes { ...T } pageInfo { hasNextPage endCursor } } }"
        )
        wanted = None if question is None else _graphql_filter(question)
        found: list[Shown] = []
        after = None
        while True:
            data = await self.ask(query + TICKET, first=size, after=after, filter=wanted)
            page = data["tickets"]
            found += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                assert page["totalCount"] == len(found)
                return found


def shown(node: Shown) -> Shown:
    """A ticket of GraphQL as REST's detail, with its version."""
    priority = node["priority"].lower()
    return {
        "id": node["databaseId"],
        "slug": node["slug"],
        "type": node["type"].lower(),
        "title": node["title"],
        "status": node["status"].lower(),
        "priority": None if priority == "none" else priority,
        "assignee_id": node["assignee"] and node["assignee"]["databaseId"],
        "repository_id": node["repository"] and node["repository"]["databaseId"],
        "labels": [label["name"] for label in node["labels"]],
        "parent_slug": node["parent"] and node["parent"]["slug"],
        "created_at": _whole_seconds(node["createdAt"]),
        "updated_at": _whole_seconds(node["updatedAt"]),
        "version": node["version"],
    }


def _whole_seconds(moment: str) -> str:
    return moment[: len("2025-01-10T08:00:00")] + "Z"


def _with_version(answer: httpx.Response) -> Shown:
    assert answer.is_success, answer.text
    return {**answer.json()["ticket"], "version": int(answer.headers["ETag"].strip('"'))}


def _rest_request(call: Call) -> tuple[str, str, Shown | None]:
    operation = call.operation
    if isinstance(operation, SetStatus):
        return "PATCH", f"/{call.slug}/status", {"status": operation.status}
    if isinstance(operation, Delete):
        return "DELETE", f"/{call.slug}", None
    assert isinstance(operation, Create | Update)
    body = {name: value for name, value in operation.fields.items() if name != "parent"}
    if "parent" in operation.fields:
        body["parent_slug"] = call.parent
    if isinstance(operation, Create):
        return "POST", "", body
    if operation.nulls:
        body = {**dict.fromkeys(_NULLABLE), **body}
    return "PUT", f"/{call.slug}", body


def _rest_query(question: Question) -> dict[str, Any]:
    plain = {
        "status": question.status,
        "type": question.type,
        "assignee_id": question.assignee_id,
        "repository_id": question.repository_id,
        "labels": ",".join(question.labels),
    }
    return {name: value for name, value in plain.items() if value}


def _graphql_input(call: Call) -> Shown:
    operation = call.operation
    common = {"expectedVersion": call.version, "idempotencyKey": call.key}
    given: Shown = {name: value for name, value in common.items() if value is not None}
    if isinstance(operation, Create):
        return given | _graphql_fields(operation.fields, call.parent)
    given["ticket"] = {"slug": call.slug}
    if isinstance(operation, SetStatus):
        given["status"] = operation.status.upper()
    if isinstance(operation, Move):
        beside = {"slug": call.beside} if operation.place in {"before", "after"} else True
        given["place"] = {operation.place: beside}
        given["status"] = operation.status and operation.status.upper()
    if isinstance(operation, Delete):
        given["children"] = operation.policy.upper()
    if isinstance(operation, Update):
        patch = _graphql_fields(operation.fields, call.parent)
        edit = {name: patch.pop(name) for name in ("add", "remove") if name in patch}
        if "labels" in patch:
            patch["labels"] = {"set": patch["labels"]}
        elif edit:
            patch["labels"] = {"edit": edit}
        given["patch"] = patch
    return given


def _graphql_fields(fields: Shown, parent: str | None) -> Shown:
    spelled: Shown = {}
    for name, value in fields.items():
        if name in {"type", "status", "priority"}:
            spelled[name] = value.upper()
        elif name in {"assignee_id", "repository_id"}:
            spelled[name.removesuffix("_id")] = value and {"databaseId": value}
        elif name == "parent":
            spelled[name] = parent and {"slug": parent}
        else:
            spelled[name] = value
    return spelled


def _graphql_filter(question: Question) -> Shown:
    wanted: Shown = {}
    for name in ("status", "type"):
        if value := getattr(question, name):
            wanted[name] = {"in": [value.upper()]}
    for name in ("assignee", "repository"):
        if value := getattr(question, f"{name}_id"):
            wanted[name] = {"in": [{"databaseId": value}]}
    if question.labels:
        wanted["labels"] = {"allOf": list(question.labels)}
    return wanted
