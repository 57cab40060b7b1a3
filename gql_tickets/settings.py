"""Every setting, each an environment variable `GQL_TICKETS_…`. docs/operating.md lists them all."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ENV_PREFIX = "GQL_TICKETS_"


def _listed(value: Any) -> Any:
    """The values of a variable: a JSON list, or with commas between."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        return tuple(json.loads(value))
    except ValueError as error:
        raise ValueError(
            f"this is not a JSON list ({error}); values with commas between do as well"
        ) from error


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_origin, values))


def _origin(text: str) -> str:
    """An origin as browsers send it. Raises ValueError for what none of them would send."""
    origin = text.rstrip("/").lower()
    if origin == "*":
        return origin
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(f"{text!r} is not an origin, such as https://board.example, nor *")
    if not parts.hostname or "@" in parts.netloc or " " in origin or parts.port == 0:
        raise ValueError(f"{text!r} is not an origin: it is a host, with a :port if it has one")
    return origin


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Origins = Annotated[Listed, AfterValidator(_origins)]


class Settings(BaseSettings):
    """The configuration of one process; the descriptions are the documentation."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="ignore")

    database_url: str = Field(
        "sqlite+aiosqlite:///gql-tickets.sqlite3",
        description="SQLAlchemy URL: `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`",
    )
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on")
    workers: int = Field(1, ge=1, le=256, description="Worker processes")
    mounts: Listed = Field(
        ("rest_compat:mount",),
        description="Parts mounted beside GraphQL, a list of `module:function`",
    )
    graphiql: bool = Field(True, description="Serve GraphiQL to browsers at /graphql")
    board: bool = Field(True, description="Serve the board to browsers at /board")
    fast_execution: bool = Field(
        default=True,
        description="Complete lists breadth-first; `false` leaves them to graphql-core, which is slower",
    )
    cors_origins: Origins = Field(
        (),
        description="Origins that browsers may call from, a list such as `https://board.example`; `*` for any",
    )
    trusted_proxies: Listed = Field(
        (),
        description="Addresses or networks whose `X-Forwarded-For` and `-Proto` are believed, a list",
    )
    hsts_seconds: int = Field(
        0, ge=0, description="`Strict-Transport-Security` of answers over TLS; 0 for none"
    )
    request_bytes_max: int = Field(
        262_144, ge=1_024, description="Largest request body, in bytes; beyond it 413"
    )
    request_timeout_seconds: float = Field(
        10.0,
        ge=0,
        description="How long a request may wait for its answer; beyond it 503; 0 for ever",
    )
    client_timeout_seconds: float = Field(
        20.0,
        ge=0,
        description="How long a client may take to send a request, or to receive 16 KiB of an answer; then it is cut off; 0 for ever",
    )
    drain_seconds: float = Field(
        1.0,
        ge=0,
        le=7,
        description="How long after SIGTERM everybody is still answered, while `/readyz` says no",
    )
    document_bytes_max: int = Field(
        131_072, ge=1_024, description="Largest GraphQL document, in bytes"
    )
    document_tokens_max: int = Field(
        2_000, ge=100, description="Most tokens of a GraphQL document, comments too"
    )
    document_depth_max: int = Field(
        12, ge=1, le=64, description="Deepest nesting of fields; introspection may have 20 levels"
    )
    document_aliases_max: int = Field(30, ge=0, description="Most aliases of a document")
    document_directives_max: int = Field(50, ge=0, description="Most directives of a document")
    document_fragments_max: int = Field(100, ge=0, description="Most fragments of a document")
    document_repeats_max: int = Field(
        20, ge=1, description="How often one selection set may name the same field"
    )
    document_selections_max: int = Field(
        10_000, ge=100, description="Most fields of all operations and fragments, spread in place"
    )
    document_merges_max: int = Field(
        10_000, ge=0, description="Most pairs of fields that one name of the answer is merged from"
    )
    document_mutations_max: int = Field(10, ge=1, description="Most mutations of one operation")
    variables_objects_max: int = Field(
        500, ge=1, description="Most objects in the lists of an operation's variables"
    )
    cost_max: int = Field(
        10_000, ge=100, description="Dearest operation, in cost points; beyond it 422"
    )
    batch_operations_max: int = Field(
        10, ge=0, le=1_000, description="Most operations of a batch; 0 for no batches"
    )
    documents_kept_max: int = Field(
        1_000, ge=1, description="Documents that a worker keeps parsed and validated"
    )
    suggestions: bool = Field(
        default=False,
        description="Whether errors guess at names (`Did you mean …`); `serve --demo` does",
    )
    introspection: bool = Field(
        default=True, description="Whether the schema may be read through `__schema` and `__type`"
    )
    persisted_queries_max: int = Field(
        1_000, ge=0, description="Automatic persisted queries that a worker keeps; 0 for none"
    )
    trusted_documents: str = Field(
        "",
        description="A JSON manifest, or a folder, of the only GraphQL documents that run",
    )
    stream_operations_max: int = Field(
        20, ge=1, le=1_000, description="Operations at once on one WebSocket"
    )
    stream_frame_bytes_max: int = Field(
        65_536, ge=1_024, description="Largest WebSocket frame, in bytes; beyond it 1009"
    )
    stream_init_seconds: float = Field(
        10.0, gt=0, description="How long a WebSocket may take to say `connection_init`"
    )
    stream_heartbeat_seconds: float = Field(
        12.0, gt=0, description="How often a stream over HTTP sends a sign of life, to stay open"
    )
    key_cache_seconds: float = Field(
        3.0, ge=0, le=5, description="How long a checked API key is trusted without asking again"
    )
    rate_limit_points: int = Field(
        10_000, ge=0, description="Points that an API key's bucket holds; 0 for no limit"
    )
    rate_limit_restore_per_second: float = Field(
        500.0, gt=0, description="Points that flow back into it each second"
    )
    rate_limit_shared: bool = Field(
        default=False,
        description="Whether all processes share the buckets, in the database; else each has its own",
    )
    auth_failures_per_minute: int = Field(
        60, ge=0, description="Keys that are not good that one address may try; 0 for no limit"
    )
    change_log_retention_hours: float = Field(
        720.0,
        gt=0,
        description="How long the change log is kept; a cursor that is older is expired",
    )
    sqlite_durability: Literal["full", "relaxed"] = Field(
        "full",
        description="`full` survives a power cut; `relaxed` may lose the last writes, and is faster",
    )
    sqlite_readers: int = Field(8, ge=1, le=64, description="Reading connections of a worker")
    postgres_pool_max: int = Field(15, ge=1, le=500, description="Connections of a worker")
    postgres_pool_wait_seconds: float = Field(
        5.0, gt=0, description="How long a request waits for a connection; beyond it 503"
    )
    postgres_pgbouncer: bool = Field(
        default=False,
        description="Behind PgBouncer in transaction mode: no prepared statements are kept",
    )
    postgres_row_security: bool = Field(
        default=False,
        description="Requests see rows of their own organization only, by PostgreSQL's policies too; run `migrate` with it",
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        "info", description="Least severe message that is logged"
    )
    log_format: Literal["json", "line"] | None = Field(
        None, description="`json` or `line`; unset is `line` on a terminal and `json` elsewhere"
    )
    access_log: bool = Field(True, description="Log a record of every request")
    slow_operation_ms: float = Field(
        1_000.0, ge=0, description="A request that takes longer is logged as a warning; 0 for none"
    )
    tracing: bool = Field(
        default=False,
        description="Send OpenTelemetry traces; needs `pip install gql-tickets[otel]`, and obeys `OTEL_…`",
    )
    metrics_path: str = Field(
        "",
        pattern=r"^(/[\w/-]+)?$",
        description="Path on the main port where Prometheus may read, such as `/metrics`; empty for none",
    )
    metrics_host: str = Field("127.0.0.1", description="Address that `metrics_port` listens on")
    metrics_port: int = Field(
        0, ge=0, le=65535, description="Port of its own for `/metrics`; 0 for none"
    )


def misspelt(variables: Iterable[str]) -> list[tuple[str, str | None]]:
    """Variables that look like settings and are none, each with the name that is nearest."""
    known = [ENV_PREFIX + name.upper() for name in Settings.model_fields]
    return [
        (name, next(iter(difflib.get_close_matches(name.upper(), known, n=1)), None))
        for name in sorted(variables)
        if name.upper().startswith(ENV_PREFIX) and name.upper() not in known
    ]
