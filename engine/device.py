"""Which device computes, and with how many threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def batch_threads(*, interactive_busy: bool = False) -> int:
    """Threads a batch job may use: one core is left for the window, two beside a live job."""
    return max(1, cores() - (2 if interactive_busy else 1))


def best_device() -> str:
    """``"cuda"``, ``"mps"`` or ``"cpu"``, whichever torch can really use. Loads torch."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"


def device_label(device: str, threads: int) -> str:
    """How a device is written in the job strip ("cpu · 1 thread")."""
    plural = "" if threads == 1 else "s"
    return f"cpu · {threads} thread{plural}" if device == "cpu" else device


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Numerical libraries that are loaded use at most `count` threads inside."""
    from threadpoolctl import threadpool_limits

    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else None
    with threadpool_limits(limits=count):
        if torch:
            torch.set_num_threads(count)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(before)
