"""Random documents give the same answers from both executors."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator

import pytest
from graphql import parse, validate
from graphql.validation import NoUnusedFragmentsRule, NoUnusedVariablesRule, specified_rules

from tests.execution.fuzzing import STOCK, Writer, differences
from tests.execution.running import agree

CASES = 2_000


@pytest.fixture
def silence() -> Iterator[None]:
    """Strawberry logs every error."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def test_documents_are_valid() -> None:
    rules = [r for r in specified_rules if r not in {NoUnusedFragmentsRule, NoUnusedVariablesRule}]
    writer = Writer(STOCK._schema, random.Random(3))  # noqa: S311
    for document in (writer.document() for _ in range(25)):
        assert validate(STOCK._schema, parse(document), rules) == [], document


# graphql-core itself leaves coroutines behind when it cancels what has not begun.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("silence")
async def test_executors_agree() -> None:
    assert await differences(CASES, seed=1) == []


def test_what_counts_as_agreement() -> None:
    own, bubbled, other = (["a"], "own"), (["b", "x"], "one"), (["b", "y"], "other")
    data = {"a": None, "b": None}
    assert agree((data, [own, bubbled]), (data, [own, other]))
    assert not agree((data, [own, bubbled]), (data, [own]))
    assert not agree((data, [own]), (data, [(["a"], "another")]))
    assert not agree((data, [own]), ({"a": 1, "b": None}, [own]))
