"""Runs commands as a shell would, in this process: what they print, and how they end."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple
from unittest.mock import patch

import pytest

from gql_tickets.cli import main


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def gql_tickets(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run `gql-tickets` with these arguments, on the test's database."""
    monkeypatch.setenv("GQL_TICKETS_DATABASE_URL", database)
    return runner(capsys)


def runner(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `gql-tickets` in whatever environment there is."""

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        # `serve` hands its flags on through the environment; no other test is to see them.
        with patch.dict(os.environ), pytest.raises(SystemExit) as ended:
            main(list(arguments))
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Outcome(code or 0, *capsys.readouterr())

    return run
