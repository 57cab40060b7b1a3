"""The bell: it says that somebody has added to a change log, and is only a hint.

Whoever waits for it reads the log afterwards, and reads it now and then without having heard
anything; so a ring that gets lost costs a moment and never a change.
"""

from __future__ import annotations

import asyncio


class Bell:
    """Collects the organizations that were written to, until the one who waits comes for them."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._organizations: set[int] = set()
        self._anywhere = False

    def ring(self, organizations: set[int] | None) -> None:
        """These organizations were written to; None for nobody knows which."""
        if organizations is None:
            self._anywhere = True
        else:
            self._organizations |= organizations
        self._rung.set()

    async def heard(self, seconds: float) -> set[int] | None:
        """What was written to since the last time: waits until there is something to say.

        None says that it may be any organization, also when the time is over.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return None
        found = None if self._anywhere else self._organizations
        self._organizations = set()
        self._anywhere = False
        self._rung.clear()
        return found
