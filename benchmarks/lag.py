"""Lag of the window's event loop while a recording is embedded and its figures update.

A 5 ms timer tells when it was late. Percentiles corrected for missed ticks count a stall once
for every tick it swallowed. The peer is the same window at rest.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import numpy as np
from _harness import row
from PySide6.QtCore import QCoreApplication, Qt, QTimer

from engine.behavior.data import write_recording
from gui.app import _prepare_process, make_application, make_window

TICK_S = 0.005


class LagMeter:
    """Collects by how much each tick was late."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(interval=round(TICK_S * 1000), timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, now - self._last - TICK_S))
        self._last = now

    def summary(self) -> dict[str, float]:
        """p50, p99, p99 corrected for missed ticks, and maximum, in ms."""
        late = np.array(self.late) * 1e3
        missed = [np.arange(value, 0, -TICK_S * 1e3) for value in late]
        corrected = np.concatenate(missed) if len(late) else late
        corrected = np.concatenate([corrected, np.zeros(max(0, len(late) - len(corrected)))])
        return {
            "p50": float(np.percentile(late, 50)),
            "p99": float(np.percentile(late, 99)),
            "p99c": float(np.percentile(corrected, 99)),
            "max": float(late.max()),
        }


def main() -> None:
    """Measure warm-up, rest, and a job with figures updating."""
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        path = Path(places) / "recording.mp4"
        write_recording(path, seconds=60, seed=0)
        _measure(path)


def _measure(path: Path) -> None:
    _prepare_process()
    application = make_application()
    window = make_window(application)
    window.resize(1280, 800)
    window.show()

    def turn(until, patience_s: float = 120) -> LagMeter:
        meter = LagMeter()
        deadline = time.perf_counter() + patience_s
        while not until() and time.perf_counter() < deadline:
            QCoreApplication.processEvents()
            time.sleep(0.0005)
        meter._timer.stop()
        return meter

    def rest(length_s: float) -> LagMeter:
        end = time.perf_counter() + length_s
        return turn(lambda: time.perf_counter() > end)

    rest(0.3)
    warm = turn(lambda: window.warm.warm_up.done).summary()
    window.open_paths([path])
    turn(lambda: "behavior" in window.tabs and window.tabs["behavior"]._recording is not None)
    rest(1.5)
    idle = rest(3).summary()
    window.commands.run("behavior.embed")
    job = window.workspace.jobs.jobs[-1]
    busy = turn(lambda: job.ended).summary()
    for name, budget in (("p50", None), ("p99", None), ("p99c", 16), ("max", 100)):
        row(
            f"lag while embedding, {name}",
            busy[name],
            "at rest",
            max(idle[name], 1e-3),
            None,
            budget,
        )
    row("lag while warming up, max", warm["max"], "at rest", max(idle["max"], 1e-3), None, 100)
    window.close()


if __name__ == "__main__":
    main()
