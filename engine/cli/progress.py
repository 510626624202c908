"""A progress bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
import time

from engine.experiment import Shown, Snapshot

_WIDTH = 30


class ProgressBar:
    """Called with everything an experiment shows; draws at most ten times a second."""

    def __init__(self) -> None:
        self._visible = sys.stderr.isatty()
        self._began = time.perf_counter()
        self._drawn = 0.0

    def __call__(self, shown: Shown) -> None:
        """Draw the progress of a snapshot."""
        now = time.perf_counter()
        if self._visible and isinstance(shown, Snapshot) and now - self._drawn > 0.1:
            self._drawn = now
            sys.stderr.write("\r\x1b[K" + self._line(shown, now))
            sys.stderr.flush()

    def close(self) -> None:
        """Remove the bar."""
        if self._visible:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _line(self, snapshot: Snapshot, now: float) -> str:
        if not snapshot.total:
            return f"{snapshot.step} · {snapshot.note}"
        done = snapshot.step / snapshot.total
        filled = round(_WIDTH * done)
        left = (now - self._began) * (1 - done) / done if done else 0.0
        bar = "━" * filled + "·" * (_WIDTH - filled)
        return f"{bar} {snapshot.step} / {snapshot.total} · {left:.0f} s left · {snapshot.note}"
