"""What every test can ask for: each kind of database, and the floors and doors upon it.

A test that takes `database` (or anything above it) runs twice, on SQLite and on a real PostgreSQL,
which a wheel brings. Each test has a database of its own: a copy of one that is migrated once.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from gql_tickets.app import create_app
from gql_tickets.auth import DEMO_KEY, Actor, Scope, operator
from gql_tickets.domain.directory import Organization
from gql_tickets.schema import Schema, build_schema
from gql_tickets.service import demo, directory, keys
from gql_tickets.settings import Settings
from gql_tickets.store import schema
from gql_tickets.store.engine import Store
from gql_tickets.store.opening import open_store
from tests.postgres import Databases, start_postgres, url_of
from tests.scheduling import Scheduling

_numbers = itertools.count()
_schemas: dict[str, Schema] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """What follows ./dev test."""
    parser.addoption(
        "--stock-execution", action="store_true", help="leave GraphQL to graphql-core alone"
    )
    parser.addoption(
        "--row-security", action="store_true", help="with PostgreSQL's policies between tenants"
    )
    parser.addoption(
        "--fault-rounds", type=int, default=2, help="how often tests/faults kills what it kills"
    )
    parser.addoption(
        "--bare",
        action="store_true",
        help="install the wheel with all that it needs from the index",
    )
    parser.addoption("--image", action="store_true", help="build the image and run it; needs root")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """How tests come to the processes that run them."""
    return Scheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured, at the end."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {name} {value}")


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Tells what was measured; it is shown at the end of the run."""
    return lambda name, value: request.node.user_properties.append((name, value))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[Databases]:
    """Databases of a PostgreSQL of this test process."""
    # Not below pytest's folders: their paths are too long for a socket, and others prune them.
    with tempfile.TemporaryDirectory(prefix="gql-tickets-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as a user of its own, who must get in
        server = start_postgres(folder)
        databases = Databases(server.get_uri().partition("host=")[2])
        yield databases
        databases.close()
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_server(postgres_databases: Databases) -> str:
    """The socket of that PostgreSQL."""
    return postgres_databases.socket


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    asyncio.run(schema.migrate(Settings(database_url=f"sqlite+aiosqlite:///{path}")))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The database that this run of the test is on."""
    return str(request.param)


@pytest.fixture
def new_database(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], str]]:
    """Makes migrated, empty databases; each call returns the URL of another."""
    with databases_of(database_kind, request, tmp_path) as new:
        yield new


@contextmanager
def databases_of(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], str]]:
    """What makes databases of that kind, which are gone at the end."""
    made: list[str] = []

    def on_sqlite() -> str:
        path = tmp_path / f"test{next(_numbers)}.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite+aiosqlite:///{path}"

    def on_postgres() -> str:
        databases: Databases = request.getfixturevalue("postgres_databases")
        made.append(databases.new())
        return url_of(databases.socket, made[-1])

    yield on_sqlite if kind == "sqlite" else on_postgres
    for name in made:
        request.getfixturevalue("postgres_databases").done(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated, empty SQLite file, for what no database makes a difference to."""
    path = tmp_path / f"test{next(_numbers)}.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> Iterator[str]:
    """The URL of a migrated, empty PostgreSQL database, for what is on both at once."""
    name = postgres_databases.new()
    yield url_of(postgres_databases.socket, name)
    postgres_databases.done(name)


@pytest.fixture
def rounds(pytestconfig: pytest.Config) -> int:
    """How often something is killed: 2 unless `./dev faults` says more."""
    return int(pytestconfig.getoption("--fault-rounds"))


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """The URL of a migrated, empty database."""
    return new_database()


@pytest.fixture(scope="session")
def fast(pytestconfig: pytest.Config) -> bool:
    """Whether GraphQL is executed breadth-first in this test run."""
    return not pytestconfig.getoption("--stock-execution")


@pytest.fixture
def settings(database: str, fast: bool, pytestconfig: pytest.Config) -> Settings:
    """Settings for that database, and nothing from the environment. No test cuts the power."""
    return Settings(
        database_url=database,
        sqlite_readers=2,
        sqlite_durability="relaxed",
        key_cache_seconds=0,
        rate_limit_points=0,
        auth_failures_per_minute=0,
        fast_execution=fast,
        postgres_row_security=pytestconfig.getoption("--row-security"),
    )


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    """An open store on the database."""
    opened = await open_store(settings)
    yield opened
    await opened.close()


@pytest.fixture
async def organization(store: Store) -> Organization:
    """The organization `acme`."""
    return await directory.create_organization(store, slug="acme", name="Acme")


@pytest.fixture
def actor(organization: Organization) -> Actor:
    """Someone who may do everything in `acme`."""
    return operator(organization.id, organization.slug)


@pytest.fixture
async def api_key(store: Store, actor: Actor) -> str:
    """A key of `acme` with every scope."""
    _, secret = await keys.create(store, actor, name="test", scopes=tuple(Scope))
    return secret


@asynccontextmanager
async def serving(settings: Settings, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application, its lifespan started, without a socket between."""
    application: Starlette = create_app(settings, _schema_of(settings))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", headers=headers
        ) as client:
            yield client


@pytest.fixture
async def client(settings: Settings, api_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application that sends acme's key."""
    async with serving(settings, **{"X-API-Key": api_key}) as client:
        yield client


@pytest.fixture
async def demo_client(settings: Settings, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application over the demo organization, with the document's key."""
    await demo.fill(store)
    async with serving(settings, **{"X-API-Key": DEMO_KEY}) as client:
        yield client


def _schema_of(settings: Settings) -> Schema:
    """One schema for all applications of these settings: building it takes longer than most tests."""
    key = settings.model_dump_json(exclude={"database_url"})
    if key not in _schemas:
        _schemas[key] = build_schema(settings)
    return _schemas[key]
