"""The image, built and run without a Docker engine: `./dev image`. It takes minutes, and root."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gql_tickets.auth import DEMO_KEY
from tests.image.building import Buildah, build, configuration, make_bases
from tests.image.containers import Container
from tests.servers import free_port

PROGRAMS = ("buildah", "debootstrap", "unshare")
KEY = {"X-API-Key": DEMO_KEY}


@pytest.fixture(scope="module")
def built(pytestconfig: pytest.Config) -> Iterator[tuple[Buildah, float]]:
    """The image in a store of its own, and how many seconds its Dockerfile took."""
    if not pytestconfig.getoption("--image"):
        pytest.skip("The image is built by ./dev image.")
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if os.geteuid() != 0 or missing:
        pytest.skip(f"This needs root, and of Debian: {', '.join(missing) or 'nothing more'}.")
    with tempfile.TemporaryDirectory(prefix="gql-tickets-image-") as folder:
        buildah = Buildah(Path(folder))
        make_bases(buildah, Path(folder))
        began = time.monotonic()
        build(buildah)
        yield buildah, time.monotonic() - began


@pytest.fixture(scope="module")
def image(built: tuple[Buildah, float]) -> dict[str, Any]:
    """What the image says of itself."""
    return configuration(built[0])


@pytest.fixture(scope="module")
def tree(built: tuple[Buildah, float]) -> str:
    """The image's files."""
    return built[0]("mount", built[0]("from", "gql-tickets"))


@pytest.fixture
def container(tree: str, image: dict[str, Any], postgres_server: str) -> Iterator[Container]:
    """A container that can reach a PostgreSQL with a migrated database."""
    container = Container(tree, image, free_port(), postgres_server)
    yield container
    container.stop()


def test_it_serves_as_nobody_in_particular(container: Container) -> None:
    container.start("--demo")
    assert container.owner() == 10001
    assert container.ask("/readyz").json() == {"status": "ready"}
    assert container.ask("/board", headers={"Accept": "text/html"}).status_code == 200
    listed = container.ask("/api/v1/ext/orgs/my-org/tickets", headers=KEY).json()
    query = {"query": "{ tickets { totalCount } }"}
    asked = container.ask("/graphql", method="POST", json=query, headers=KEY).json()
    assert asked["data"]["tickets"]["totalCount"] == listed["total"] == 156
    container.stop()
    assert not container.is_healthy()


def test_nothing_but_its_volume_can_be_written(container: Container) -> None:
    for folder in ("/", "/opt/gql-tickets", "/etc"):
        refused = container.run("touch", f"{folder}/new")
        assert refused.returncode == 1
        assert "Read-only file system" in refused.stderr
    assert container.run("touch", "/data/new", "/tmp/new").returncode == 0  # noqa: S108


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_serves_a_postgresql_that_the_environment_names(
    container: Container, workers: str
) -> None:
    settings = {
        "database_url": "postgresql+asyncpg://postgres@/migrated?host=/tmp/postgres",
        "workers": workers,
    }
    assert container.run("gql-tickets", "migrate", **settings).returncode == 0
    container.start(**settings)
    assert container.ask("/readyz").json() == {"status": "ready"}


def test_it_holds_no_tools(container: Container) -> None:
    for program in ("node", "npm", "gcc", "git"):
        assert container.run(program, "--version").returncode == 127


def test_it_is_small(
    built: tuple[Buildah, float], tree: str, figure: Callable[[str, object], None]
) -> None:
    files = Path(tree, "opt/gql-tickets").rglob("*")
    mib = sum(path.lstat().st_size for path in files) >> 20
    figure("seconds to build", round(built[1]))
    figure("MiB on the base", mib)
    assert mib < 200
