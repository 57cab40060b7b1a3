"""Is this installation well, and is it safe? Small checks, each a function that finds something.

A check is added by writing it and naming it in CONFIGURATION or DATABASE: nothing else knows of it.
"""

from __future__ import annotations

from gql_tickets.service.doctor.configuration import CONFIGURATION
from gql_tickets.service.doctor.database import DATABASE
from gql_tickets.service.doctor.findings import Finding, Level, ok
from gql_tickets.settings import Settings
from gql_tickets.store.engine import Store

__all__ = ["Finding", "Level", "examine_configuration", "examine_database"]


def examine_configuration(settings: Settings) -> list[Finding]:
    """What can be told from the settings alone."""
    found: list[Finding] = []
    for check in CONFIGURATION:
        found += check(settings) or [ok(check.__name__)]
    return found


async def examine_database(settings: Settings, store: Store) -> list[Finding]:
    """What has to be asked of the database. Raises Unavailable when it goes away meanwhile."""
    found: list[Finding] = []
    for check in DATABASE:
        found += await check(settings, store) or [ok(check.__name__)]
    return found
