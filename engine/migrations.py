"""Sessions of older schemas made into those of the present one, a step a version.

Each function takes the plain data of one version and returns that of the next; it changes
nothing in what it is given. A new schema adds one function and one row of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Data = dict[str, Any]

#: The schema that this Peerscope writes.
VERSION = 2
KEY = "peerscope_session"


def from_1(data: Data) -> Data:
    """Schema 2 keeps runs that were not finished, and files know their size and digest."""
    return {**data, "pending": []}


MIGRATIONS: Mapping[int, Callable[[Data], Data]] = {1: from_1}


def migrated(data: Data) -> Data:
    """Plain data of any older schema as data of the present one.

    Raises
    ------
    KeyError, TypeError, ValueError
        It tells no version, or one that never was.
    """
    version = int(data[KEY])
    while version < VERSION:
        data = {**MIGRATIONS[version](data), KEY: version + 1}
        version += 1
    return data
