"""What the generated sequences are made of: operations, each with the door that it goes through.

A target is a number, taken modulo the tickets there are; so a sequence stays meaningful when
hypothesis drops parts of it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

USERS = (1, 2, 3)
REPOSITORIES = (1, 2)
UNKNOWN = 99
STATUSES = ("backlog", "todo", "in_progress", "in_review", "done")
TYPES = ("task", "bug", "feature", "improvement", "epic", "story", "subtask")
PRIORITIES = ("low", "medium", "high", "urgent")
PLACES = ("before", "after", "first", "last")
POLICIES = ("detach", "reparent", "cascade", "refuse")


class Door(enum.Enum):
    """The two ways in."""

    REST = "rest"
    GRAPHQL = "graphql"


class Expect(enum.Enum):
    """Which version the caller says it knows."""

    ANY = "any"
    CURRENT = "current"
    STALE = "stale"


@dataclass(frozen=True)
class Operation:
    """One call. `repeated`: sent twice, under one idempotency key."""

    door: Door
    repeated: bool


@dataclass(frozen=True)
class Create(Operation):
    """Fields as REST names them; `parent` is a target, `description` and NONE are GraphQL's own."""

    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Update(Operation):
    """Only the given fields. `add` and `remove` edit labels; `nulls` spells absent as null (R16)."""

    target: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    expect: Expect = Expect.ANY
    nulls: bool = False


@dataclass(frozen=True)
class SetStatus(Operation):
    """The convenience route."""

    target: int = 0
    status: str = "done"
    expect: Expect = Expect.ANY


@dataclass(frozen=True)
class Move(Operation):
    """To a place in a column, the ticket's own without a status. Only GraphQL knows it."""

    target: int = 0
    place: str = "first"
    beside: int = 0
    status: str | None = None
    expect: Expect = Expect.ANY


@dataclass(frozen=True)
class Delete(Operation):
    """REST only knows `detach` (R24)."""

    target: int = 0
    policy: str = "detach"
    expect: Expect = Expect.ANY


@dataclass(frozen=True)
class Question:
    """A filter, in the words of REST's query parameters."""

    status: str | None
    type: str | None
    assignee_id: int | None
    repository_id: int | None
    labels: tuple[str, ...]


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_titles = _text | st.sampled_from(["", "  ", " padded ", "x" * 500, "x" * 501, "'; --", "%_\\"])
_mostly_good_titles = st.one_of(*[_text.map("t".__add__)] * 5, _titles)
_label = st.sampled_from(["backend", "auth", "UI", "ui", "été", " css ", 'qu"ote', "a,b", " "])
_sane_label = st.sampled_from(["backend", "auth", "UI", "ui", "été", "css"])
_labels = st.lists(_sane_label, max_size=4) | st.lists(_label, max_size=3)
_target = st.integers(0, 30)
_elder = st.integers(0, 5)  # the first tickets are the likely parents
_users = st.sampled_from([*USERS, *USERS, UNKNOWN])
_repositories = st.sampled_from([*REPOSITORIES, *REPOSITORIES, UNKNOWN])
_expect = st.sampled_from([Expect.ANY, Expect.ANY, Expect.ANY, Expect.CURRENT, Expect.STALE])


def _through(*doors: Door) -> dict[str, st.SearchStrategy[Any]]:
    return {"door": st.sampled_from(doors), "repeated": st.sampled_from([False, False, True])}


_call = _through(*Door)

_chosen: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(TYPES),
    "status": st.sampled_from(STATUSES),
    "priority": st.sampled_from([*PRIORITIES, "none"]),
    "assignee_id": _users,
    "repository_id": _repositories,
    "labels": _labels,
    "description": _text,
    "parent": _target,
}
_changed: dict[str, st.SearchStrategy[Any]] = {
    **_chosen,
    "title": _mostly_good_titles,
    "assignee_id": st.none() | _users,
    "repository_id": st.none() | _repositories,
    "description": st.none() | _text,
    "parent": st.none() | _target | _target,
    "add": _labels,
    "remove": st.lists(_sane_label, max_size=2),
}


def _some(
    names: dict[str, st.SearchStrategy[Any]], at_most: int
) -> st.SearchStrategy[dict[str, Any]]:
    """A few of the fields, each with a value of its own."""
    return st.lists(st.sampled_from(sorted(names)), max_size=at_most, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({name: names[name] for name in chosen})
    )


_creates = st.builds(
    Create,
    **_call,
    fields=st.builds(
        lambda title, family, rest: {"title": title, **family, **rest},
        _mostly_good_titles,
        # Trees are what deletes are about: every other ticket has a parent.
        st.just({}) | st.fixed_dictionaries({"parent": _target}),
        _some(_chosen, 4),
    ),
)
_roots = st.builds(
    Create,
    **_call,
    fields=st.fixed_dictionaries(
        {"title": _text.map("root".__add__), "labels": st.lists(_sane_label, max_size=4)}
    ),
)
_operations = st.one_of(
    _creates,
    _creates,
    st.builds(
        Update,
        **_call,
        target=_target,
        fields=_some(_changed, 4),
        expect=_expect,
        nulls=st.booleans(),
    ),
    st.builds(
        Update,
        **_call,
        target=_target,
        fields=st.fixed_dictionaries({"parent": st.none() | _target | _target | _target}),
    ),
    # Edits of labels that most often hit a label that is there.
    st.builds(
        Update,
        **_through(Door.GRAPHQL),
        target=_elder,
        fields=st.fixed_dictionaries(
            {"remove": st.lists(_sane_label, min_size=1, max_size=4)}, optional={"add": _labels}
        ),
    ),
    st.builds(SetStatus, **_call, target=_target, status=st.sampled_from(STATUSES), expect=_expect),
    st.builds(
        Move,
        **_through(Door.GRAPHQL),
        target=_target,
        place=st.sampled_from(PLACES),
        beside=_target,
        status=st.none() | st.none() | st.sampled_from(STATUSES),
        expect=_expect,
    ),
    st.builds(Delete, **_through(Door.REST), target=_elder, expect=_expect),
    st.builds(
        Delete,
        **_through(Door.GRAPHQL),
        target=_elder,
        policy=st.sampled_from(POLICIES),
        expect=_expect,
    ),
)

sequences = st.builds(
    # A few tickets to begin with, or most targets would be missing.
    lambda first, rest: [*first, *rest],
    st.lists(_roots, min_size=2, max_size=4),
    st.lists(_operations, min_size=5, max_size=22),
)
questions = st.lists(
    st.builds(
        Question,
        status=st.none() | st.sampled_from(STATUSES),
        type=st.none() | st.sampled_from(TYPES),
        assignee_id=st.none() | _users,
        repository_id=st.none() | _repositories,
        labels=st.lists(_sane_label, max_size=2).map(tuple),
    ),
    min_size=2,
    max_size=5,
)
