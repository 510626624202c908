"""Cyclic garbage is collected in the window's thread, never in another.

Python collects in whichever thread happens to allocate. A cycle that holds Qt objects would be
deleted there, which Qt does not allow: at best it hangs. So the automatic collector stays off
while there is a window, and a timer collects when as much has gathered as would have set it off.
What was imported is frozen (see `engine.warm`), which leaves a full pass a few milliseconds.
Later waves of imports are set aside too, but only while nothing runs: what is frozen amid a job
and becomes garbage with its end would stay for good, with all its frames and figures.
"""

from __future__ import annotations

import gc
import sys
import time

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 100
#: A full pass is the only dear one.
_FULL_EVERY_S = 5.0
#: So many modules more are a wave of imports, whose objects are set aside from the next pass.
_WAVE = 25


class Collector(QObject):
    """Collects for as long as it runs; leaves the automatic collector as it was."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = False
        self._full = time.monotonic()
        self._modules = len(sys.modules)
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)

    def hold(self) -> None:
        """Let nothing be collected for now: amid heavy imports a full pass freezes a window."""
        self._was_on = gc.isenabled()
        gc.disable()

    @Slot()
    def start(self) -> None:
        """Take the work over from Python."""
        if gc.isenabled():
            self.hold()
        self._modules = len(sys.modules)
        self._timer.start()

    def stop(self) -> None:
        """Hand it back."""
        self._timer.stop()
        if self._was_on:
            gc.enable()

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation that is due by Python's own thresholds."""
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [number for number in range(3) if counts[number] > limits[number]]
        if 2 in due and time.monotonic() - self._full > _FULL_EVERY_S:
            gc.collect()
            self._full = time.monotonic()
        elif due:
            gc.collect(min(max(due), 1))

    def collect_at_rest(self) -> None:
        """Collect everything while nothing runs, and set a wave of imports aside from then on."""
        if not self._timer.isActive():
            return
        gc.collect()
        self._full = time.monotonic()
        if len(sys.modules) - self._modules >= _WAVE:
            self._modules = len(sys.modules)
            gc.freeze()
