"""Where the input of a recorded run is now: at its old place or moved, but never a changed one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.errors import BadInput
from engine.file_path import FilePath
from engine.files.digest import Check, quick_digest, sha256
from engine.results import InputRecord

#: The search looks at no more files and folders than this.
MOST_ENTRIES = 20_000


def find_input(record: InputRecord, folder: Path, check: Check | None = None) -> Path:
    """The file or folder whose bytes are those a run recorded.

    It is looked for at its old place and under its name beside the record; then, moved or
    renamed, in the folders around both and those directly inside: there a file of the same size
    counts when its first and last MiB are the same. The SHA-256 has the last word everywhere.

    Parameters
    ----------
    record
        The input as ``result.json`` names it.
    folder
        Where the record was found: a results folder, or the folder of an exported figure.
    check
        Called between pieces of work; what it raises ends the search.

    Raises
    ------
    BadInput
        It is nowhere, cannot be read, or has changed since the run; the sentence names it.
    """
    around = _around(record, folder)
    problem = ""
    for place in _named(record, around):
        fault = _fault(place, record, check)
        if not fault:
            return place
        problem = problem or fault
    for place in _moved(record, around, check):
        if not _fault(place, record, check):
            return place
    gone = f"The input {record.name} is no longer at {record.path}"
    raise BadInput(problem or f"{gone}; put it back, or beside {folder}.")


def find_moved(
    place: FilePath, folder: Path, also: Sequence[Path] = (), check: Check | None = None
) -> Path | None:
    """Where a file of a session is now, told by its bytes; None when it is nowhere near.

    At its old places, whatever their bytes, then around them, around `folder` and in `also`:
    there a file counts when its size and its first and last MiB are those that were kept.
    """
    there = place.find(folder)
    if there is not None or not place.quick:
        return there
    record = InputRecord("", place.name, place.size, "", place.absolute, place.quick)
    around = [*also, *_around(record, folder)]
    named = (path for path in _named(record, around) if is_same(place, path))
    return next(named, None) or next(_moved(record, around, check), None)


def is_same(place: FilePath, path: Path) -> bool:
    """True when a file has the size and the first and last MiB that were kept of another."""
    try:
        return path.stat().st_size == place.size and quick_digest(path) == place.quick
    except OSError:
        return False


def _around(record: InputRecord, folder: Path) -> list[Path]:
    """The folders to look in, the likeliest first."""
    run = folder.parent if folder.name == "figures" else folder
    places = [Path(record.path).parent] if record.path else []
    places += [folder, run, run.parent]
    if run.parent.name == "runs":
        session = run.parent.parent
        places += [session, session.parent]
    places.append(Path.cwd())
    return list(dict.fromkeys(place.absolute() for place in places))


def _named(record: InputRecord, around: list[Path]) -> Iterator[Path]:
    places = [Path(record.path)] if record.path else []
    places += [place / record.name for place in around]
    yield from (place for place in dict.fromkeys(places) if os.path.exists(place))


def _moved(record: InputRecord, around: list[Path], check: Check | None) -> Iterator[Path]:
    """Those that may be it under another name or in a folder inside."""
    for entry in _entries(around):
        if check is not None:
            check()
        if _may_be(entry, record):
            yield Path(entry.path)


def _entries(around: list[Path]) -> Iterator[os.DirEntry[str]]:
    """What is in each folder and directly inside its folders, each once, up to the limit."""
    left = MOST_ENTRIES
    seen: set[str] = set()
    for place in around:
        listed = _listed(place, seen)
        inside = (item for entry in listed if _is_folder(entry) for item in _listed(entry, seen))
        for entry in (*listed, *inside):
            if left == 0:
                return
            left -= 1
            yield entry


def _listed(folder: Path | os.DirEntry[str], seen: set[str]) -> list[os.DirEntry[str]]:
    """The entries of a folder by name, hidden ones left out; none when it cannot be read."""
    if os.fspath(folder) in seen:
        return []
    seen.add(os.fspath(folder))
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError:
        return []
    return sorted(shown, key=lambda entry: entry.name)


def _may_be(entry: os.DirEntry[str], record: InputRecord) -> bool:
    try:
        if not record.quick:
            # A folder, or a record that tells no more: its name must do.
            return entry.name == record.name and (entry.is_dir() or _size(entry) == record.size)
        same_size = entry.is_file() and _size(entry) == record.size
        return same_size and quick_digest(Path(entry.path)) == record.quick
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link that leads to itself.
        return False


def _size(entry: os.DirEntry[str]) -> int:
    return entry.stat().st_size


def _fault(place: Path, record: InputRecord, check: Check | None) -> str:
    """Why a place does not hold the recorded bytes; empty when it does."""
    if not record.sha256:
        return f"The run did not record the bytes of {record.name}, so it cannot be replayed."
    try:
        other_size = place.is_file() and place.stat().st_size != record.size
        if not other_size and sha256(place, check) == record.sha256:
            return ""
    except OSError as error:
        return f"The input {place} cannot be read ({error.strerror or error})."
    return f"The input {place} has changed since the run: its bytes are not those recorded."
