"""What the pages send is valid: GraphiQL's examples, and every document of the board."""

from __future__ import annotations

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
