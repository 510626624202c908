"""How long a job has run, and how long it will."""

from __future__ import annotations

import time

from engine.control import Control


class JobClock:
    """Time a job has run without its pauses, and a guess of what is left."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._began: float | None = None
        self._paused_before = 0.0
        self._ended: float | None = None
        self._first: tuple[int, float] | None = None
        self._latest = (0, 0.0)

    @property
    def seconds(self) -> float:
        """So far, or in all once it was stopped."""
        if self._began is None:
            return 0.0
        if self._ended is not None:
            return self._ended
        paused = self._control.paused_s - self._paused_before
        return max(0.0, time.perf_counter() - self._began - paused)

    def start(self) -> None:
        """It begins now."""
        self._began = time.perf_counter()
        # It may have waited in the queue, paused.
        self._paused_before = self._control.paused_s

    def stop(self) -> None:
        """From now on `seconds` stands still."""
        self._ended = self.seconds

    def note(self, step: int) -> None:
        """It has come to a step."""
        self._latest = (step, self.seconds)
        self._first = self._first or self._latest

    def remaining_s(self, step: int, total: int | None) -> float | None:
        """From the mean rate since the first snapshot, whose own time is set-up."""
        if total is None or self._first is None or self._ended is not None:
            return None
        steps, seconds = step - self._first[0], self._latest[1] - self._first[1]
        return (total - step) * seconds / steps if steps > 0 else None
