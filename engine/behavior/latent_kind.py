"""Tables of latents as a kind of file that is dropped on the window or given to an experiment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.files.kinds import Kind
from engine.files.sniff import delimiter, is_hdf5, is_text

if TYPE_CHECKING:
    from engine.behavior.latents import Latents
    from engine.results import Result

_FOOTER = 2**24
#: Endings of tables in a results folder and how such a file begins; h5py loads much sooner than
#: pyarrow, which brings pandas along.
_READ_FIRST = {".h5": b"\x89HDF\r\n\x1a\n", ".parquet": b"PAR1"}


@dataclass(frozen=True, slots=True)
class LatentsFile:
    """Latents that were read; nothing is held open."""

    path: Path
    parts: tuple[Latents, ...]

    @property
    def summary(self) -> str:
        """Frames, size of the code, and of how many."""
        frames = sum(len(part) for part in self.parts)
        many = f", {len(self.parts)} recordings or animals" if len(self.parts) > 1 else ""
        return f"{frames} codes of {self.parts[0].size} numbers{many}"

    def close(self) -> None:
        """Nothing is held open."""


def latents_in(opened: Any) -> tuple[Latents, ...]:
    """Latents of an opened input: a table of them, or a results folder that has some.

    Raises
    ------
    BadInput
        The folder has none.
    """
    if isinstance(opened, LatentsFile):
        return opened.parts
    from engine.behavior.latent_files import read_latents

    folder, result = opened.path, opened.result
    folder = folder if folder.is_dir() else folder.parent
    parts = tuple(part for path in _tables(folder, result) for part in read_latents(path))
    if not parts:
        raise BadInput(f"{folder.name} has no latents; give the results of behavior.embed.")
    video = next((item.name for item in result.inputs if item.role == "video"), "")
    return tuple(part if part.recording else replace(part, recording=video) for part in parts)


def _tables(folder: Path, result: Result) -> list[Path]:
    """The tables of a results folder in one of the formats they were written in."""
    for suffix, head in _READ_FIRST.items():
        named = [inside(folder, name) for name in result.artifacts if name.endswith(suffix)]
        tables = [path for path in named if path.is_file() and _is_latents(path, head)]
        if tables:
            return tables
    return []


def inside(folder: Path, name: str) -> Path:
    """A file that a results folder names, refused where it lies elsewhere.

    Raises
    ------
    BadInput
        The name leads out of the folder.
    """
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadInput(
            f"{folder.name} names a file outside itself ({name}); run behavior.embed again."
        )
    return path


def _is_latents(path: Path, head: bytes) -> bool:
    """A table with the columns of latents, or HDF5 with our mark."""
    if head[:4] == b"PAR1":
        return {b"frame", b"time_s", b"code_1"} <= _parquet_names(path)
    if head and is_hdf5(path, head):
        return _is_marked(path)
    if not head or not is_text(head):
        return False
    first = head.decode("utf-8-sig", "replace").split("\n", 1)[0].strip()
    cells = {cell.strip('" ') for cell in first.split(delimiter(first))}
    return {"frame", "time_s", "code_1"} <= cells


def _parquet_names(path: Path) -> set[bytes]:
    """Which of our columns the footer names; none where the file is cut off."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 8))
        tail = file.read(8)
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != b"PAR1" or not 0 < length <= min(size - 12, _FOOTER):
            return set()
        file.seek(size - 8 - length)
        footer = file.read(length)
    return {name for name in (b"frame", b"time_s", b"code_1") if name in footer}


def _is_marked(path: Path) -> bool:
    import h5py

    from engine.behavior.latent_files import MARK, nwb_groups
    from engine.files.poses.sniff import form_of

    try:
        with h5py.File(path, "r") as file:
            if "nwb_version" not in file.attrs:
                return MARK in file.attrs
            found = bool(nwb_groups(file))
    except (OSError, RuntimeError, KeyError):
        return False
    # A file with poses beside them is a file of poses.
    return found and form_of(path, b"\x89HDF\r\n\x1a\n") is None


def _open(path: Path) -> LatentsFile:
    from engine.behavior.latent_files import read_latents

    return LatentsFile(path, read_latents(path))


LATENTS = Kind("latents", "table of latents", (".parquet",), _is_latents, _open)
