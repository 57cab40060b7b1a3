"""Documents by hash and by id: Apollo's protocol, and an operator's list of trusted ones."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from gql_tickets.errors import BadRequest
from gql_tickets.settings import Settings
from gql_tickets.transport import persisted as module
from gql_tickets.transport.asked import Asked
from gql_tickets.transport.persisted import Persisted, load_trusted
from tests.conftest import serving

QUERY = "{ __typename }"
OTHER = "query Other { viewer { scopes } }"
DATA = {"data": {"__typename": "Query"}}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(text: str, **more: Any) -> dict[str, Any]:
    """A request in Apollo's words."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha(text)}}, **more}


async def test_a_hash_is_unknown_until_its_text_came_with_it(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=by_hash(QUERY))
    assert answer.status_code == 200
    assert answer.json() == {
        "errors": [
            {
                "message": "PersistedQueryNotFound",
                "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
            }
        ]
    }
    assert (await client.post("/graphql", json=by_hash(QUERY, query=QUERY))).json() == DATA
    assert (await client.post("/graphql", json=by_hash(QUERY))).json() == DATA
    params = {"extensions": json.dumps(by_hash(QUERY)["extensions"])}
    assert (await client.get("/graphql", params=params)).json() == DATA


async def test_an_unknown_hash_is_a_400_in_the_newer_media_type(client: httpx.AsyncClient) -> None:
    headers = {"Accept": "application/graphql-response+json"}
    answer = await client.post("/graphql", json=by_hash(QUERY), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"


@pytest.mark.parametrize(
    "persisted",
    [
        1,
        "x",
        [],
        {},
        {"version": 2, "sha256Hash": "x"},
        {"version": 1},
        {"version": 1, "sha256Hash": 1},
    ],
)
async def test_a_malformed_hash_is_refused(client: httpx.AsyncClient, persisted: Any) -> None:
    body = {"query": QUERY, "extensions": {"persistedQuery": persisted}}
    answer = await client.post("/graphql", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "VALIDATION_FAILED"}


async def test_the_hash_of_another_text_stores_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=by_hash(QUERY, query=OTHER))
    assert answer.status_code == 400
    answer = await client.post("/graphql", json=by_hash(QUERY))
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"


async def test_they_can_be_switched_off(settings: Settings) -> None:
    async with serving(settings.model_copy(update={"persisted_queries_max": 0})) as client:
        answer = await client.post("/graphql", json=by_hash(QUERY))
        assert answer.json()["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}


def asked(text: str, *, with_text: bool) -> Asked:
    extensions = by_hash(text)["extensions"]
    return Asked(query=text if with_text else None, extensions=extensions)


def test_what_is_kept_is_bounded_and_the_least_used_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Persisted(2)
    for text in ("a", "b"):
        store.text(asked(text, with_text=True))
    store.text(asked("a", with_text=False))
    store.text(asked("c", with_text=True))
    assert store.text(asked("a", with_text=False)) == "a"
    with pytest.raises(BadRequest):
        store.text(asked("b", with_text=False))
    monkeypatch.setattr(module, "CHARACTERS_KEPT_MAX", 100)
    small = Persisted(1_000)
    for number in range(20):
        small.text(asked(f"{number:010}", with_text=True))
    kept = 0
    for number in range(20):
        try:
            small.text(asked(f"{number:010}", with_text=False))
            kept += 1
        except BadRequest:
            pass
    assert kept == 10
    small.text(asked("x" * 50, with_text=True))
    with pytest.raises(BadRequest):
        small.text(asked("x" * 50, with_text=False))


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A folder of trusted documents, in each of the forms."""
    folder = tmp_path / "trusted"
    folder.mkdir()
    (folder / "codegen.json").write_text(json.dumps({"hello": QUERY}))
    operations = [{"id": "sha256:viewer", "name": "Other", "type": "query", "body": OTHER}]
    apollo = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    (folder / "apollo.json").write_text(json.dumps(apollo))
    (folder / "Board.graphql").write_text("{ board { totalCount } }")
    (folder / "readme.txt").write_text("{ tickets { totalCount } }")
    return folder


async def test_only_trusted_documents_run_when_there_are_some(
    settings: Settings, manifest: Path
) -> None:
    async with serving(settings.model_copy(update={"trusted_documents": str(manifest)})) as client:
        for body in (
            {"documentId": "hello"},
            {"documentId": f"sha256:{sha(QUERY)}"},
            by_hash(QUERY),
            {"query": QUERY},
        ):
            assert (await client.post("/graphql", json=body)).json() == DATA, body
        got = await client.get("/graphql", params={"documentId": "hello"})
        assert got.json() == DATA
        for id in ("viewer", "sha256:viewer", "Board"):
            answer = await client.post("/graphql", json={"documentId": id})
            assert answer.json()["errors"][0]["extensions"] == {"code": "AUTH_REQUIRED"}
        for body in ({"documentId": "no"}, by_hash("{ x }", query="{ x }"), by_hash("{ x }")):
            answer = await client.post("/graphql", json=body)
            code = answer.json()["errors"][0]["extensions"]["code"]
            assert code == "PERSISTED_QUERY_NOT_FOUND", body
        answer = await client.post("/graphql", json={"query": "{ __typename} "})
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}


async def test_without_trusted_documents_an_id_is_unknown(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"documentId": "hello"})
    assert answer.json()["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}


@pytest.mark.parametrize("content", ["", "[]", "1", '{"a": 1}', '{"operations": [{"id": "a"}]}'])
def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"manifest\.json"):
        load_trusted(path)


def test_a_manifest_that_is_not_there_or_empty_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(ValueError, match="documents"):
            load_trusted(path)
