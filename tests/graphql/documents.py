"""The types of what the GraphQL tests pass around."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Answer = dict[str, Any]
Ask = Callable[..., Awaitable[Answer]]
Counted = Callable[..., Awaitable[tuple[Answer, list[str]]]]
