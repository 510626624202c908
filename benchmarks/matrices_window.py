"""The Compression tab at work: lag of the window while it sweeps, and how soon cancel acts.

The peer of lag is the same window at rest; of cancel, one display interval.
"""

from __future__ import annotations

import statistics
import time

from _harness import row
from _window import open_window, places, rest, turn

from engine.compression.matrices.example import example_matrix
from gui.bridge import DISPLAY_MS
from gui.tabs.compression import CompressionTab
from gui.window import Window

BUDGETS = {"p50": None, "p99": None, "p99 corrected": 16, "max": 100}
#: What is cancelled: early in its decomposition, in the middle, and during the search.
CANCELS = (
    ("sweep", 0.05),
    ("sweep", 0.5),
    ("sweep", 2.0),
    ("recommend", 0.1),
    ("recommend", 1.0),
    ("lplr", 0.02),
    ("neighbours", 0.3),
)


def main() -> None:
    """Sweep, search and cancel on the phantom, 1000 x 1000."""
    with places() as folder:
        path = example_matrix(folder)
        window = open_window()
        turn(lambda: window.warm.warm_up.done)
        tab = _opened(window, path)
        rest(1.5)
        idle = rest(3).summary()
        for name in ("sweep", "recommend", "lplr"):
            job = _started(tab, name)
            lag = turn(lambda job=job: job.ended).summary()
            rest(1)
            for key, budget in BUDGETS.items():
                what = f"lag, compression.{name} on 1000 x 1000: {key}"
                row(what, lag[key], "at rest", max(idle[key], 1e-3), None, budget)
        _cancelling(tab)
        window.close()


def _opened(window: Window, path) -> CompressionTab:
    window.show_tab("compression")
    turn(lambda: "compression" in window.tabs)
    window.open_paths([path])
    tab = window.tabs["compression"]
    assert isinstance(tab, CompressionTab)
    turn(lambda: tab._opened is not None and tab._side_job.ended)
    return tab


def _started(tab: CompressionTab, name: str):
    tab.start(name)
    return tab._job


def _cancelling(tab: CompressionTab) -> None:
    taken = [_cancel(tab, name, after) for name, after in CANCELS]
    worst, usual = max(taken) * 1e3, statistics.median(taken) * 1e3
    for which, value in (("median", usual), (f"worst of {len(taken)}", worst)):
        what = f"cancel of a compression takes effect, {which}"
        row(what, value, "one display interval", DISPLAY_MS, None, 500)


def _cancel(tab: CompressionTab, name: str, after_s: float) -> float:
    """Seconds from the press to the moment the state says so."""
    job = _started(tab, name)
    end = time.perf_counter() + after_s
    turn(lambda: time.perf_counter() > end)
    began = time.perf_counter()
    job.cancel()
    turn(lambda: job.ended)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
