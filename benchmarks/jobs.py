"""How soon a cancel takes effect, and how soon a window with jobs is closed.

The peer of cancel is the shortest wait there can be: one display interval of the window.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

from _harness import row
from PySide6.QtCore import QCoreApplication

from engine.behavior.data import write_recording
from gui.app import _prepare_process, make_application, make_window
from gui.bridge import DISPLAY_MS

CANCELS = 7


def main() -> None:
    """Cancel an embedding at different moments, then close with one running."""
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        path = Path(places) / "recording.mp4"
        write_recording(path, seconds=60, seed=0)
        _measure(path)


def turn(until, patience_s: float = 60) -> None:
    """Let the window work until something holds."""
    deadline = time.perf_counter() + patience_s
    while not until() and time.perf_counter() < deadline:
        QCoreApplication.processEvents()
        time.sleep(0.001)


def _measure(path: Path) -> None:
    _prepare_process()
    application = make_application()
    window = make_window(application)
    window.show()
    turn(lambda: window.warm.warm_up.done)
    window.open_paths([path])
    turn(lambda: "behavior" in window.tabs and window.tabs["behavior"]._recording is not None)
    taken = [_cancel(window, 0.05 + 0.15 * k) for k in range(CANCELS)]
    worst, usual = max(taken) * 1e3, statistics.median(taken) * 1e3
    row("cancel takes effect, median", usual, "one display interval", DISPLAY_MS, None, 500)
    row("cancel takes effect, worst of 7", worst, "one display interval", DISPLAY_MS, None, 500)
    window.commands.run("behavior.embed")
    turn(lambda: window.workspace.jobs.jobs[-1].status().step > 0)
    began = time.perf_counter()
    window.close()
    closed = (time.perf_counter() - began) * 1e3
    row("closing with a job", closed, "one display interval", DISPLAY_MS, None, 2000)
    left = [thread.name for thread in threading.enumerate() if "peerscope" in thread.name]
    print(f"threads of ours left after closing: {left or 'none'}")


def _cancel(window, after_s: float) -> float:
    """Seconds from the press to the moment the generator is closed and the state says so."""
    window.commands.run("behavior.embed")
    job = window.workspace.jobs.jobs[-1]
    turn(lambda: job.status().step > 0)
    end = time.perf_counter() + after_s
    turn(lambda: time.perf_counter() > end)
    began = time.perf_counter()
    job.cancel()
    turn(lambda: job.ended)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
