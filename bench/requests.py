"""The requests of a workload, made before it is loaded: the same for every server."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from bench.catalogue import Case, Workload
from bench.filling import ORGANIZATIONS

SLUGS_MAX = 20_000
REFS = tuple(
    [{"slug": f"AM-{number}"} for number in range(first, first + 500)]
    for first in range(1, SLUGS_MAX, 500)
)
WORDS = ("checkout", "invoice", "calendar", "webhook", "keyboard", "onboarding")
STATUSES = ("backlog", "todo", "in_progress", "in_review", "done")

Picked = dict[str, Any]

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


def requests(case: Case, keys: Mapping[str, str], count: int = 0) -> list[Request]:
    """The first requests of a case, as many as its workload has unless told otherwise.

    `keys` are the organizations' API keys, where the server asks for them.
    """
    some = itertools.islice(picks(case.workload), count or case.workload.requests)
    return [request_of(case, keys, picked) for picked in some]


def picks(workload: Workload, org: str | None = None) -> Iterator[Picked]:
    """All that requests may name, of one organization or of any: the same for every server."""
    chance = random.Random(workload.name)
    for number in itertools.count():
        yield _picked(chance, number, org or chance.choice(ORGANIZATIONS))


def _picked(chance: random.Random, number: int, org: str) -> Picked:
    """What is in capitals is a word as an enum of ours spells it."""
    status = chance.choice(STATUSES)
    return {
        "org": org,
        "slug": f"AM-{chance.randint(1, SLUGS_MAX)}",
        "status": status,
        "STATUS": status.upper(),
        "title": f"Implement user auth {number}",
        "type": "feature",
        "TYPE": "FEATURE",
        "priority": "high",
        "PRIORITY": "HIGH",
        "labels": ["auth", "backend"],
        "word": chance.choice(WORDS),
        "refs": REFS[number % len(REFS)],
    }


def variables_of(document: str, picked: Picked) -> Picked:
    """Those that the document declares."""
    return {name: picked[name] for name in _VARIABLE.findall(document)}


def request_of(case: Case, keys: Mapping[str, str], picked: Picked) -> Request:
    """The request of a case that names what was picked."""
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
    body = {"query": document, "variables": variables_of(document, picked)}
    return Request("POST", peer.graphql or "", key, json.dumps(body))
