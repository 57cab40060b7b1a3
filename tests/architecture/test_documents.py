"""What is written down is so: settings, commands, pins, and the one script that CI calls."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from gql_tickets.cli import app
from gql_tickets.settings import ENV_PREFIX, Settings

ROOT = Path(__file__).parents[2]
OPERATING = (ROOT / "docs/operating.md").read_text("utf-8")

_SETTING = re.compile(r"^\| `(GQL_TICKETS_\w+)` \| `?(.*?)`? \| (.*) \|$", re.MULTILINE)


def shown(value: object) -> str:
    """A default as an environment variable would have it."""
    if isinstance(value, str):
        return value
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def test_the_table_of_settings_is_the_settings() -> None:
    assert _SETTING.findall(OPERATING) == [
        (ENV_PREFIX + name.upper(), shown(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]


def commands() -> Iterator[tuple[str, frozenset[str]]]:
    """Every command with its options."""
    groups: list[tuple[str, object]] = [("", get_command(app))]
    while groups:
        prefix, command = groups.pop()
        for name, each in getattr(command, "commands", {}).items():
            if hasattr(each, "commands"):
                groups.append((f"{prefix}{name} ", each))
            else:
                options = {option for parameter in each.params for option in parameter.opts}
                yield f"{prefix}{name}", frozenset(o for o in options if o.startswith("--"))


COMMANDS = dict(sorted(commands()))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    rows = re.findall(rf"^\| `{name}[ `].*$", OPERATING, re.MULTILINE)
    assert rows, f"docs/operating.md does not name `{name}`"
    documented = set(re.findall(r"--[a-z-]+", rows[0]))
    assert documented <= COMMANDS[name]


def test_serve_has_the_documented_options() -> None:
    assert COMMANDS["serve"] - {"--help"} == {
        "--demo",
        "--host",
        "--port",
        "--workers",
        "--database-url",
    }


def test_every_command_explains_itself() -> None:
    assert isinstance(app, typer.Typer)
    groups = [get_command(app)]
    while groups:
        command = groups.pop()
        assert command.help
        groups += getattr(command, "commands", {}).values()


CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def normal(requirement: str) -> str:
    """The name that a requirement begins with, as indexes spell it."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_every_dependency_is_pinned_and_no_host_is_named() -> None:
    lines = CONSTRAINTS.splitlines()
    assert "//" not in CONSTRAINTS
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", line) for line in lines)
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    assert {normal(each) for each in wanted} <= {normal(line) for line in lines}


def test_ci_only_calls_the_script() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
    assert re.findall(r"run: (.*)", workflow) == ["./dev ci"]
    assert (ROOT / ".ci/run").read_text("utf-8").splitlines()[-1] == "exec ./dev ci"


def test_an_old_python_can_read_the_script_far_enough_to_complain() -> None:
    source = (ROOT / "dev").read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    assert "from __future__" not in source
    assert ast.get_docstring(tree)


def test_the_image_runs_as_nobody_in_particular_and_from_the_pins() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert "--constraint constraints.txt" in dockerfile
    assert "USER 10001:10001" in dockerfile
    assert "HEALTHCHECK" in dockerfile
    assert dockerfile.rstrip().endswith('CMD ["gql-tickets", "serve", "--host", "0.0.0.0"]')


@pytest.mark.parametrize("folder", ["web", "tests/clients"])
def test_what_npm_brings_is_pinned_and_no_registry_is_named(folder: str) -> None:
    locked = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    assert not [name for name, package in locked.items() if name and "version" not in package]
    assert not [name for name, package in locked.items() if "resolved" in package]
    wanted = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
    named = {*wanted["dependencies"], *wanted.get("devDependencies", ())}
    assert {f"node_modules/{name}" for name in named} <= set(locked)


def test_what_is_built_is_in_no_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"node_modules/", "gql_tickets/web/static/"} <= set(ignored)
    assert PROJECT["tool"]["hatch"]["build"]["artifacts"] == ["gql_tickets/web/static"]
