"""The benchmark's own parts: what it asks can be asked, answers compare, and the table finds its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from bench import table
from bench.answers import essence
from bench.catalogue import Case, Peer, Workload, cases, read_peers, read_workloads
from bench.load import Window
from bench.places import HERE, ROOT, Stopped
from bench.requests import picks, requests, variables_of

PEERS = {peer.name: peer for peer in read_peers([])}
WORKLOADS = read_workloads([])
OURS = PEERS["ours"]


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda each: each.name)
def test_our_schema_answers_every_document_of_ours(workload: Workload) -> None:
    document = OURS.document(workload.name)
    if document is None:
        assert workload.rest
        return
    schema = build_schema((ROOT / "schema.graphql").read_text("utf-8"))
    assert validate(schema, parse(document)) == []


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda each: each.name)
def test_what_a_document_declares_is_picked(workload: Workload) -> None:
    for path in HERE.glob(f"documents/*/{workload.name}.graphql"):
        variables_of(path.read_text("utf-8"), next(picks(workload)))


def test_every_document_is_of_a_workload() -> None:
    names = {path.stem for path in HERE.glob("documents/*/*.graphql")}
    assert names <= {workload.name for workload in WORKLOADS}


@pytest.mark.parametrize("peer", PEERS.values(), ids=lambda each: each.name)
def test_requests_are_the_same_each_time(peer: Peer) -> None:
    for case in cases(peer, WORKLOADS):
        asked = requests(case, {"org-1": "a key"}, 5)
        assert asked == requests(case, {"org-1": "a key"}, 5)
        assert all(json.loads(each.body) for each in asked if each.body)


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(Stopped, match="there are W0, W1"):
        read_workloads(["W99"])


def test_pages_compare_whatever_their_wrappers() -> None:
    ours = {
        "data": {
            "board": {
                "columns": [
                    {
                        "status": "TODO",
                        "totalCount": 7,
                        "tickets": {
                            "nodes": [
                                {
                                    "slug": "AM-1",
                                    "type": "BUG",
                                    "createdAt": "2024-01-01T00:05:00Z",
                                    "labels": [{"name": "api"}],
                                }
                            ]
                        },
                    }
                ]
            }
        }
    }
    node = {"slug": "AM-1", "type": "bug", "labels": ["api"]}
    theirs = {
        "data": {
            "todo": {
                "totalCount": 7,
                "nodes": [{**node, "createdAt": "2024-01-01T01:05:00+01:00"}],
            }
        }
    }
    assert essence(ours, wrote=False) == essence(theirs, wrote=False)


@pytest.mark.parametrize(
    "change", [{"slug": "AM-2"}, {"labels": []}, {"created_at": "2024-01-01T00:05:01Z"}]
)
def test_a_difference_is_seen(change: dict[str, object]) -> None:
    ticket = {"slug": "AM-1", "labels": ["api"], "created_at": "2024-01-01T00:05:00Z"}
    page = {"tickets": [ticket], "total": 1}
    other = {"tickets": [{**ticket, **change}], "total": 1}
    assert essence(page, wrote=False) != essence(other, wrote=False)
    assert essence(page, wrote=False) != essence({**page, "total": 2}, wrote=False)


def test_a_write_compares_without_its_time_and_its_id() -> None:
    ours = {"data": {"ticketCreate": {"ticket": {"id": 1, "slug": "AM-1"}, "userErrors": []}}}
    theirs = {"data": {"openTicket": {"result": {"id": 9, "slug": "AM-1"}}}}
    assert essence(ours, wrote=True) == essence(theirs, wrote=True)


def window(peer: str, server_us: float, postgres_us: float) -> Window:
    """A window of W2 over REST."""
    (workload,) = read_workloads(["W2"])
    case = Case(PEERS[peer], workload, "REST")
    return Window(case, 16, 1000.0, 1.0, 9.0, server_us, postgres_us)


def test_the_table_shows_the_cheapest_window_and_its_ratio_to_the_limit() -> None:
    found = table.best([window("limit", 60, 40), window("ours", 300, 60), window("ours", 190, 60)])
    limit, ours = table.rows(found)
    assert limit[1:3] == ("limit", "REST")
    assert ours[6:] == ("190", "60", "250", "2.50", "")


def test_the_table_goes_between_its_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", "utf-8")
    monkeypatch.setattr(table, "PERFORMANCE", page)
    table.write("new")
    assert page.read_text("utf-8") == f"before\n{table.BEGIN}\nnew\n{table.END}\nafter\n"
    page.write_text("no place", "utf-8")
    with pytest.raises(Stopped):
        table.write("new")


def test_the_page_has_a_place_for_the_table() -> None:
    text = (ROOT / "docs/performance.md").read_text("utf-8")
    assert text.index(table.BEGIN) < text.index(table.END)
