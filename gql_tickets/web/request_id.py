"""Every answer carries `X-Request-Id` (R30): the caller's own when it is sane, else a new one."""

from __future__ import annotations

import random
import re

from starlette.types import Scope

NAME = b"x-request-id"

_SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_random = random.Random()  # noqa: S311 - ids tell requests apart, and keep no secret


def request_id(scope: Scope) -> str:
    """What to call the request."""
    for name, value in scope["headers"]:
        if name == NAME and _SANE.fullmatch(value):
            return str(value, "ascii")
    return f"{_random.getrandbits(128):032x}"
