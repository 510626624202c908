"""SHA-256 of inputs, remembered while size and time of change stay the same."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

Check = Callable[[], None]

_CHUNK = 2**20
_Stamp = tuple[str, int, int]

_lock = threading.Lock()
_known: dict[_Stamp, str] = {}


def sha256(path: Path, check: Check | None = None) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits.

    A folder has the SHA-256 of the lines ``name, tab, digest, newline`` of the files directly
    in it, sorted by name, hidden ones left out. Safe for several threads.

    Parameters
    ----------
    path
        The file or folder.
    check
        Called before each MiB; what it raises ends the work.

    Raises
    ------
    OSError
        It cannot be read.
    """
    if path.is_dir():
        return _folder_digest(path, check)
    stamp = _stamp(path)
    with _lock:
        known = _known.get(stamp)
    if known is not None:
        return known
    digest = _file_digest(path, check)
    # A file that changed meanwhile is not remembered under either stamp.
    if _stamp(path) == stamp:
        with _lock:
            _known[stamp] = digest
    return digest


def quick_digest(path: Path) -> str:
    """A digest of the size and of the first and last MiB of a file, for finding moved inputs.

    Equal files have equal digests; for the converse ask `sha256`.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        digest = hashlib.sha256(size.to_bytes(8, "big"))
        digest.update(file.read(_CHUNK))
        file.seek(max(0, size - _CHUNK))
        digest.update(file.read(_CHUNK))
    return digest.hexdigest()


def _file_digest(path: Path, check: Check | None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while True:
            if check is not None:
                check()
            chunk = file.read(_CHUNK)
            if not chunk:
                return digest.hexdigest()
            digest.update(chunk)


def _folder_digest(folder: Path, check: Check | None) -> str:
    files = sorted(item for item in folder.iterdir() if item.is_file() and item.name[0] != ".")
    lines = (f"{item.name}\t{_file_digest(item, check)}\n" for item in files)
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return str(path.resolve()), status.st_size, status.st_mtime_ns
