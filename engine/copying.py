"""Folders that are nobody's yet, and copies of folders that can be ended amid a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

from engine.errors import PeerscopeError

Check = Callable[[], None]

_CHUNK = 2**20


def reserved_folder(path: Path) -> Path:
    """Make a new folder: `path`, or ``NAME 2`` and so on where something has that name.

    Of several that ask at once, each has one of its own.

    Raises
    ------
    OSError
        It cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        folder = path if number == 1 else path.with_name(f"{path.name} {number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("unreachable")


def copy_folder(
    source: Path,
    wanted: Path,
    check: Check = lambda: None,
    left_out: tuple[str, ...] = (),
) -> Path:
    """Copy a folder to a new one, named as `wanted` or next to it; returns it.

    What is there already stays as it is. A copy that fails or is ended leaves nothing.

    Parameters
    ----------
    check
        Called before each MiB; what it raises ends the work.
    left_out
        Patterns of names that are not copied.

    Raises
    ------
    PeerscopeError
        A file cannot be read, or the copy not be written.
    """
    if wanted.resolve().is_relative_to(source.resolve()):
        raise PeerscopeError(f"{wanted} would lie in {source} itself; choose another folder.")

    def copy(one: str, other: str) -> str:
        _copy_file(Path(one), Path(other), check)
        return other

    try:
        target = reserved_folder(wanted)
        try:
            ignored = shutil.ignore_patterns(*left_out)
            shutil.copytree(source, target, ignore=ignored, copy_function=copy, dirs_exist_ok=True)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
    except OSError as error:
        raise PeerscopeError(_sentence(source, wanted, error)) from error
    return target


def _copy_file(source: Path, target: Path, check: Check) -> None:
    check()
    with source.open("rb") as old, target.open("wb") as new:
        while chunk := old.read(_CHUNK):
            check()
            new.write(chunk)
    shutil.copystat(source, target)


def _sentence(source: Path, wanted: Path, error: OSError) -> str:
    """Of many files that cannot be copied, the first is told."""
    faults = error.args[0] if isinstance(error, shutil.Error) and error.args else None
    reason = str(faults[0][2]) if isinstance(faults, list) else error.strerror or str(error)
    return (
        f"{source} cannot be copied to {wanted}: {reason}; "
        "choose another folder or free some space."
    )
