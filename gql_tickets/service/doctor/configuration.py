"""Checks of the settings, which ask nobody. A name here is the name that operators see."""

from __future__ import annotations

import ipaddress
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from gql_tickets.service.doctor.findings import (
    ConfigurationCheck,
    Finding,
    fault,
    note,
    warning,
)
from gql_tickets.settings import Settings

DISK_FREE_BYTES_MIN = 1_000_000_000
GROUP_OR_OTHERS = 0o077


def is_public(host: str) -> bool:
    """Whether others than this machine can reach a listener on that address."""
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def is_sqlite(settings: Settings) -> bool:
    """Whether the database is a file."""
    return settings.database_url.startswith("sqlite")


def tls(settings: Settings) -> list[Finding]:
    """API keys travel in headers: in the clear, anybody on the way can read them."""
    if not is_public(settings.host) or settings.trusted_proxies or settings.hsts_seconds:
        return []
    return warning(
        "tls",
        f"It listens on {settings.host}, and nothing says that TLS ends in front of it.",
        "Put a proxy with TLS in front, and name it in trusted_proxies.",
    )


def hsts(settings: Settings) -> list[Finding]:
    """Behind TLS, browsers should not be talked out of it."""
    if not settings.trusted_proxies or settings.hsts_seconds:
        return []
    return note(
        "hsts",
        "A proxy is trusted, and answers over TLS carry no Strict-Transport-Security.",
        "Set hsts_seconds, unless the proxy sends it.",
    )


def trusted_proxies(settings: Settings) -> list[Finding]:
    """Whoever is trusted can pretend to be any client."""
    if "*" not in settings.trusted_proxies:
        return []
    return fault(
        "trusted_proxies",
        "Every client is trusted to say who it is and whether it came by TLS.",
        "Name the proxies' addresses or networks in trusted_proxies.",
    )


def introspection(settings: Settings) -> list[Finding]:
    """The schema is public in the repository; some would rather not serve it all the same."""
    if not settings.introspection or not is_public(settings.host):
        return []
    return note(
        "introspection",
        "The schema can be read without a key.",
        "Set introspection to false, if your clients do not need it.",
    )


def graphiql(settings: Settings) -> list[Finding]:
    """GraphiQL is for people; it helps attackers as it helps developers."""
    if not settings.graphiql or not is_public(settings.host):
        return []
    return warning(
        "graphiql",
        "GraphiQL is served to whoever can reach the service.",
        "Set graphiql to false where no people are meant to use it.",
    )


def cors(settings: Settings) -> list[Finding]:
    """Any page may then use a key that a browser holds."""
    if "*" not in settings.cors_origins:
        return []
    return warning(
        "cors",
        "Pages of any origin may call.",
        "Name the origins of your frontends in cors_origins.",
    )


def log_level(settings: Settings) -> list[Finding]:
    """Libraries say at debug what they like."""
    if settings.log_level != "debug":
        return []
    return warning("log_level", "Everything is logged, of libraries too.", "Set log_level to info.")


def metrics(settings: Settings) -> list[Finding]:
    """Numbers tell of organizations' business, if not of their tickets."""
    found: list[Finding] = []
    if settings.metrics_path and is_public(settings.host):
        found += warning(
            "metrics",
            f"Whoever can reach the service can read {settings.metrics_path}.",
            "Use metrics_port instead, or close the path in the proxy.",
        )
    if settings.metrics_port and is_public(settings.metrics_host):
        found += warning(
            "metrics",
            f"The metrics' port listens on {settings.metrics_host}.",
            "Let only Prometheus reach it.",
        )
    return found


def rate_limit(settings: Settings) -> list[Finding]:
    """One key could take all there is."""
    if settings.rate_limit_points or not is_public(settings.host):
        return []
    return warning(
        "rate_limit",
        "API keys have no limit.",
        "Set rate_limit_points, unless a gateway in front limits them.",
    )


def durability(settings: Settings) -> list[Finding]:
    """What was acknowledged should be there after a power cut."""
    if not is_sqlite(settings) or settings.sqlite_durability == "full":
        return []
    return warning(
        "durability",
        "A power cut may lose the last writes that were acknowledged.",
        "Set sqlite_durability to full.",
    )


def workers(settings: Settings) -> list[Finding]:
    """SQLite has one writer at a time, however many processes there are."""
    if not is_sqlite(settings) or settings.workers == 1:
        return []
    return note(
        "workers",
        f"{settings.workers} workers share one SQLite file: they read side by side, and take turns to write.",
        "Use PostgreSQL for many writers.",
    )


def disk(settings: Settings) -> list[Finding]:
    """A full disk refuses every write."""
    if not is_sqlite(settings):
        return []
    folder = _file(settings).parent
    if not folder.is_dir():
        return []
    free = shutil.disk_usage(folder).free
    if free >= DISK_FREE_BYTES_MIN:
        return []
    return warning(
        "disk", f"{free // 1_000_000} MB are free beside the database.", "Make room on the disk."
    )


def file_mode(settings: Settings) -> list[Finding]:
    """The file holds every ticket in the clear."""
    if not is_sqlite(settings) or os.name != "posix" or not _file(settings).exists():
        return []
    mode = _file(settings).stat().st_mode & GROUP_OR_OTHERS
    if not mode:
        return []
    return note(
        "file_mode",
        "Other users of this machine may read the database's file, if they can reach its folder.",
        f"chmod 600 {_file(settings)}, and set the service's umask to 077.",
    )


def _file(settings: Settings) -> Path:
    return Path(urlsplit(settings.database_url).path.removeprefix("/"))


CONFIGURATION: tuple[ConfigurationCheck, ...] = (
    tls,
    hsts,
    trusted_proxies,
    introspection,
    graphiql,
    cors,
    log_level,
    metrics,
    rate_limit,
    durability,
    workers,
    disk,
    file_mode,
)
