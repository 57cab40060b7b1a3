"""What is compared, as peers.toml and workloads.toml list it."""

from __future__ import annotations

import tomllib
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from bench.places import HERE, Stopped

Door = Literal["REST", "GraphQL", "WebSocket"]

LIMIT = "limit"
ANCHORS = (LIMIT, "postgraphile")
"""The servers that the others are compared with."""

WRITING = "W6"
"""The workload that makes events for a subscription to tell of."""

PEERS_DEFAULT = (*ANCHORS, "ours")


class Peer(Struct, frozen=True, forbid_unknown_fields=True):
    """A server and how it is asked."""

    name: str
    title: str
    command: str
    needs: Literal["python", "node", ""] = ""
    rows: Literal["peers", "ours"] = "peers"
    rest: str | None = None
    graphql: str | None = None
    documents: str = "plain"
    by_hand: dict[str, str] = {}
    env: dict[str, str] = {}

    def document(self, workload: str) -> str | None:
        """The GraphQL document of a workload; None where the server has none."""
        path = HERE / "documents" / self.documents / f"{workload}.graphql"
        return path.read_text("utf-8").strip() if self.graphql and path.exists() else None


class Workload(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of request."""

    name: str
    title: str
    rest: str | None = None
    body: tuple[str, ...] = ()
    writes: bool = False
    sockets: int = 0
    requests: int = 3000


class Case(Struct, frozen=True):
    """A workload at one of a server's doors."""

    peer: Peer
    workload: Workload
    door: Door

    @property
    def name(self) -> str:
        """What tells it from the other cases."""
        return f"{self.peer.name} {self.workload.name} {self.door}"

    @property
    def label(self) -> str:
        """How the door is named in the table."""
        return "by hand" if self.workload.name in self.peer.by_hand else self.door


def cases(peer: Peer, workloads: list[Workload]) -> list[Case]:
    """What of the workloads a server can be asked."""
    found = []
    for workload in workloads:
        if peer.rest and workload.rest:
            found.append(Case(peer, workload, "REST"))
        if workload.name in peer.by_hand or peer.document(workload.name):
            found.append(Case(peer, workload, "WebSocket" if workload.sockets else "GraphQL"))
    return found


def writing_case(peer: Peer) -> Case:
    """How the tickets are written that a subscription tells of."""
    return cases(peer, read_workloads([WRITING]))[0]


def read_peers(names: list[str]) -> list[Peer]:
    """The servers with these names, in their order. Raises Stopped for an unknown one."""
    return _chosen("peer", Peer, names)


def read_workloads(names: list[str]) -> list[Workload]:
    """The workloads with these names; all of them for none. Raises Stopped for an unknown one."""
    return _chosen("workload", Workload, names)


T = TypeVar("T", Peer, Workload)


def _chosen(kind: str, record: type[T], names: list[str]) -> list[T]:
    listed = tomllib.loads((HERE / f"{kind}s.toml").read_text("utf-8"))
    for name in names:
        if name not in listed:
            raise Stopped(f"there is no {kind} {name!r}; there are {', '.join(listed)}")
    return [
        msgspec.convert({"name": name, **listed[name]}, record) for name in names or list(listed)
    ]
