"""Documented query, body and headers → the resolvers' inputs. One reader a row of routes.py.

Reading is generous where the meaning is clear (R5, R15) and strict where silence would lose data
(R4, R8, R18). A reader finds everything wrong with a request before it refuses it; texts and
references are the floor's to check, which answers alike at both doors.
"""

from __future__ import annotations

from typing import Any

from gql_tickets import inputs
from gql_tickets.domain.paging import NEWEST_FIRST
from gql_tickets.domain.tickets import TicketPriority, TicketStatus, TicketType
from rest_compat.asked import Asked
from rest_compat.values import Body, Query, expected_version, idempotency_key

LIMIT_DEFAULT = 20
LIMIT_MAX = 1000
COLUMN_DEFAULT = 200

Arguments = dict[str, Any]
