"""What the Compression tab reads and decodes beside the window: values, pictures, choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.compression.matrices.blocks import color_ends
from engine.compression.matrices.data import Choice, Matrix, choices, read_matrices
from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.identify import open_file
from engine.files.kinds import Identified
from engine.whole_file import written_whole
from gui.widgets.wipe_view import DIVERGING, GREY, VIRIDIS, Shown, prepare


@dataclass(frozen=True, slots=True)
class OpenedMatrix:
    """A matrix of a file, its picture, and the other arrays of that file."""

    file: Identified
    matrix: Matrix
    picture: Shown
    choices: tuple[Choice, ...]
    tensor: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What packed files decode to, as pictures; more than one are channels of an image."""

    paths: tuple[Path, ...]
    picture: Shown
    difference: Shown | None
    original: Shown | None
    facts: str
    values: Array

    @property
    def name(self) -> str:
        """Of the first file."""
        return self.paths[0].name


def open_matrix(file: Identified, tensor: str, channels: str) -> OpenedMatrix:
    """Read a matrix and paint it.

    Raises
    ------
    PeerscopeError
        There is none in the file.
    """
    opened: Any = open_file(file)
    try:
        kept: Any = "stacked" if channels == "each" else channels
        matrix = read_matrices(opened, tensor, kept)[0]
        found = tuple(choice for choice in choices(opened) if choice.usable)
    finally:
        opened.close()
    return OpenedMatrix(file, matrix, paint(matrix.values, matrix), found, tensor)


def paint(values: Array, matrix: Matrix) -> Shown:
    """A picture in the colours of a matrix."""
    low, high = color_ends(matrix.values, matrix.is_image)
    return prepare(values, low, high, GREY if matrix.is_image else VIRIDIS)


def unpack(paths: Sequence[Path], matrix: Matrix | None) -> Unpacked:
    """Decode packed matrices, several below each other; beside a matrix of that shape, compare.

    Raises
    ------
    BadInput
        A file is damaged, or holds a whole checkpoint.
    """
    from engine.compression.matrices.container import read

    read_back = [read(path) for path in paths]
    values = np.concatenate([made.decode().numpy() for made, _ in read_back])
    head = read_back[0][1]
    size = sum(path.stat().st_size for path in paths)
    rows, columns = values.shape
    bits = 8 * size / values.size
    in_files = "on disk" if len(paths) == 1 else f"in {len(paths)} files"
    facts = f"{rows} x {columns} · {head.method} · {size:,} bytes {in_files}"
    facts += f" · {bits:.3g} bits per entry"
    kept = tuple(paths)
    if matrix is None or matrix.shape != values.shape:
        alone = Matrix(paths[0].name, values, head.dtype, head.shape)
        return Unpacked(kept, paint(values, alone), None, None, facts, values)
    difference = values - matrix.values
    reach = float(np.percentile(np.abs(difference), 99.9)) or 1.0
    shown = prepare(difference, -reach, reach, DIVERGING)
    return Unpacked(
        kept, paint(values, matrix), shown, paint(matrix.values, matrix), facts, values
    )


def export_values(values: Array, path: Path) -> Path:
    """Write decoded values as ``.npy`` or ``.safetensors``, whole or not at all.

    Raises
    ------
    BadInput
        The file cannot be written.
    """
    try:
        with written_whole(path) as file:
            if path.suffix == ".safetensors":
                from safetensors.numpy import save

                file.write(save({"matrix": np.ascontiguousarray(values)}))
            else:
                np.save(file, values)
    except OSError as error:
        raise BadInput(
            f"{path.name} cannot be written ({error.strerror}); choose another."
        ) from error
    return path


def stored(run: Path) -> tuple[dict[str, Any], Mapping[str, float], Mapping[str, str]]:
    """Figures, metrics and texts of a run that is kept."""
    from engine.figures.store import load
    from engine.results import read_result

    result = read_result(run)
    names = [str(figure["name"]) for figure in result.figures]
    figures = {name: load(run / "figures" / f"{name}.npz") for name in names}
    return figures, result.metrics, result.texts
