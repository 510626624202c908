"""From the start of the process to the first painted window, beside napari's.

napari has needs of its own (another vispy), so it lives in ``.venv-peers``, made on first use.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from _harness import row

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv-peers"
RUNS = 5
#: What the figures of the demo are drawn with, and what is loaded first once they are there.
_SHOWN = {"pyqtgraph", "scipy"}
#: The demo opens in the first second.
DEMO_MS = 1000.0

# Both tell the moment of the first turn after the paint on the clock that all processes share. An
# age by psutil would be wrong by up to a second: the boot time it counts from is a whole second.
NAPARI = """
import time
import napari
from qtpy.QtCore import QTimer
viewer = napari.Viewer()
def done():
    print(time.monotonic(), flush=True)
    viewer.close()
QTimer.singleShot(0, done)
napari.run()
"""


def ours(*words: str) -> float:
    """Seconds to the first paint of our window, or with ``--demo`` to its frame and its map.

    Complains when something heavy was loaded by then.
    """
    environment = {**os.environ, "PEERSCOPE_BENCH_STARTUP": "1"}
    began = time.monotonic()
    words = (sys.executable, "main.py", *words)
    done = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    told = json.loads(done.stdout.splitlines()[-1])
    heavy = set(told["loaded"]) - (_SHOWN if words[2:] else set())
    assert not heavy, told
    return float(told["painted"]) - began


def napari() -> float:
    """Seconds to the first event loop turn of napari's viewer."""
    words = [str(PEERS / "bin" / "python"), "-c", NAPARI]
    began = time.monotonic()
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, timeout=120, env=_clean()
    )
    return float(done.stdout.splitlines()[-1]) - began


def _clean() -> dict[str, str]:
    """The environment without our own modules in it."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


def make_peers() -> bool:
    """Install napari in an environment of its own; False when that cannot be done."""
    if (PEERS / "bin" / "napari").exists():
        return True
    pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "-q"]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        packages = ["napari", "PySide6-Essentials==6.11.3"]
        subprocess.run([*pip, *packages], check=True, timeout=600, env=_clean(), cwd=PEERS)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"napari cannot be installed: {error}")
        return False
    return True


def main() -> None:
    """Both in turn; the first run of each only warms the disk."""
    there = make_peers()
    ours("--demo")
    demo = statistics.median(ours("--demo") for _ in range(RUNS)) * 1e3
    row("demo: frame and map on the screen", demo, "the budget itself", DEMO_MS, None, DEMO_MS)
    mine = [ours() for _ in range(RUNS)]
    name = "window painted, torch not imported"
    if not there:
        print(f"{name}: {statistics.median(mine) * 1e3:.0f} ms; no peer in this run")
        return
    napari()
    theirs = [napari() for _ in range(RUNS)]
    a, b = statistics.median(mine) * 1e3, statistics.median(theirs) * 1e3
    row(name, a, "napari.Viewer", b, None, min(1000.0, 0.4 * b))


if __name__ == "__main__":
    main()
