"""What operators see: one line a log record on stderr, naming the request it belongs to.

No record holds a credential: headers are never logged, and neither are bodies.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import Any

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")
"""The id of the request that this task answers; `-` outside of one."""


class RequestIdFilter(logging.Filter):
    """Gives each record the id of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, named."""
        record.request_id = current_request_id.get()
        return True


def log_config(level: str) -> dict[str, Any]:
    """A configuration for logging.config.dictConfig, for our loggers and the server's."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)-7s %(name)s [%(request_id)s] %(message)s"}
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "filters": ["request_id"],
                "formatter": "line",
            }
        },
        "root": {"handlers": ["stderr"], "level": level.upper()},
    }
