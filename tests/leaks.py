"""What a test may leave running, and what it left all the same: threads and processes."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

#: Threads that may outlive a test, and why.
LASTING_THREADS = {
    "MainThread": "runs the tests",
    "QueueManagerThread": "of a process pool; ends with the pool, a moment later",
    "pytest_timeout": "watches for hangs",
}
#: Words in the command of a process that may outlive a test, and why.
LASTING_PROCESSES = {
    "multiprocessing.resource_tracker": "multiprocessing keeps one until the end",
}
GRACE_S = 3.0


class Running:
    """Threads and processes from now on; what ran before, a wider fixture owns."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._processes = _children()

    def left(self) -> list[str]:
        """What was started since and still runs, in words."""
        # Also reaps those of multiprocessing that have ended.
        multiprocessing.active_children()
        threads = [
            f"thread {thread.name}"
            for thread in threading.enumerate()
            if thread not in self._threads and thread.name not in LASTING_THREADS
        ]
        told = (_told(pid) for pid in sorted(_children() - self._processes))
        return threads + [words for words in told if words]


def settled(left: Callable[[], list[str]], grace_s: float = GRACE_S) -> list[str]:
    """What is still left when whatever is about to end has had its time to."""
    deadline = time.perf_counter() + grace_s
    while (found := left()) and time.perf_counter() < deadline:
        time.sleep(0.01)
    return found


def _children() -> set[int]:
    """Process ids of the children; Linux lists them, elsewhere all processes are asked."""
    lists = list(Path("/proc/self/task").glob("*/children"))
    if not lists:
        return {child.pid for child in psutil.Process().children()}
    found: set[int] = set()
    for path in lists:
        try:
            found.update(map(int, path.read_text().split()))
        except OSError:
            # Of a thread that has just ended; its children are listed with another.
            continue
    return found


def _told(pid: int) -> str:
    """A process in words; empty for one that has ended or may stay."""
    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline())
        ended = process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return ""
    if ended or any(words in command for words in LASTING_PROCESSES):
        return ""
    return f"process {pid} of {os.getpid()}: {command}"
