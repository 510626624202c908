"""Files that are there whole or not at all, whatever ends the writing."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

#: On Windows a file that somebody reads just now cannot be replaced; a scanner lets go soon.
_TRIES = 10
_BETWEEN_TRIES_S = 0.02


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, under a temporary name until it is on the disk: then it is `path`.

    Whoever reads sees the old file or the new one; when the writing fails, the old one stays.
    The temporary name is nobody else's: of several writers at once, the last one counts.

    Raises
    ------
    OSError
        It cannot be written.
    """
    name = f".{path.name}.{secrets.token_hex(4)}.part"
    # The file is closed before it is renamed, as Windows asks.
    with _replaced(path, name) as temporary, temporary.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def named_whole(path: Path) -> Iterator[Path]:
    """As `written_whole`, for writers that open a file by its name; of the same suffix.

    Raises
    ------
    OSError
        It cannot be written, or nothing was.
    """
    name = f".{path.stem}.{secrets.token_hex(4)}.part{path.suffix}"
    with _replaced(path, name) as temporary:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())


@contextmanager
def _replaced(path: Path, name: str) -> Iterator[Path]:
    """A file of that name beside `path`, which takes its place; gone when the writing fails."""
    temporary = path.with_name(name)
    try:
        yield temporary
        _rename(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _rename(temporary: Path, path: Path) -> None:
    for tries_left in reversed(range(_TRIES if sys.platform == "win32" else 1)):
        try:
            temporary.replace(path)
        except PermissionError:
            if not tries_left:
                raise
            time.sleep(_BETWEEN_TRIES_S)
        else:
            return
