"""The files in deploy/ and the Dockerfile: valid by their schemas, and true of this service."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from typer.main import get_command

from gql_tickets.app import create_app
from gql_tickets.cli import app
from gql_tickets.settings import ENV_PREFIX, Settings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy/compose.yaml"
MANIFESTS = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
KUBERNETES = ("1.31.0", "1.37.0")  # the oldest and the newest that they are checked for
VARIABLES = {ENV_PREFIX + name.upper() for name in Settings.model_fields}

Mapping = dict[str, Any]


def composed() -> Mapping:
    """The services of the compose file."""
    services: Mapping = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return services


def resources() -> dict[str, Mapping]:
    """The Kubernetes resources by their kinds."""
    found = [each for path in MANIFESTS for each in yaml.safe_load_all(path.read_text("utf-8"))]
    return {each["kind"]: each for each in found}


def containers() -> dict[str, Mapping]:
    """The containers of the Kubernetes resources that have some, by the kinds."""
    return {
        kind: container
        for kind, each in resources().items()
        if "template" in each["spec"]
        for container in each["spec"]["template"]["spec"]["containers"]
    }


def test_the_compose_file_and_the_workflow_are_valid() -> None:
    for schema, path in (
        ("vendor.compose-spec", COMPOSE),
        ("vendor.github-workflows", ROOT / ".github/workflows/ci.yml"),
    ):
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
        checked = subprocess.run(command, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("kind", resources())
def test_a_resource_is_valid(kind: str, version: str) -> None:
    kubernetes_validate.validate(resources()[kind], version, strict=True)


def test_the_dockerfile_passes_its_linter() -> None:
    program = shutil.which("hadolint", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("hadolint comes in a wheel for Linux only.")
    linted = subprocess.run([program, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert linted.stdout == ""
    assert linted.returncode == 0


def test_every_variable_is_a_setting_that_takes_the_value() -> None:
    values: dict[str, str] = {}
    for container in containers().values():
        values |= {each["name"]: each.get("value", "") for each in container["env"]}
    for service in composed().values():
        values |= service["environment"]
    ours = {name: value for name, value in values.items() if name.startswith("GQL_TICKETS_")}
    assert len(ours) >= 5
    assert set(ours) <= VARIABLES
    for name, value in ours.items():
        if value:  # the others are a Secret's
            Settings.model_validate({name.removeprefix(ENV_PREFIX).lower(): value})
    assert set(re.findall(r"GQL_TICKETS_[A-Z_]+", DOCKERFILE)) <= VARIABLES


def commands() -> list[list[str]]:
    """What the deployments run."""
    [image] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    ours = [each["command"] for name, each in composed().items() if name != "postgres"]
    return [yaml.safe_load(image), *ours, *(each["args"] for each in containers().values())]


@pytest.mark.parametrize("command", commands(), ids=shlex.join)
def test_a_command_is_one_of_ours(command: list[str]) -> None:
    program, name, *arguments = command
    assert program == "gql-tickets"
    known = get_command(app).commands[name]  # type: ignore[attr-defined]
    known.make_context(name, list(arguments))  # raises for what it does not take


def test_what_is_probed_is_served(sqlite_url: str) -> None:
    paths = {route.path for route in create_app(Settings(database_url=sqlite_url)).routes}  # type: ignore[attr-defined]
    container = containers()["Deployment"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    environment = {each["name"]: each.get("value") for each in container["env"]}
    assert ports["http"] == Settings.model_fields["port"].default
    assert str(ports["metrics"]) == environment["GQL_TICKETS_METRICS_PORT"]
    for probe, path in (
        ("startup", "/healthz"),
        ("liveness", "/healthz"),
        ("readiness", "/readyz"),
    ):
        asked = container[f"{probe}Probe"]["httpGet"]
        assert asked == {"path": path, "port": "http"}
        assert path in paths
    [port] = resources()["Service"]["spec"]["ports"]
    assert port["targetPort"] in ports
    assert composed()["tickets"]["ports"][0].endswith(f":{ports['http']}")


def test_a_pod_that_stops_is_out_of_the_service_before_it_stops_answering() -> None:
    pod = resources()["Deployment"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    probe = container["readinessProbe"]
    environment = {each["name"]: each.get("value") for each in container["env"]}
    drain = float(environment["GQL_TICKETS_DRAIN_SECONDS"])
    assert drain > probe["periodSeconds"] * probe["failureThreshold"]
    Settings(drain_seconds=drain)
    assert (
        pod["terminationGracePeriodSeconds"]
        > 10
        < int(composed()["tickets"]["stop_grace_period"][:-1])
    )


@pytest.mark.parametrize("kind", containers())
def test_a_container_may_do_nothing_but_serve(kind: str) -> None:
    pod = resources()[kind]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"USER {pod['securityContext']['runAsUser']}:" in DOCKERFILE
    assert pod["automountServiceAccountToken"] is False
    assert containers()[kind]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_what_is_selected_is_what_is_deployed() -> None:
    found = resources()
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    budget = found["PodDisruptionBudget"]["spec"]
    for selector in (
        found["Service"]["spec"]["selector"],
        budget["selector"]["matchLabels"],
        found["Deployment"]["spec"]["selector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
    assert budget["minAvailable"] < found["Deployment"]["spec"]["replicas"]
    assert not labels.items() >= found["Job"]["spec"]["template"]["metadata"]["labels"].items()


def test_every_image_is_this_version() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    [version] = re.findall(r'^version = "(.*)"$', pyproject, re.MULTILINE)
    images = [each["image"] for each in containers().values()]
    images += [each["image"] for name, each in composed().items() if name != "postgres"]
    assert set(images) == {f"gql-tickets:{version}"}
    assert resources()["Job"]["metadata"]["name"].endswith(f"-{version}")
