"""What a check says: nothing when all is well, else what it found and what to do about it."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from msgspec import Struct

from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store


class Level(enum.Enum):
    """How bad it is: a fault ends the command with 1, a warning only when it is asked to."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


class Finding(Struct, frozen=True):
    """One thing found. `message` is a sentence; `advice` says what to do about it."""

    check: str
    level: Level
    message: str = ""
    advice: str = ""


ConfigurationCheck: TypeAlias = Callable[[Settings], list[Finding]]
DatabaseCheck: TypeAlias = Callable[[Settings, Store], Awaitable[list[Finding]]]


def ok(check: str) -> Finding:
    """There was nothing to find."""
    return Finding(check, Level.OK)


def note(check: str, message: str, advice: str = "") -> list[Finding]:
    """Worth knowing."""
    return [Finding(check, Level.NOTE, message, advice)]


def warning(check: str, message: str, advice: str = "") -> list[Finding]:
    """Safe in some places and unsafe in others: someone has to decide."""
    return [Finding(check, Level.WARNING, message, advice)]


def fault(check: str, message: str, advice: str = "") -> list[Finding]:
    """Wrong in any place."""
    return [Finding(check, Level.FAULT, message, advice)]
