"""Points in time as files spell them: always in UTC in the end."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress

_FORMS = ("%d/%b/%y %I:%M %p", "%d/%b/%Y %I:%M %p", "%d/%b/%y %H:%M", "%d/%b/%Y %H:%M")
"""Jira's, in its language of origin."""
_SCRIPT = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2} \d{2} \d{4} \d{2}:\d{2}:\d{2}) GMT([+-]\d{4}).*"
)
"""What JavaScript makes of a date, and Linear exports."""
_SCRIPTED = "%b %d %Y %H:%M:%S %z"


def utc(moment: dt.datetime) -> dt.datetime:
    """The moment in UTC; what names no offset is taken as UTC. Raises ValueError out of the calendar."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("This moment is beyond the calendar.") from error


def read_instant(text: str) -> dt.datetime:
    """A moment in ISO 8601, or as Jira or Linear write it. Raises ValueError."""
    text = text.strip()
    script = _SCRIPT.fullmatch(text)
    tries = (
        [(text, form) for form in _FORMS]
        if script is None
        else [(" ".join(script.groups()), _SCRIPTED)]
    )
    with suppress(ValueError):
        return utc(dt.datetime.fromisoformat(text))
    for spelling, form in tries:
        with suppress(ValueError):
            return utc(dt.datetime.strptime(spelling, form))  # noqa: DTZ007 - utc() adds the zone
    raise ValueError(f"{text!r} is not a date that is known here; write 2025-01-31T09:30:00Z.")
