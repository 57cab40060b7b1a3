"""What answers say of the caller's budget: RateLimit, RateLimit-Policy, and Retry-After.

The syntax is that of draft-ietf-httpapi-ratelimit-headers-11: a policy of `q` points in `w`
seconds, of which `r` are left, all of them again in `t` seconds.
"""

from __future__ import annotations

import math
from functools import lru_cache

from gql_tickets.observability.requests import Noted
from gql_tickets.service.budgets import Budget

Header = tuple[bytes, bytes]


def add(headers: list[Header], note: Noted) -> None:
    """Add what there is to say: to callers who have a budget, and to those who have to wait."""
    budget = note.budget
    if isinstance(budget, Budget) and budget.limit:
        headers.append(_policy(budget.limit, budget.restore_rate))
        left = b'"points";r=%d;t=%d' % (budget.remaining, budget.reset_seconds)
        headers.append((b"ratelimit", left))
    if note.retry_after_seconds:
        headers.append((b"retry-after", b"%d" % note.retry_after_seconds))


@lru_cache(maxsize=8)
def _policy(limit: int, restore_rate: float) -> Header:
    window = math.ceil(limit / restore_rate)
    return b"ratelimit-policy", b'"points";q=%d;w=%d;qu="points"' % (limit, window)
