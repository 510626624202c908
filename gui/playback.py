"""Playing a recording by its own clock: frames that come late are dropped, never shown slow."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.drawing import begin_drawing

_TICK_MS = 15
_METER_S = 1.0


class Playback(QObject):
    """Turns time into frame numbers while playing.

    Signals
    -------
    moved(int)
        The frame that is due now.
    playing_changed(bool)
        Playing began or ended.
    """

    moved = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._times: NDArray[np.float64] = np.zeros(0)
        self._speed = 1.0
        self._start_s = 0.0
        self._stop_index = 0
        self._began = 0.0
        self._index = -1
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def playing(self) -> bool:
        """True while frames fall due."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Seconds of the recording a second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if self.playing:
            self._start_s, self._began = self._now_s(), time.perf_counter()
        self._speed = speed

    def set_clock(self, times_s: NDArray[np.float64]) -> None:
        """Set when each frame is presented; playing ends."""
        self.stop()
        self._times = times_s

    def play(self, start: int, stop: int | None = None) -> None:
        """Play from a frame to another, the last by default."""
        if len(self._times) == 0:
            return
        last = len(self._times) - 1
        self._stop_index = last if stop is None else min(stop, last)
        start = 0 if start >= self._stop_index and stop is None else start
        self._start_s, self._began = float(self._times[start]), time.perf_counter()
        self._index = -1
        was_playing = self.playing
        self._timer.start()
        if not was_playing:
            self.playing_changed.emit(True)

    def stop(self) -> None:
        """Stay where it is."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def _now_s(self) -> float:
        return self._start_s + (time.perf_counter() - self._began) * self._speed

    @Slot()
    def _on_tick(self) -> None:
        due = int(np.searchsorted(self._times, self._now_s(), side="right")) - 1
        due = int(np.clip(due, 0, self._stop_index))
        if due != self._index:
            self._index = due
            begin_drawing()
            self.moved.emit(due)
        if due >= self._stop_index:
            self.stop()


class PlayMeter:
    """Counts frames that fell due and frames that were shown: what playing leaves out."""

    def __init__(self) -> None:
        self._last = -1
        self._due = self._shown = 0
        self._began = 0.0
        self.words = ""

    def start(self) -> None:
        """Playing began."""
        self._last, self._due, self._shown, self.words = -1, 0, 0, ""
        self._began = time.perf_counter()

    def due(self, index: int) -> None:
        """Playing has come to a frame."""
        if self._last >= 0:
            self._due += max(0, index - self._last)
        self._last = index
        elapsed = time.perf_counter() - self._began
        if elapsed >= _METER_S:
            rate, shown = self._due / elapsed, min(self._shown, self._due) / elapsed
            left_out = rate - shown > 1
            self.words = f"showing {shown:.0f} of {rate:.0f} frames/s" if left_out else ""
            self._due = self._shown = 0
            self._began += elapsed

    def shown(self) -> None:
        """A frame was painted."""
        self._shown += 1
