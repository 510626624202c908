"""Telling that memory has run out: Python, torch and the system each say it in their way."""

from __future__ import annotations

import errno

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
