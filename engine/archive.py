"""A session in one file: a zip of its JSON and of the results folders of its runs.

Inputs are not in it: they are found or asked for, by their bytes, where it is opened. Nothing
in it is unpickled, nothing lands outside the folder it is opened into, and it may not grow
beyond what it announces, nor beyond what the disk holds.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from engine.copying import reserved_folder
from engine.errors import BadInput, PeerscopeError, cannot_write
from engine.session import FILE_NAME, read_newest
from engine.whole_file import written_whole

SUFFIX = ".peerscope"
#: The first file of an archive, stored plain, so that its first bytes tell what it is.
MARK_NAME = "mimetype"
MARK = b"application/x-peerscope"
MOST_FILES = 100_000
MOST_BYTES = 64 * 2**30
#: Data that shrinks more than this is made to fill a disk; deflate itself ends near 1032.
MOST_RATIO = 1100
#: Left free on the disk where an archive is opened.
_SPARE_BYTES = 64 * 2**20
_CHUNK = 2**20
_LEFT_OUT = ("session.lock", "session.previous.json")
#: How we pack; an archive that names another way was not made by us, or is damaged.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Check = Callable[[], None]


def write_archive(folder: Path, path: Path, check: Check = lambda: None) -> Path:
    """Write the session in `folder` to one file, under a temporary name first.

    Raises
    ------
    BadInput
        `folder` holds no session.
    PeerscopeError
        The file cannot be written.
    """
    newest = read_newest(folder).session
    path = with_suffix(path)
    try:
        with (
            written_whole(path) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
        ):
            archive.writestr(MARK_NAME, MARK, zipfile.ZIP_STORED)
            # Not the file itself: where that is damaged, the one kept before was read.
            archive.writestr(FILE_NAME, newest.model_dump_json(indent=2))
            for item in _to_pack(folder):
                check()
                archive.write(item, item.relative_to(folder).as_posix())
    except OSError as error:
        raise PeerscopeError(cannot_write(path, error)) from error
    return path


def with_suffix(path: Path) -> Path:
    """The name that an archive gets where `path` is asked for."""
    return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)


def read_archive(path: Path, folder: Path, check: Check = lambda: None) -> Path:
    """Open an archive into a folder that is not there yet.

    Returns
    -------
    Path
        The folder; another name than asked for where somebody took that meanwhile, as when two
        archives of one name are opened together.

    Raises
    ------
    BadInput
        It is no archive of ours, is damaged, or holds what a session does not.
    PeerscopeError
        The folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{folder.name}."
        with TemporaryDirectory(suffix=".part", prefix=prefix, dir=folder.parent) as around:
            # A folder in it, which has the rights of any other and may be moved away.
            partial = Path(around) / "session"
            partial.mkdir()
            _unpack_all(path, partial, check)
            read_newest(partial)
            return _moved(partial, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise BadInput(f"The archive {path} is damaged ({error}); copy it again.") from error
    except RuntimeError as error:
        raise BadInput(f"The archive {path} is locked by a password: {error}.") from error
    except OSError as error:
        if error.errno == errno.EINVAL:
            # It names a place before its own beginning.
            raise BadInput(f"The archive {path} is damaged; copy it again.") from error
        raise PeerscopeError(cannot_write(folder, error)) from error


def _unpack_all(path: Path, folder: Path, check: Check) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = _checked(archive, path)
        _refuse_too_large(sum(entry.file_size for entry in entries), path, folder)
        for entry in entries:
            check()
            _unpack(archive, entry, folder, path, check)


def _moved(partial: Path, folder: Path) -> Path:
    """Give a folder its name, or the next that is free."""
    target = reserved_folder(folder)
    # An empty folder is replaced at once on POSIX; Windows wants it gone.
    if os.name == "nt":
        target.rmdir()
    partial.replace(target)
    return target


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The session of an archive in a folder that is there for a while; any other path itself."""
    with path.open("rb") if path.is_file() else nullcontext() as file:
        if file is None or not is_archive(path, file.read(64)):
            yield path
            return
    with TemporaryDirectory(prefix="peerscope-archive-") as folder:
        yield read_archive(path, Path(folder) / path.stem)


def is_archive(path: Path, head: bytes) -> bool:
    """True for a zip whose first file is our mark."""
    return head[:4] == b"PK\3\4" and head[30:].startswith(MARK_NAME.encode() + MARK)


def _to_pack(folder: Path) -> Iterator[Path]:
    """Every file of a session but its own, sorted; links and what is half written stay out."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            wanted = name not in _LEFT_OUT and not name.endswith(".part")
            if wanted and path != folder / FILE_NAME and path.is_file() and not path.is_symlink():
                yield path


def _checked(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """The files of an archive, each of which may be unpacked."""
    entries = archive.infolist()
    odd = next((entry for entry in entries if entry.compress_type not in _METHODS), None)
    if odd is not None:
        raise BadInput(f"The archive {path} is damaged at {odd.filename!r}; copy it again.")
    if len(entries) > MOST_FILES:
        raise BadInput(f"The archive {path} holds too many files ({len(entries)}).")
    names = [entry.filename for entry in entries]
    if MARK_NAME not in names or archive.read(MARK_NAME)[: len(MARK)] != MARK:
        raise BadInput(f"{path.name} is no archive of Peerscope.")
    files = [entry for entry in entries if not entry.is_dir() and entry.filename != MARK_NAME]
    for entry in files:
        _refuse_unsafe(entry, path)
    if len({name.casefold() for name in names}) != len(names):
        raise BadInput(f"The archive {path} names a file twice.")
    return files


def _refuse_unsafe(entry: zipfile.ZipInfo, path: Path) -> None:
    place = PurePosixPath(entry.filename)
    odd = "\\" in entry.filename or ":" in entry.filename or "\0" in entry.filename
    outside = place.is_absolute() or ".." in place.parts or not place.parts
    ours = place.parts[:1] == ("runs",) or len(place.parts) == 1
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if odd or outside or not ours or kind not in (0, stat.S_IFREG):
        raise BadInput(
            f"The archive {path} holds {entry.filename!r}, which may not be in one; "
            "nothing of it was opened."
        )
    if entry.file_size > MOST_RATIO * max(entry.compress_size, 1) + _CHUNK:
        raise BadInput(
            f"The archive {path} holds {entry.filename!r}, which grows more than a file of "
            "results does; nothing of it was opened."
        )


def _refuse_too_large(size: int, path: Path, folder: Path) -> None:
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    room = shutil.disk_usage(place).free - _SPARE_BYTES
    if size > min(room, MOST_BYTES):
        raise BadInput(
            f"The archive {path} holds {size / 1e9:.1f} GB, more than there is room for "
            f"({max(room, 0) / 1e9:.1f} GB); nothing of it was opened."
        )


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, path: Path, check: Check
) -> None:
    """Write one file, at most as long as the archive announces it."""
    target = folder / PurePosixPath(entry.filename)
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            check()
            left -= len(chunk)
            if left < 0:
                raise BadInput(f"The archive {path} holds more than it announces; it is refused.")
            file.write(chunk)
