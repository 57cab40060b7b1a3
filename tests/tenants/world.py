"""What the tests of tenants pass around."""

from __future__ import annotations

import re
from typing import Any

import httpx
from msgspec import Struct

from gql_tickets.domain.ids import Kind
from tests.graphql.documents import Answer

FOREIGN = "foreign-org"
USERNAME = "xforeignuser"
LABEL = "xforeignlabel"
WORD = "xforeignword"
NUMBER = 900_001
"""The database id of a foreign user and of a foreign repository."""

_MOVING = re.compile(
    r'"(id|slug|number|databaseId|version|position|color|secret|prefix|deletedId|deletedTicketId'
    r'|deletedSlug|\w+At|created_at|updated_at|request_id|remaining)":("[^"]*"|\d+)'
    r'|"(name)":"own\d+"'
)
"""Members that differ from one write to the next."""


class Pair(Struct, frozen=True):
    """A value that is the foreign organization's, and one of its form that is nobody's."""

    foreign: Any
    nobodys: Any


class World:
    """A client, the keys of both organizations, and values of the foreign one."""

    def __init__(
        self, client: httpx.AsyncClient, own: dict[str, str], foreign: dict[str, str]
    ) -> None:
        self.client = client
        self.own = own
        self.foreign = foreign
        self.comments: list[str] = []
        """Node ids of comments of our own."""
        self.pairs: dict[Kind, Pair] = {}
        self.cursors: list[str] = []
        self.sync = Pair("", "")

    @staticmethod
    def path(org: str) -> str:
        """Where REST has an organization's tickets."""
        return f"/api/v1/ext/orgs/{org}/tickets"

    async def ours(self, query: str, **variables: Any) -> Answer:
        """A document with our key."""
        return await self._graphql(self.own, query, variables)

    async def theirs(self, query: str, **variables: Any) -> Answer:
        """A document with the foreign organization's key."""
        return await self._graphql(self.foreign, query, variables)

    async def _graphql(self, headers: dict[str, str], query: str, variables: Answer) -> Answer:
        response = await self.client.post(
            "/graphql", headers=headers, json={"query": query, "variables": variables}
        )
        answer: Answer = response.json()
        return answer


def same_but_for(answer: httpx.Response, value: object) -> tuple[int, str]:
    """Status and body, with the value that was asked for taken out, and what moves with each write."""
    text = re.sub(rf'"?{re.escape(str(value))}"?', "<value>", answer.text)
    return answer.status_code, _MOVING.sub(r'"\1":0', text)
