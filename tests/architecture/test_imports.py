"""The house's rules about imports are kept, and each would be caught if it were broken."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("gql_tickets", "rest_compat")

LINT_IMPORTS = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
)


def lint_imports(folder: Path) -> tuple[int, str]:
    """Exit code and report of import-linter on the packages in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_contract_is_kept() -> None:
    code, report = lint_imports(ROOT)
    assert code == 0, report


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        ("gql_tickets/domain/ids.py", "import gql_tickets.store.tables", "Imports only go down"),
        ("gql_tickets/service/text.py", "import gql_tickets.resolvers", "Imports only go down"),
        ("gql_tickets/web/answers.py", "import gql_tickets.schema", "Imports only go down"),
        ("gql_tickets/schema/types.py", "import gql_tickets.transport", "Imports only go down"),
        ("gql_tickets/execution/text.py", "import gql_tickets.domain.ids", "knows nothing of"),
        ("gql_tickets/execution/text.py", "import starlette.requests", "knows nothing of"),
        (
            "gql_tickets/transfer/table.py",
            "import gql_tickets.store.tables",
            "Imports only go down",
        ),
        ("gql_tickets/newcomer.py", "import gql_tickets.errors", "Imports only go down"),
        ("gql_tickets/app.py", "import rest_compat", "does not know that REST exists"),
        ("rest_compat/values.py", "import gql_tickets.store.tickets", "REST speaks to resolvers"),
        ("rest_compat/values.py", "import gql_tickets.schema", "REST speaks to resolvers"),
        ("gql_tickets/service/text.py", "import sqlalchemy", "Only the store speaks SQL"),
        ("gql_tickets/service/text.py", "import strawberry", "import Strawberry"),
        ("gql_tickets/store/types.py", "import starlette.requests", "knows no web framework"),
        (
            "gql_tickets/execution/plan.py",
            "import gql_tickets.domain.ids",
            "knows nothing of tickets",
        ),
        ("gql_tickets/domain/directory.py", "import gql_tickets.domain.filters", "no cycles"),
    ],
)
def test_a_broken_rule_is_caught(
    tmp_path: Path, module: str, statement: str, contract: str
) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{statement}\n")
    code, report = lint_imports(tmp_path)
    assert code == 1, report
    assert any(contract in line and "BROKEN" in line for line in report.splitlines()), report


def sources() -> list[Path]:
    """Every module of the product."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_stand_at_the_top_of_their_file(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    nested = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert nested == []
