"""Documents by name: automatic persisted queries, and the trusted documents of an operator.

Automatic (Apollo's protocol): a client sends the SHA-256 of a query alone, hears
PERSISTED_QUERY_NOT_FOUND, sends both, and from then on the hash. What is kept is bounded, and lost
with the process. Trusted: when a manifest is set, only its documents run, by `documentId`, by hash
or by their exact text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gql_tickets.errors import BadRequest, ErrorCode
from gql_tickets.transport.asked import Asked, Refused

CHARACTERS_KEPT_MAX = 8_000_000

_SHA256 = "sha256:"


class Persisted:
    """Finds the text that a request is about."""

    def __init__(self, kept_max: int, trusted: Mapping[str, str] | None = None) -> None:
        self._kept_max = kept_max
        self._kept: dict[str, str] = {}
        self._characters = 0
        self._trusted = trusted
        self._trusted_texts = frozenset((trusted or {}).values())

    def text(self, asked: Asked) -> str:
        """The document to run. Raises BadRequest when there is none, or none that may run."""
        if asked.extensions is None and asked.document_id is None and self._trusted is None:
            if asked.query is None:
                raise Refused(400, "`query` is missing.")
            return asked.query
        hash = _hash_of(asked)
        if self._trusted is not None:
            return self._of(self._trusted, asked.query, hash)
        if hash is None:
            if asked.query is None:
                raise Refused(400, "`query` is missing.")
            return asked.query
        return self._automatic(asked.query, hash)

    def _automatic(self, query: str | None, hash: str) -> str:
        if not self._kept_max:
            raise BadRequest(
                "PersistedQueryNotSupported", code=ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED
            )
        if query is None:
            found = self._kept.pop(hash, None)
            if found is None:
                raise _not_found()
            self._kept[hash] = found  # again, so that it is the last one to go
            return found
        if hashlib.sha256(query.encode()).hexdigest() != hash:
            raise Refused(400, "`sha256Hash` is not the hash of `query`.")
        self._keep(hash, query)
        return query

    def _keep(self, hash: str, query: str) -> None:
        if hash in self._kept or len(query) > CHARACTERS_KEPT_MAX // 10:
            return
        self._kept[hash] = query
        self._characters += len(query)
        while len(self._kept) > self._kept_max or self._characters > CHARACTERS_KEPT_MAX:
            self._characters -= len(self._kept.pop(next(iter(self._kept))))

    def _of(self, trusted: Mapping[str, str], query: str | None, hash: str | None) -> str:
        if hash is not None:
            if (found := trusted.get(hash)) is None:
                raise _not_found()
            return found
        if query is not None and query in self._trusted_texts:
            return query
        raise BadRequest(
            "Only trusted documents run here: send `documentId`.",
            code=ErrorCode.DOCUMENT_NOT_TRUSTED,
        )


def load_trusted(path: Path) -> dict[str, str]:
    """The documents of a manifest, or of a folder of manifests and .graphql files, by id and by hash.

    A manifest is JSON: an object of texts by their ids, or Apollo's, a list of `operations` with
    `id` and `body`. A .graphql file's id is its name. Raises ValueError when one cannot be read.
    """
    found: dict[str, str] = {}
    try:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.suffix == ".graphql":
                found[file.stem] = file.read_text("utf-8")
            elif file.suffix == ".json":
                found.update(_manifest(file))
    except OSError as error:
        raise ValueError(f"The trusted documents cannot be read: {error}.") from error
    if not found:
        raise ValueError(f"There are no documents in {path}.")
    by_hash = {hashlib.sha256(text.encode()).hexdigest(): text for text in found.values()}
    return {**by_hash, **{id.removeprefix(_SHA256): text for id, text in found.items()}}


def _manifest(file: Path) -> dict[str, str]:
    try:
        content: Any = msgspec.json.decode(file.read_bytes())
        if isinstance(content.get("operations"), list):
            pairs = [(each["id"], each["body"]) for each in content["operations"]]
        else:
            pairs = list(content.items())
        return msgspec.convert(dict(pairs), dict[str, str])
    except (msgspec.MsgspecError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is no manifest of documents: {error}.") from error


def _hash_of(asked: Asked) -> str | None:
    """The name that the request gives its document, if it gives one. Raises Refused."""
    if asked.document_id is not None:
        return asked.document_id.removeprefix(_SHA256)
    persisted = (asked.extensions or {}).get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise Refused(400, "`extensions.persistedQuery` must be an object of version 1.")
    hash = persisted.get("sha256Hash")
    if not isinstance(hash, str):
        raise Refused(400, "`extensions.persistedQuery.sha256Hash` must be a string.")
    return hash


def _not_found() -> BadRequest:
    # Clients of Apollo's go by this very text.
    return BadRequest("PersistedQueryNotFound", code=ErrorCode.PERSISTED_QUERY_NOT_FOUND)
