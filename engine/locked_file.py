"""A file that one process at a time has, for the moments it is read and written."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TRIES = 20


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """A file open for reading and writing, made where it is missing; who else locks it waits.

    Raises
    ------
    OSError
        It cannot be opened.
    """
    handle = _opened(path)
    try:
        yield handle
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    for _ in range(_TRIES):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _keep_others_out(handle)
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except OSError:
            os.close(handle)
            raise
        # Whoever let go meanwhile has taken the very file away.
        os.close(handle)
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))


def _keep_others_out(handle: int) -> None:
    """Until it is closed, where the file system knows how."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
        return
    import fcntl

    # A file system without such locks still has the name of the holder in the file.
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)
