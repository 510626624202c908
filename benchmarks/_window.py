"""The real window, driven by a benchmark, and a meter of its event loop."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt, QTimer

from gui.app import make_application, make_window, prepare_process
from gui.window import Window

TICK_S = 0.005


class LagMeter:
    """By how much each tick of a 5 ms timer was late."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(interval=round(TICK_S * 1000), timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    def summary(self) -> dict[str, float]:
        """p50, p99, p99 corrected for missed ticks, and maximum, in ms.

        Corrected: a stall counts once for every tick it swallowed.
        """
        late = np.array(self.late) * 1e3
        corrected = np.concatenate([np.arange(value, 0, -TICK_S * 1e3) for value in late])
        corrected = np.concatenate([corrected, np.zeros(max(0, len(late) - len(corrected)))])
        return {
            "p50": float(np.percentile(late, 50)),
            "p99": float(np.percentile(late, 99)),
            "p99 corrected": float(np.percentile(corrected, 99)),
            "max": float(late.max()),
        }

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, now - self._last - TICK_S))
        self._last = now


def turn(until: Callable[[], bool], patience_s: float = 120) -> LagMeter:
    """Let the window work until something holds; what its event loop did meanwhile."""
    meter = LagMeter()
    deadline = time.perf_counter() + patience_s
    while not until() and time.perf_counter() < deadline:
        QCoreApplication.processEvents()
        time.sleep(0.0005)
    meter.stop()
    return meter


def rest(length_s: float) -> LagMeter:
    """Let the window work for a while."""
    end = time.perf_counter() + length_s
    return turn(lambda: time.perf_counter() > end)


@contextmanager
def places() -> Iterator[Path]:
    """Settings, cache and data of their own, and a folder for what a benchmark writes."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(folder) / name.lower())
        yield Path(folder)


def open_window() -> Window:
    """The window as a person gets it, at 1280 by 800."""
    prepare_process()
    application = make_application()
    window = make_window(application)
    window.resize(1280, 800)
    window.show()
    return window


def open_recording(window: Window, path: Path) -> None:
    """Drop a recording and wait until its tab shows it."""
    # Several tabs take videos: the one in view has it without being asked.
    window.show_tab("behavior")
    window.open_paths([path])

    def shown() -> bool:
        tab = window.tabs.get("behavior")
        return tab is not None and tab._file is not None and tab._file.path == path

    turn(shown)


def embed(window: Window):
    """Press Embed; the job."""
    window.commands.run("behavior.embed")
    return window.workspace.jobs.jobs[-1]
