"""For every test: settings and data in a temporary place, and nothing left running."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")

#: Threads that may outlive a test, and why.
LASTING_THREADS = {
    "MainThread": "runs the tests",
    "QueueManagerThread": "of a process pool; ends with the pool, a moment later",
    "pytest_timeout": "watches for hangs",
}
GRACE_S = 3.0


@pytest.fixture(autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    base = tmp_path_factory.mktemp("places", numbered=True)
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"PEERSCOPE_{name}_DIR", str(base / name.lower()))


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.perf_counter() + GRACE_S
    while (left := _left(before)) and time.perf_counter() < deadline:
        time.sleep(0.01)
    assert not left, f"left running: {left}"


def _left(before: set[threading.Thread]) -> list[str]:
    threads = [
        thread.name
        for thread in threading.enumerate()
        if thread not in before and thread.name not in LASTING_THREADS
    ]
    children = [child.name for child in multiprocessing.active_children()]
    return threads + children


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Real recordings and reference values, kept outside the repository."""
    root = Path(__file__).parents[1]
    path = Path(os.environ.get("PEERSCOPE_REFERENCE", root.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"no reference data at {path}; set PEERSCOPE_REFERENCE")
    return path
