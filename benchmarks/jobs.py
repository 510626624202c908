"""How soon a cancel takes effect, and how soon a window with jobs is closed.

The peer of cancel is the shortest wait there can be: one display interval of the window.
"""

from __future__ import annotations

import statistics
import threading
import time

from _harness import row
from _window import embed, open_recording, open_window, places, turn

from engine.behavior.data import write_recording
from gui.bridge import DISPLAY_MS
from gui.window import Window

CANCELS = 7


def main() -> None:
    """Cancel an embedding at different moments, then close with one running."""
    with places() as folder:
        path = folder / "recording.mp4"
        write_recording(path, seconds=60, seed=0)
        window = open_window()
        turn(lambda: window.warm.warm_up.done)
        open_recording(window, path)
        _cancelling(window)
        _closing(window)


def _cancelling(window: Window) -> None:
    taken = [_cancel(window, 0.05 + 0.15 * k) for k in range(CANCELS)]
    worst, usual = max(taken) * 1e3, statistics.median(taken) * 1e3
    row("cancel takes effect, median", usual, "one display interval", DISPLAY_MS, None, 500)
    row("cancel takes effect, worst of 7", worst, "one display interval", DISPLAY_MS, None, 500)


def _closing(window: Window) -> None:
    job = embed(window)
    turn(lambda: job.status().step > 0)
    began = time.perf_counter()
    window.close()
    closed = (time.perf_counter() - began) * 1e3
    row("closing with a job", closed, "one display interval", DISPLAY_MS, None, 2000)
    left = [thread.name for thread in threading.enumerate() if "peerscope" in thread.name]
    print(f"threads of ours left after closing: {left or 'none'}")


def _cancel(window: Window, after_s: float) -> float:
    """Seconds from the press to the moment the generator is closed and the state says so."""
    job = embed(window)
    turn(lambda: job.status().step > 0)
    end = time.perf_counter() + after_s
    turn(lambda: time.perf_counter() > end)
    began = time.perf_counter()
    job.cancel()
    turn(lambda: job.ended)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
