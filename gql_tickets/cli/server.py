"""`serve`, `migrate` and `schema`."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette

from gql_tickets.app import create_app
from gql_tickets.auth import DEMO_KEY
from gql_tickets.cli.connections import HttpConnection, WebSocketConnection
from gql_tickets.cli.graceful import Server, Supervisor
from gql_tickets.cli.running import Failed, load_settings, open_prepared, shown, warn_of_misspelt
from gql_tickets.cli.running import migrate as migrate_database
from gql_tickets.observability.logs import format_for, log_config
from gql_tickets.observability.metrics import serving, shared_folder, shared_registry
from gql_tickets.schema import print_sdl
from gql_tickets.service import demo as demo_service
from gql_tickets.settings import ENV_PREFIX, Settings

KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep theirs: else a request may meet a connection that is being closed."""

DOCUMENTED_PATH = "/api/v1/ext/orgs/my-org/tickets"
WORKER_SECONDS = 15
"""How long a worker may take to start on a busy machine before it is taken for dead."""

BACKLOG = 2048

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - shown, not listened on


def serve(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty database with the demo.")
    ] = False,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port; 0 for a free one.", min=0, max=65535, show_default="8000"),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes.", min=1, max=256, show_default="1")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL.", show_default="a SQLite file here")
    ] = None,
) -> None:
    """Serve GraphQL and REST. What is not given comes from the environment."""
    # Workers are processes of their own: they read the environment, so the flags go there.
    if demo:
        os.environ.setdefault(ENV_PREFIX + "RATE_LIMIT_POINTS", "0")
        os.environ.setdefault(ENV_PREFIX + "SUGGESTIONS", "true")
    for name, value in {
        "HOST": host,
        "PORT": port,
        "WORKERS": workers,
        "DATABASE_URL": database_url,
    }.items():
        if value is not None:
            os.environ[ENV_PREFIX + name] = str(value)
    warn_of_misspelt()
    settings = load_settings()
    _check_app(settings)
    with listen(settings.host, settings.port) as listener:
        is_new = asyncio.run(_prepare(settings, demo=demo))
        base = _base_url(settings.host, listener)
        typer.echo(welcome(settings, base, demo=demo, is_new=is_new))
        _run(settings, listener)


def migrate() -> None:
    """Bring the database to the version that this code needs."""
    settings = load_settings()
    done = asyncio.run(migrate_database(settings))
    if done.before == done.after:
        said = f"is up to date already, at {done.after}"
    elif done.before is None:
        said = f"was empty, and is at {done.after} now"
    else:
        said = f"is brought from {done.before} to {done.after}"
    typer.echo(f"The database {shown(settings.database_url)} {said}.")


def schema() -> None:
    """Print the GraphQL schema, exactly as schema.graphql has it."""
    typer.echo(print_sdl(), nl=False)


def welcome(settings: Settings, base: str, *, demo: bool, is_new: bool = True) -> str:
    """What is where, and with the demo, be it `is_new` or one from before, a request to paste."""
    has_rest = any(mount.startswith("rest_compat:") for mount in settings.mounts)
    lines = [
        f"Board     {base}/board" if settings.board else None,
        f"GraphiQL  {base}/graphql" if settings.graphiql else f"GraphQL   {base}/graphql",
        f"REST      {base}/api/v1/ext/orgs/{'my-org' if demo else '{org}'}/tickets"
        if has_rest
        else None,
        f"Database  {shown(settings.database_url)}{'' if is_new else '  (goes on with its demo)'}",
        f"Health    {base}/healthz  (and {base}/readyz)",
    ]
    if demo:
        lines += [f"API key   {DEMO_KEY}  (of this demo only)"]
    if demo and has_rest:
        lines += [
            "",
            "Try it:",
            f'curl -X GET "{base}{DOCUMENTED_PATH}" -H "X-API-Key: {DEMO_KEY}"',
        ]
    return "\n".join(["", *(line for line in lines if line is not None), ""])


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, before anything slow happens. Raises Failed when the port is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Failed(f"Cannot listen on {host}: {error.strerror}.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Failed(
            f"Cannot listen on {host}:{port}: {error.strerror}. Another port: --port {port + 1}"
        ) from error
    listener.set_inheritable(True)
    return listener


async def _prepare(settings: Settings, *, demo: bool) -> bool:
    """Whether what is served is not a demo that was there before."""
    store = await open_prepared(settings)
    try:
        return await demo_service.fill(store) if demo else True
    finally:
        await store.close()


def _check_app(settings: Settings) -> None:
    """Compose once here, so that a mistake in the mounts is one line and not a worker's traceback."""
    try:
        create_app(settings)
    except ValueError as error:
        raise Failed(str(error)) from error


def _base_url(host: str, listener: socket.socket) -> str:
    reachable = _ANY_ADDRESS.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reachable}:{listener.getsockname()[1]}"


def config_of(settings: Settings, app: Starlette | None = None) -> uvicorn.Config:
    """How the server runs: our application, made in each worker, or one that is made already."""
    return uvicorn.Config(
        app or "gql_tickets.app:create_app",
        factory=app is None,
        workers=settings.workers,
        loop="uvloop" if os.name == "posix" else "asyncio",
        http=HttpConnection,
        ws=WebSocketConnection,
        ws_max_size=settings.stream_frame_bytes_max,
        ws_per_message_deflate=False,  # a window of each socket would cost more than it saves
        lifespan="on",
        log_config=log_config(settings.log_level, format_for(settings.log_format))
        if app is None
        else None,
        log_level=settings.log_level,
        access_log=False,  # ours tells more, and no path
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_worker_healthcheck=WORKER_SECONDS,
        backlog=BACKLOG,
    )


def _run(settings: Settings, listener: socket.socket) -> None:
    config = config_of(settings)
    if settings.workers > 1:
        with _shared_metrics(settings):
            Supervisor(config, sockets=[listener]).run()
        return
    server = Server(config)
    try:
        server.run(sockets=[listener])
    except SystemExit as stopped:
        if server.started:
            raise
        raise Failed("The server did not start; the log above says why.") from stopped


@contextmanager
def _shared_metrics(settings: Settings) -> Iterator[None]:
    """A place for the workers' numbers, and the port to read them, as far as they are asked for."""
    if not (settings.metrics_path or settings.metrics_port):
        yield
        return
    with shared_folder(), ExitStack() as stack:
        registry = shared_registry()
        if registry is not None and settings.metrics_port:
            try:
                stack.enter_context(serving(registry, settings.metrics_host, settings.metrics_port))
            except OSError as error:
                raise Failed(
                    f"Cannot serve metrics on {settings.metrics_host}:{settings.metrics_port}: "
                    f"{error.strerror}."
                ) from error
        yield
