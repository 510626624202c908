"""A cache bounded in bytes, which forgets what was used longest ago."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ByteCache(Generic[Value]):
    """Values by number, at most `limit` bytes of them.

    Parameters
    ----------
    limit
        Bytes; the newest value stays even when it alone is larger.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._values: OrderedDict[int, tuple[Value, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, number: int) -> bool:
        return number in self._values

    def get(self, number: int) -> Value | None:
        """The value, which thereby becomes the newest; None when it is not here."""
        found = self._values.get(number)
        if found is None:
            return None
        self._values.move_to_end(number)
        return found[0]

    def put(self, number: int, value: Value, size: int) -> None:
        """Keep a value of `size` bytes."""
        self._drop(number)
        self._values[number] = (value, size)
        self.used += size
        while self.used > self.limit and len(self._values) > 1:
            self._drop(next(iter(self._values)))

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self.used = 0

    def _drop(self, number: int) -> None:
        _, size = self._values.pop(number, (None, 0))
        self.used -= size
