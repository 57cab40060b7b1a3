"""The log: one record a line on stderr, as JSON or for eyes, each naming its request.

`log_config` is for logging.config, and so for our modules, the server and the libraries.
`request_log` is the short way of the one record that every request has: it skips `logging`.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any, BinaryIO, Literal, Protocol

import msgspec
import structlog

from gql_tickets.observability.requests import noted

Format = Literal["json", "line"]
Event = MutableMapping[str, Any]

SELDOM_SECONDS = 10

_KEY = re.compile(r"amk_\w+")
_encode = msgspec.json.Encoder(enc_hook=str).encode
_UTC = dt.UTC


class RequestLog(Protocol):
    """Writes the record of a request; a level that is not wanted costs next to nothing."""

    def info(self, event: str, **fields: Any) -> object:
        """A request as it should be."""

    def warning(self, event: str, **fields: Any) -> object:
        """A request that someone should look at."""


def format_for(asked: Format | None) -> Format:
    """The format that was asked for; else `line` for a person at a terminal, `json` for a machine."""
    return asked or ("line" if sys.stderr.isatty() else "json")


def log_config(level: str, form: Format) -> dict[str, Any]:
    """A configuration for logging.config.dictConfig, for our loggers and the server's."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": LineFormatter},
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [_described],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    _without_keys,
                    _as_text,
                ],
            },
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": form,
            }
        },
        "root": {"handlers": ["stderr"], "level": level.upper()},
    }


def request_log(level: str, form: Format, file: BinaryIO | None = None) -> RequestLog:
    """A log of requests in that format; what is less severe than `level` is not written."""
    log: RequestLog = structlog.wrap_logger(
        structlog.BytesLogger(file or sys.stderr.buffer),
        processors=[_json_record if form == "json" else _line_record],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    ).bind()
    return log


class Seldom(logging.Filter):
    """Lets each message through once in SELDOM_SECONDS: an outage is told of, and not each second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._until: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        now = self._clock()
        self._until = {text: until for text, until in self._until.items() if until > now}
        if record.msg in self._until:
            return False
        self._until[record.msg] = now + SELDOM_SECONDS
        return True


class LineFormatter(logging.Formatter):
    """Time, level, logger, request and message; a traceback follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s [%(request_id)s] %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record.request_id = noted().request_id
        return _masked(super().format(record))


def _described(_logger: Any, level: str, event: Event) -> Event:
    """What a record of the standard library's logging says of itself, in our order."""
    record: logging.LogRecord = event["_record"]
    described = {
        "time": dt.datetime.fromtimestamp(record.created, _UTC),
        "level": level,
        "event": event.pop("event"),
        "logger": record.name,
    }
    if (request_id := noted().request_id) != "-":
        described["request_id"] = request_id
    return {**described, **event}


def _without_keys(_logger: Any, _level: str, event: Event) -> Event:
    """Whatever an exception quotes: an API key in it is masked."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _masked(value)
    return event


def _masked(text: str) -> str:
    return _KEY.sub("amk_***", text) if "amk_" in text else text


def _as_text(_logger: Any, _level: str, event: Event) -> str:
    return _encode(event).decode()


def _json_record(_logger: Any, level: str, event: Event) -> bytes:
    name = event.pop("event")
    return _masked_bytes(
        _encode({"time": dt.datetime.now(_UTC), "level": level, "event": name, **event})
    )


def _line_record(_logger: Any, level: str, event: Event) -> bytes:
    now = dt.datetime.now().astimezone()
    name, request_id = event.pop("event"), event.pop("request_id")
    said = " ".join(f"{field}={value}" for field, value in event.items())
    line = f"{now:%H:%M:%S} {level.upper():7} {name} [{request_id}] {said}"
    return _masked_bytes(line.encode())


def _masked_bytes(line: bytes) -> bytes:
    """Ids of requests and names of operations are callers' own words: one may be a key."""
    return _masked(line.decode()).encode() if b"amk_" in line else line
