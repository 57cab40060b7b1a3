"""Which tests run in the same process, when there are several."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

_TOGETHER = {
    "tests/browser/": "a browser",
    "tests/clients/test_examples.py": "npm packages",
    "tests/clients/test_frontends.py": "npm packages",
    "tests/docs/test_site.py": "a site",
    "tests/packaging/": "a wheel",
}
"""Tests that share what takes long to make, by the beginning of their names."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Those that share something go to one process, the others one by one to whichever is free.

    xdist's own groups are part of a test's name, which pytest 9.2 no longer lets it change.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((what for where, what in _TOGETHER.items() if nodeid.startswith(where)), nodeid)
