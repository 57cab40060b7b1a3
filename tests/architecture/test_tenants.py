"""No statement forgets the organization: read off the store's functions, and off its SQL."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy.exc import CompileError

from gql_tickets import store
from gql_tickets.store.statements import Statement

FLOOR = {
    "engine",
    "health",
    "opening",
    "postgres",
    "schema",
    "sqlite",
    "statements",
    "tables",
    "types",
    "installation",
}
"""What is not about the things of one organization."""

WITHOUT_ORGANIZATION = {
    "counters.lock_tickets": "locks the whole table",
    "directory.add_organization": "makes one",
    "directory.find_organization_by_slug": "looks for one",
    "directory.find_organizations": "lists them, for the command line",
    "keys.find_key_by_hash": "a credential is what names the organization",
}
"""Functions that cannot take an organization, and why."""


def modules() -> list[ModuleType]:
    """One module an aggregate."""
    return [
        importlib.import_module(f"{store.__name__}.{each.name}")
        for each in pkgutil.iter_modules(store.__path__)
        if each.name not in FLOOR and not each.ispkg
    ]


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function and method of the aggregates that is given a connection."""
    for module in modules():
        short = module.__name__.rpartition(".")[2]
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            members = vars(value).items() if inspect.isclass(value) else [(name, value)]
            for member_name, member in members:
                if inspect.isfunction(member) and "db" in inspect.signature(member).parameters:
                    yield f"{short}.{member_name}", member


FUNCTIONS = dict(functions())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_store_function_takes_the_organization_right_after_the_connection(name: str) -> None:
    parameters = [each for each in inspect.signature(FUNCTIONS[name]).parameters if each != "self"]
    if name in WITHOUT_ORGANIZATION:
        assert "org" not in parameters
    else:
        assert parameters[:2] == ["db", "org"]


def statements() -> Iterator[tuple[str, Statement]]:
    """Every statement that stands in an aggregate's module."""
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, Statement):
                yield f"{module.__name__.rpartition('.')[2]}.{name}", value


STATEMENTS = dict(statements())
GLOBAL = ("organizations", "api_keys", "pg_advisory_xact_lock", "rowid", "LOCK TABLE")
"""Where the organization goes by another name: its own table, a key's hash, a lock's number, and the
first half of the rowid of a document of words."""


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_names_the_organization(name: str) -> None:
    texts = []
    for dialect in ("sqlite", "postgresql"):
        # A statement that is written for one database may be nonsense to the other.
        with suppress(AttributeError, CompileError, NotImplementedError):
            texts.append(STATEMENTS[name].compiled(dialect).sql)
    assert texts
    for sql in texts:
        assert "org_id" in sql or any(word in sql for word in GLOBAL)


def test_the_exceptions_are_all_real() -> None:
    assert WITHOUT_ORGANIZATION.keys() <= FUNCTIONS.keys()
