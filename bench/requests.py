"""The requests of a workload, made before it is loaded: the same for every server."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bench.catalogue import Case
from bench.filling import ORGANIZATIONS

COUNT = 3000
SLUGS_MAX = 20_000
STATUSES = ("backlog", "todo", "in_progress", "in_review", "done")

_VARIABLE = re.compile(r"\$(\w+)\s*:")


class Request(Struct, frozen=True):
    """One request; `body` is JSON or empty."""

    method: str
    path: str
    key: str
    body: str

    def line(self) -> str:
        """As load.lua reads it."""
        return f"{self.method}\t{self.path}\t{self.key}\t{self.body}"


def requests(case: Case, keys: Mapping[str, str], count: int = COUNT) -> list[Request]:
    """The first `count` requests of a case; `keys` are the organizations' API keys, if there are."""
    chance = random.Random(case.workload.name)  # noqa: S311 - the same for every server
    return [_request(case, keys, _picked(chance, number)) for number in range(count)]


def _picked(chance: random.Random, number: int) -> dict[str, Any]:
    """All that a request may name. What is in capitals is a word as an enum of ours spells it."""
    status = chance.choice(STATUSES)
    return {
        "org": chance.choice(ORGANIZATIONS),
        "slug": f"AM-{chance.randint(1, SLUGS_MAX)}",
        "status": status,
        "STATUS": status.upper(),
        "title": f"Implement user auth {number}",
        "type": "feature",
        "TYPE": "FEATURE",
        "priority": "high",
        "PRIORITY": "HIGH",
        "labels": ["auth", "backend"],
    }


def _request(case: Case, keys: Mapping[str, str], picked: Mapping[str, Any]) -> Request:
    peer, workload = case.peer, case.workload
    key = keys.get(picked["org"], "")
    if case.door == "REST":
        method, _, path = (workload.rest or "").partition(" ")
        body = {name: picked[name] for name in workload.body}
        path = ((peer.rest or "") + path).format(**picked)
        return Request(method, path, key, json.dumps(body) if body else "")
    if workload.name in peer.by_hand:
        return Request("GET", peer.by_hand[workload.name].format(**picked), key, "")
    document = peer.document(workload.name) or ""
    variables = {name: picked[name] for name in _VARIABLE.findall(document)}
    body = {"query": document, "variables": variables}
    return Request("POST", peer.graphql or "", key, json.dumps(body))
