"""Watches a process from outside, so that looking costs it nothing.

    python tools/soak_watch.py PID INTERVAL_S

Writes a line of JSON for each look until the process is gone: seconds on the clock that all
processes share, memory in MB, threads, file handles, children; and by how much this idle process
itself was late at worst, which is the machine's doing.

Memory is what the process has allocated (anonymous pages, also those swapped out), and resident
pages of files, which are mapped libraries for the most part: how many of these are resident, and
how many are shared, depends on what else runs and is no matter of what was allocated.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import psutil


def look(process: psutil.Process) -> dict[str, float | str]:
    """One look at it."""
    memory = _memory_mb(process.pid)
    mine = psutil.Process().pid
    children = [child for child in process.children(recursive=True) if child.pid != mine]
    return {
        "at": time.monotonic(),
        "allocated_mb": memory["Anonymous"] + memory["Swap"],
        "files_mb": memory["Rss"] - memory["Anonymous"],
        "threads": process.num_threads(),
        "handles": process.num_fds(),
        "children": len(children),
        "names": _names(process.pid),
    }


def _memory_mb(pid: int) -> dict[str, float]:
    """The kernel's own account of a process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    pairs = (line.split(":") for line in text.splitlines()[1:])
    return {name: int(value.split()[0]) * 1024 / 1e6 for name, value in pairs}


def _names(pid: int) -> str:
    """The commonest names of its threads, which tell whose they are."""
    found: Counter[str] = Counter()
    for path in Path(f"/proc/{pid}/task").glob("*/comm"):
        try:
            found[path.read_text().strip()] += 1
        except OSError:
            continue
    return ", ".join(f"{count} {name}" for name, count in found.most_common(4))


def main(pid: int, interval_s: float) -> None:
    """Look again and again."""
    process = psutil.Process(pid)
    while True:
        try:
            line = look(process)
        except (psutil.Error, OSError):
            return
        sys.stdout.write(json.dumps({**line, "late_ms": _late_ms(interval_s)}) + "\n")
        sys.stdout.flush()


def _late_ms(interval_s: float) -> float:
    """Sleep that long in steps of 5 ms; by how much the worst step was late."""
    worst, end = 0.0, time.monotonic() + interval_s
    while (before := time.monotonic()) < end:
        time.sleep(0.005)
        worst = max(worst, time.monotonic() - before - 0.005)
    return worst * 1e3


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
