"""What the pages send is valid: GraphiQL's examples, and every document of the board."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "web/src/graphiql/examples").glob("*.graphql"))
DOCUMENTS = (ROOT / "web/src/board/documents.ts").read_text("utf-8")

_CONSTANT = re.compile(r"const (\w+) = /\* GraphQL \*/ `(.*?)`", re.DOTALL)


def schema() -> GraphQLSchema:
    """The schema as frontends have it."""
    return build_schema((ROOT / "schema.graphql").read_text("utf-8"))


def documents() -> dict[str, str]:
    """The board's documents, with the fragments that they name put in."""
    found = dict(_CONSTANT.findall(DOCUMENTS))
    for name, text in found.items():
        found[name] = re.sub(r"\$\{(\w+)\}", lambda match: found[match[1]], text)
    return {name: text for name, text in found.items() if name not in {"TICKET", "PAYLOAD"}}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid(path: Path) -> None:
    assert validate(schema(), parse(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("name", documents())
def test_a_document_of_the_board_is_valid(name: str) -> None:
    assert validate(schema(), parse(documents()[name])) == []


async def test_the_examples_do_what_they_say_in_the_demo(demo_client: httpx.AsyncClient) -> None:
    for path in EXAMPLES:
        text = path.read_text("utf-8")
        if "subscription" in text:
            continue
        answer = (await demo_client.post("/graphql", json={"query": text})).json()
        assert "errors" not in answer, (path, answer)
        for payload in answer["data"].values():
            assert not payload.get("userErrors"), (path, answer)


def pasted() -> list[str]:
    """The bodies that the README and docs/graphql.md send to /graphql, and the README's mutation."""
    texts = [(ROOT / name).read_text("utf-8") for name in ("README.md", "docs/graphql.md")]
    bodies = [
        body
        for text in texts
        for command in re.findall(r"```sh\n(curl .*?)```", text, re.DOTALL)
        for body in re.findall(r"/graphql\".*-d '(.*)'", command, re.DOTALL)
    ]
    [mutation] = re.findall(r"```graphql\n(mutation .*?)```", texts[0], re.DOTALL)
    return [*bodies, json.dumps({"query": mutation})]


async def test_what_the_documents_tell_to_paste_works_twice(demo_client: httpx.AsyncClient) -> None:
    assert len(pasted()) == 3
    for body in pasted() * 2:
        headers = {"Content-Type": "application/json"}
        answer = (await demo_client.post("/graphql", content=body, headers=headers)).json()
        assert "errors" not in answer, (body, answer)
        for payload in answer["data"].values():
            assert not payload.get("userErrors"), (body, answer)
