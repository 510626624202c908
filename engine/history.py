"""Undo: a history of small reversible operations on pure data."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Operation(Protocol):
    """Something done that can be taken back and done again."""

    @property
    def title(self) -> str:
        """What the menu calls it ("change of latent")."""
        ...

    def do(self) -> None:
        """Do it, for the first time or again."""
        ...

    def undo(self) -> None:
        """Take it back."""
        ...

    def merged(self, later: Operation) -> Operation | None:
        """One operation that stands for both, or None when they stay apart."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """A named value went from `before` to `after`; `apply` sets it.

    Successive changes of one name merge, so that dragging a slider is undone at once.
    """

    name: str
    before: Any
    after: Any
    apply: Callable[[str, Any], None]
    merges: bool = True

    @property
    def title(self) -> str:
        """What the menu calls it."""
        return f"change of {self.name}"

    def do(self) -> None:
        """Set the value after."""
        self.apply(self.name, self.after)

    def undo(self) -> None:
        """Set the value before."""
        self.apply(self.name, self.before)

    def merged(self, later: Operation) -> Operation | None:
        """One change from the first value to the last, of the same name and owner."""
        same = (
            isinstance(later, Change)
            and later.name == self.name
            and later.apply == self.apply
            and self.merges
            and later.merges
        )
        if not same or not isinstance(later, Change):
            return None
        return Change(self.name, self.before, later.after, self.apply)


class History:
    """Done and undone operations.

    Parameters
    ----------
    limit
        Operations remembered; the oldest are forgotten.
    on_change
        Called after every change of the history.
    merge_s
        Changes of one name within so many seconds of each other are one operation.
    """

    def __init__(
        self,
        limit: int = 500,
        on_change: Callable[[], None] = lambda: None,
        merge_s: float = 0.4,
    ) -> None:
        self._merge_s = merge_s
        self._remembered = -math.inf
        self._limit = limit
        self._on_change = on_change
        self._done: list[Operation] = []
        self._undone: list[Operation] = []
        self._sealed = True

    @property
    def undo_title(self) -> str:
        """Title of what `undo` would take back; empty when there is nothing."""
        return self._done[-1].title if self._done else ""

    @property
    def redo_title(self) -> str:
        """Title of what `redo` would do again; empty when there is nothing."""
        return self._undone[-1].title if self._undone else ""

    def do(self, operation: Operation) -> None:
        """Do an operation and remember it."""
        operation.do()
        self.remember(operation)

    def remember(self, operation: Operation) -> None:
        """Remember an operation that was just done by other means."""
        merged, now = None, time.monotonic()
        soon = now - self._remembered < self._merge_s
        self._remembered = now
        if self._done and soon and not self._sealed:
            merged = self._done[-1].merged(operation)
        if merged is not None:
            self._done[-1] = merged
        else:
            self._done.append(operation)
        self._sealed = False
        self._undone.clear()
        del self._done[: -self._limit]
        self._on_change()

    def seal(self) -> None:
        """Let the next operation stand alone, even if it could merge with the last."""
        self._sealed = True

    def undo(self) -> bool:
        """Take the last operation back; False when there is none."""
        return self._move(self._done, self._undone, lambda operation: operation.undo())

    def redo(self) -> bool:
        """Do the last undone operation again; False when there is none."""
        return self._move(self._undone, self._done, lambda operation: operation.do())

    def clear(self) -> None:
        """Forget everything."""
        self._done.clear()
        self._undone.clear()
        self._on_change()

    def _move(
        self, source: list[Operation], target: list[Operation], act: Callable[[Operation], None]
    ) -> bool:
        if not source:
            return False
        operation = source.pop()
        act(operation)
        target.append(operation)
        self._sealed = True
        self._on_change()
        return True
