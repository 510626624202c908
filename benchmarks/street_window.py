"""The Detection tab at work: frames shown while a street plays, and lag while it detects.

    python benchmarks/street_window.py [VIDEO]

Without a video the drawn street plays. Boxes are found before; playing takes them as stored.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from _harness import row
from _window import LagMeter, open_window, places, rest, turn

from engine.detection.example import example_clip
from gui.tabs.detection import DetectionTab
from gui.window import Window

PLAY_S = 4.0
LEAST_RATE = 8.0
ONE_JOB = {"p50": None, "p99": None, "p99 corrected": 16, "max": 100}
#: Frames between those that are detected, so that the benchmark stays short.
STRIDE = 4


def main() -> None:
    """Detect, then play with one view and with two."""
    with places() as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else example_clip(folder)
        window = open_window()
        turn(lambda: window.warm.warm_up.done)
        tab = _opened(window, path)
        rest(1.5)
        idle = rest(3).summary()
        _tell("detecting", _detecting(tab), idle)
        for view in ("one", "split"):
            tab.controls.set_view(view)
            turn(lambda: tab.desk.first.review is not None)
            rest(1)
            _playing(tab, view, idle)
        window.close()


def _opened(window: Window, path: Path) -> DetectionTab:
    window.show_tab("detection")
    turn(lambda: "detection" in window.tabs)
    window.open_paths([path])
    tab = window.tabs["detection"]
    assert isinstance(tab, DetectionTab)
    turn(lambda: tab.recording is not None)
    return tab


def _detecting(tab: DetectionTab) -> LagMeter:
    tab.controls.form.set_values({"stride": STRIDE})
    tab.detect()
    return turn(lambda: tab._job.ended, 600)


def _playing(tab: DetectionTab, view: str, idle: dict[str, float]) -> None:
    rate = 1 / (tab.recording.times_s[1] - tab.recording.times_s[0])
    tab.playback.play(0)
    before, began = tab.frames_shown, time.perf_counter()
    end = began + min(PLAY_S, (len(tab.recording.times_s) - 5) / rate)
    lag = turn(lambda: time.perf_counter() > end)
    shown = (tab.frames_shown - before) / (time.perf_counter() - began)
    tab.playback.stop()
    views = "one view" if view == "one" else "two views"
    what = f"playing a street, {views}: {shown:.1f} frames/s shown"
    row(what, 1e3 / shown, f"its own {rate:.0f} frames/s", 1e3 / rate, None, 1e3 / LEAST_RATE)
    _tell(f"playing a street, {views}", lag, idle)


def _tell(what: str, meter: LagMeter, idle: dict[str, float]) -> None:
    lag = meter.summary()
    for key, budget in ONE_JOB.items():
        row(f"lag, {what}: {key}", lag[key], "at rest", max(idle[key], 1e-3), None, budget)


if __name__ == "__main__":
    main()
