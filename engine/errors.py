"""Errors whose message is one sentence for a person.

Everything that can go wrong because of what a person gave or asked for is a `PeerscopeError`.
The window shows its message as a note and the command line prints it as a single line; neither
shows a traceback. Anything else that is raised is a fault of ours.
"""

from __future__ import annotations

import errno
import os
import traceback
from pathlib import Path
from typing import Any

#: So many letters of what a fault of ours says of itself are shown.
_MOST_TOLD = 160


class PeerscopeError(Exception):
    """Something a person can mend; the message says what is wrong and what to do."""

    exit_code = 2

    @property
    def sentence(self) -> str:
        """The message on a single line."""
        return " ".join(str(self).split())


class BadInput(PeerscopeError):
    """A file or folder cannot be used."""


class BadParams(PeerscopeError):
    """A parameter has a value that the experiment does not take."""


class MissingExtra(PeerscopeError):
    """An optional package is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional package: pip install 'peerscope[{extra}]'.")
        self.what = what
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        """It is raised in worker processes too, and comes back as what it was made from."""
        return type(self), (self.what, self.extra), dict(vars(self))


class Cancelled(Exception):
    """The person who started this work asked to end it. Not an error."""

    exit_code = 130


#: What only a write ends with: a disk that is full, over its quota, or not to be written.
_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def cannot_write(path: Path, error: OSError) -> str:
    """The sentence for a file that cannot be written."""
    return f"Cannot write {path}: {_reason(error)}; choose another folder or free some space."


def system_sentence(error: OSError, written: tuple[Path, ...]) -> str:
    """What the system refused while an experiment ran, and what to do.

    Parameters
    ----------
    written
        The folders that the experiment writes to; whatever lies elsewhere it only reads.
    """
    named = error.filename if isinstance(error.filename, str | bytes) else None
    path = None if named is None else Path(os.fsdecode(named))
    if error.errno in _OF_WRITING or _below(path, written):
        return cannot_write(path or written[0], error)
    what = "an input" if path is None else str(path)
    return (
        f"Cannot read {what}: {_reason(error)}; see that it is still there and its drive "
        "connected, and run it again."
    )


def fault_sentence(error: BaseException) -> str:
    """An error as a sentence: its own where a person can mend it, else that it is our fault.

    Some libraries tell a page: of that the first line, for what it says in full is in the log.
    """
    if isinstance(error, PeerscopeError):
        return error.sentence
    place = place_of(error)
    at = f" at {place}" if place else ""
    told = next(iter(str(error).strip().splitlines()), "")
    told = told if len(told) <= _MOST_TOLD else f"{told[:_MOST_TOLD]}…"
    return f"A fault in Peerscope ({type(error).__name__}{at}): {told}".removesuffix(": ")


def place_of(error: BaseException) -> str:
    """File and line it was raised at, in whatever process; empty before it was raised."""
    elsewhere = getattr(error, "raised_at", "")
    frames = traceback.extract_tb(error.__traceback__)
    if elsewhere or not frames:
        return str(elsewhere)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"


def _below(path: Path | None, folders: tuple[Path, ...]) -> bool:
    return path is not None and any(
        path.absolute().is_relative_to(folder.absolute()) for folder in folders
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
