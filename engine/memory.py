"""Memory: telling that it has run out, and giving back what was freed."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_WORDS = ("out of memory", "not enough memory", "can't allocate memory", "unable to allocate")


def is_out_of_memory(error: BaseException) -> bool:
    """True when an error means that memory has run out."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    told = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in told for words in _WORDS)


def sentence(what: str) -> str:
    """What to tell when nothing smaller is left to try."""
    return (
        f"Memory ran out in {what}; close other programs, or take a smaller input or batch, and "
        "run it again."
    )


def give_back() -> bool:
    """Hand memory that was freed back to the system; False where nothing can be done about it.

    glibc keeps what a thread freed for that thread. After an hour of jobs, each in a thread of
    its own and with frames of its own size, this is hundreds of megabytes that nobody uses.
    Takes some tens of milliseconds, in part of which another thread that allocates waits: not for
    the thread that draws, and not while anything runs.
    """
    if not sys.platform.startswith("linux"):
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and bool(trim(0))


def resident_bytes() -> int:
    """Memory of this process that is in RAM, in bytes; 0 where nothing tells it cheaply."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
