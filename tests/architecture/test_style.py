"""Rules of style that no linter has: short files, and a word about each."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES_MAX = 400


def sources(*folders: str) -> list[Path]:
    """Every Python file beneath the folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def label(path: Path) -> str:
    """A path as a test's name."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources("gql_tickets", "rest_compat", "bench", "tests"), ids=label)
def test_a_file_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LINES_MAX
    if text.strip():
        assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", sources("gql_tickets", "rest_compat", "bench"), ids=label)
def test_everything_public_has_a_docstring(path: Path) -> None:
    assert [
        f"{name}, line {node.lineno}"
        for name, node in _public(ast.parse(path.read_text("utf-8")))
        if ast.get_docstring(node) is None
    ] == []


Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public(tree: ast.Module | ast.ClassDef, prefix: str = "") -> list[tuple[str, Documented]]:
    """Functions, classes and methods whose name has no underscore; what overloads is not asked."""
    found: list[tuple[str, Documented]] = []
    for node in tree.body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            if any("overload" in ast.unparse(each) for each in node.decorator_list):
                continue
            found.append((prefix + node.name, node))
            if isinstance(node, ast.ClassDef):
                found += _public(node, f"{node.name}.")
    return found
