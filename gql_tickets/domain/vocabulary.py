"""What the domain's enums have in common."""

from __future__ import annotations

import enum


class Vocabulary(enum.Enum):
    """Words of which there is one each, so that which one it is tells them apart.

    Enum hashes the name instead, in Python: in each look-up of a dictionary, for each row of a list.
    """

    __hash__ = object.__hash__
