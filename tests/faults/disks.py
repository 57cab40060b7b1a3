"""File systems of a few MiB, which fill."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """`folder` is where it is mounted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def grow(self, mib: int) -> None:
        """It holds that much from now on."""
        subprocess.run(["mount", "-o", f"remount,size={mib}m", str(self.folder)], check=True)


@contextmanager
def mounted(folder: Path, mib: int) -> Iterator[Disk]:
    """A disk of that size. Skips the test where none can be mounted."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only root can mount a small disk")
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)])
    if made.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)
