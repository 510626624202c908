"""Which device computes, and with how many threads."""

from __future__ import annotations

import os
import sys


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


def prepare_threads() -> None:
    """Let libraries that are loaded later begin with `batch_threads`; call before numpy is.

    What a person has set in the environment stays.
    """
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, str(batch_threads()))


def set_threads(count: int) -> None:
    """Let the numerical libraries that are loaded use at most `count` threads from now on.

    Nobody sets the old number back: two lanes that save and restore it in turn would leave the
    number of one to the other.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=count)
    set_torch_threads(count)


def set_torch_threads(count: int) -> None:
    """The same for torch alone, where it is loaded; cheap enough for every step."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != count:
        torch.set_num_threads(count)


def threads_in_use() -> int:
    """Threads that torch would use now, or where it is not loaded, what a job may use."""
    torch = sys.modules.get("torch")
    return batch_threads() if torch is None else int(torch.get_num_threads())
