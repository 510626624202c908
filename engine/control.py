"""The reins of a run: cancel and pause, held by whoever started it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from engine import courtesy
from engine.errors import Cancelled

#: How often a paused work looks for what else its thread should do.
_GATE_S = 0.02


class Control:
    """Thread-safe cancel token and pause gate.

    The window or the command line calls `cancel`, `pause` and `resume` from any thread; the
    thread that runs the work calls `check`.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._cancelled = False
        self._paused = False
        self._paused_s = 0.0
        self._since: float | None = None

    @property
    def cancelled(self) -> bool:
        """True once `cancel` was called; it never turns back."""
        return self._cancelled

    @property
    def paused(self) -> bool:
        """True between `pause` and `resume`."""
        return self._paused

    @property
    def paused_s(self) -> float:
        """Seconds between `pause` and `resume` so far, also while it lasts."""
        with self._condition:
            return self._paused_s + self._present_s()

    def cancel(self) -> None:
        """Ask the work to end; also opens the gate of a paused one."""
        with self._condition:
            self._count_pause()
            self._cancelled = True
            self._condition.notify_all()

    def pause(self) -> None:
        """Hold the work at its next check."""
        with self._condition:
            if self._since is None and not self._cancelled:
                self._since = time.perf_counter()
            self._paused = True

    def resume(self) -> None:
        """Let a held work go on."""
        with self._condition:
            self._count_pause()
            self._paused = False
            self._condition.notify_all()

    def check(self, while_paused: Callable[[], None] = lambda: None) -> None:
        """Stand here while paused, and for a moment while the window draws.

        Parameters
        ----------
        while_paused
            Called again and again at the gate, in this thread.

        Raises
        ------
        Cancelled
            Somebody asked to end the work.
        """
        if self._paused and not self._cancelled:
            self._wait_at_gate(while_paused)
        if self._cancelled:
            raise Cancelled
        courtesy.give_way()

    def _wait_at_gate(self, while_paused: Callable[[], None]) -> None:
        while self._paused and not self._cancelled:
            while_paused()
            with self._condition:
                if self._paused and not self._cancelled:
                    self._condition.wait(_GATE_S)

    def _present_s(self) -> float:
        return 0.0 if self._since is None else time.perf_counter() - self._since

    def _count_pause(self) -> None:
        """Several threads stand at one gate: the pause is counted here, once."""
        self._paused_s += self._present_s()
        self._since = None
