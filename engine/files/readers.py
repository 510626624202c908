"""Opened files that are no recordings: arrays, tables, weights, and what we wrote ourselves.

Each conforms to `engine.files.kinds.Opened` and is read without unpickling anything.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.sniff import delimiter, is_numeric

if TYPE_CHECKING:
    from engine.results import Result
    from engine.session import Session

_NAMED = 3


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """Type and shape of an array that has not been read."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TensorFile:
    """Names, types and shapes of the arrays in a file; the values stay in it.

    Attributes
    ----------
    tensors
        By name, in the order of the file.
    """

    path: Path
    tensors: Mapping[str, TensorInfo]

    @property
    def summary(self) -> str:
        """How many arrays, and the first few."""
        first = list(self.tensors.items())[:_NAMED]
        shown = ", ".join(f"{name} {_shape(info.shape)}" for name, info in first)
        more = ", ..." if len(self.tensors) > _NAMED else ""
        return f"{_counted(len(self.tensors), 'array')}: {shown}{more}"

    def close(self) -> None:
        """Nothing is held open."""


class ArrayFile:
    """A ``.npy`` or ``.npz`` file; its arrays are read when they are asked for.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    BadInput
        It is damaged, or holds Python objects, which only a pickle could restore.
    """

    def __init__(self, path: Path) -> None:
        import numpy as np

        self.path = path
        self._stack = ExitStack()
        try:
            loaded = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise BadInput(_array_refusal(path, error)) from error
        if isinstance(loaded, np.ndarray):
            self._arrays: Mapping[str, Any] = {"array": loaded}
        else:
            self._arrays = self._stack.enter_context(loaded)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arrays; "array" alone for a ``.npy`` file."""
        return tuple(self._arrays)

    @property
    def summary(self) -> str:
        """Type and shape of a single array, or the names of several."""
        if len(self.names) == 1:
            array = self.array(self.names[0])
            return f"{_shape(array.shape)} {array.dtype}"
        first = ", ".join(self.names[:_NAMED])
        return f"{_counted(len(self.names), 'array')}: {first}" + (
            ", ..." if len(self.names) > _NAMED else ""
        )

    def array(self, name: str = "array") -> Array:
        """One array by name.

        Raises
        ------
        KeyError
            There is none of that name.
        BadInput
            It holds Python objects, or is damaged.
        """
        try:
            array: Array = self._arrays[name]
        except (OSError, ValueError, EOFError) as error:
            raise BadInput(_array_refusal(self.path, error)) from error
        return array

    def close(self) -> None:
        """Close the archive and let go of the mapped array."""
        self._stack.close()
        self._arrays = {}


class TableFile:
    """Comma or tab separated text.

    Attributes
    ----------
    columns
        Names in the first line, or "column 1", ... where that holds numbers alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        rows = self._lines()
        first = next(rows, [])
        self._named = not is_numeric(first)
        self.columns = tuple(first) if self._named else _column_names(len(first))

    @cached_property
    def row_count(self) -> int:
        """Rows, without the line of names and empty lines; counted when first asked for."""
        return sum(1 for _ in self.rows())

    @property
    def summary(self) -> str:
        """Rows and columns, and the first names."""
        size = f"{_counted(self.row_count, 'row')}, {_counted(len(self.columns), 'column')}"
        more = ", ..." if len(self.columns) > _NAMED else ""
        return f"{size}: {', '.join(self.columns[:_NAMED])}{more}"

    def rows(self) -> Iterator[list[str]]:
        """Cells of every row as text, read as they are asked for."""
        lines = self._lines()
        if self._named:
            next(lines, None)
        return lines

    def close(self) -> None:
        """Nothing is held open between reads."""

    def _lines(self) -> Iterator[list[str]]:
        try:
            with self.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                separator = delimiter(file.readline())
                file.seek(0)
                yield from (row for row in csv.reader(file, delimiter=separator) if row)
        except (OSError, csv.Error) as error:
            raise BadInput(
                f"{self.path.name} cannot be read as a table ({error}); export it again as CSV."
            ) from error


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A saved session and the folder it lies in."""

    path: Path
    session: Session
    folder: Path

    @property
    def summary(self) -> str:
        """Title and number of runs."""
        title = self.session.title or self.folder.name
        return f"session {title}, {_counted(len(self.session.runs), 'run')}"

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """A results folder and its ``result.json``."""

    path: Path
    result: Result

    @property
    def summary(self) -> str:
        """Experiment, how it ended, and when."""
        return f"results of {self.result.experiment}, {self.result.status}, {self.result.started}"

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class FigureFile:
    """A figure that we exported, with the provenance it carries."""

    path: Path
    provenance: Mapping[str, Any]

    @property
    def summary(self) -> str:
        """The experiment it came from."""
        return f"figure of {self.provenance.get('experiment', 'an unknown experiment')}"

    def close(self) -> None:
        """Nothing is held open."""


def open_safetensors(path: Path) -> TensorFile:
    """The header of a safetensors file.

    Raises
    ------
    BadInput
        The header is damaged, or announces more data than there is.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length))
        tensors = {
            name: TensorInfo(str(entry["dtype"]), tuple(map(int, entry["shape"])))
            for name, entry in header.items()
            if name != "__metadata__"
        }
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name in tensors]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path.name} has a damaged header; copy it again.") from error
    if 8 + length + max(ends, default=0) > path.stat().st_size:
        raise BadInput(
            f"{path.name} is cut off: weights that it lists are missing; copy it again."
        )
    return TensorFile(path, tensors)


def open_hdf5(path: Path) -> TensorFile:
    """Names, types and shapes of the data sets of an HDF5 file.

    Raises
    ------
    BadInput
        It is damaged.
    """
    import h5py

    tensors: dict[str, TensorInfo] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            tensors[name] = TensorInfo(str(item.dtype), tuple(item.shape or ()))

    try:
        with h5py.File(path, "r") as file:
            file.visititems(visit)
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(
            f"{path.name} is damaged and cannot be read as HDF5; copy it again."
        ) from error
    return TensorFile(path, tensors)


def open_session(path: Path) -> SessionFile:
    """A session, from its folder or its JSON; errors as `engine.session.read_session`."""
    from engine.session import read_session

    session, folder = read_session(path)
    return SessionFile(path, session, folder)


def open_archive(path: Path) -> SessionFile:
    """What a session in one file holds; it is unpacked for a moment. Errors as `read_archive`."""
    from engine.archive import unpacked
    from engine.session import read_session

    with unpacked(path) as folder:
        session, _ = read_session(folder)
    return SessionFile(path, session, path.parent)


def open_results(path: Path) -> ResultsFolder:
    """A results folder, also by the ``result.json`` in it; errors as `read_result`."""
    from engine.results import read_result

    return ResultsFolder(path, read_result(path if path.is_dir() else path.parent))


def open_figure(path: Path) -> FigureFile:
    """The provenance of a figure that we exported.

    Raises
    ------
    BadInput
        It carries none.
    """
    from engine.figures.metadata import read_provenance

    provenance = read_provenance(path)
    if provenance is None:
        raise BadInput(f"{path.name} carries no record of where it came from; run it again.")
    return FigureFile(path, provenance)


def _column_names(count: int) -> tuple[str, ...]:
    return tuple(f"column {i + 1}" for i in range(count))


def _array_refusal(path: Path, error: Exception) -> str:
    if "allow_pickle" in str(error) or "Python objects" in str(error):
        return (
            f"{path.name} holds Python objects as a pickle, which can run code when opened; "
            f"save it again as plain numbers."
        )
    return f"{path.name} is damaged and cannot be read as an array; copy it again."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "scalar"
