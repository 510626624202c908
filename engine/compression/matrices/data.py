"""Reading a matrix out of whatever was dropped: an image, an array, a table, a tensor.

Everything that can be wrong with it is told in one sentence before torch is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np

from engine.compression.matrices.memory import available_bytes
from engine.errors import BadInput, BadParams
from engine.figures.arrays import Array

Channels = Literal["grey", "stacked", "each"]
#: Work on a matrix holds about this many copies of it in double precision.
_COPIES = 5
#: Types of a safetensors file, as numpy calls them; bfloat16 is read as float32.
_SAFE = {
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    "BF16": "bfloat16",
    "BOOL": "bool",
}
_REAL = "fiub"
_LEAST_SIDE = 2
#: Kinds of file a matrix is read from.
KINDS = ("image", "array", "table", "safetensors")


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix and where it came from.

    Attributes
    ----------
    name
        Of the file and of the array in it.
    values
        (n, d) float64, finite, not all equal.
    dtype, source
        Type and shape it had in the file; the shape of an image is the matrix's own, as channels
        have been put together or apart.
    is_image
        True when its entries are brightness from 0 to 1.
    note
        What was done to make a matrix of it ("a 64 x 3 x 3 x 3 tensor laid flat as 64 x 27").
    """

    name: str
    values: Array
    dtype: str
    source: tuple[int, ...]
    is_image: bool = False
    note: str = ""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.values.shape[0]), int(self.values.shape[1])

    @property
    def kept_dtype(self) -> str:
        """The type that a packed file names: what is decoded of an image is brightness."""
        return "float32" if self.is_image else self.dtype


@dataclass(frozen=True, slots=True)
class Choice:
    """One array of a file that could be chosen."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def usable(self) -> bool:
        """True when a matrix can be made of it."""
        flat = flat_shape(self.shape)
        return flat is not None and min(flat) >= _LEAST_SIDE and self.real

    @property
    def real(self) -> bool:
        """True when its entries are real numbers."""
        if self.dtype == "bfloat16":
            return True
        try:
            return str(np.dtype(self.dtype).kind) in _REAL
        except TypeError:
            return False


def read_matrices(
    opened: Any, tensor: str = "", channels: Channels = "grey"
) -> tuple[Matrix, ...]:
    """The matrices of an opened input: one, or one per channel with channels "each".

    Parameters
    ----------
    opened
        As `engine.files` opens an image, array, table or safetensors file, or a packed matrix.
    tensor
        Name of the array; the first that can be a matrix when empty.
    channels
        What becomes of the channels of a colour image.

    Raises
    ------
    BadInput
        There is no finite matrix in it, or not enough memory for it.
    BadParams
        There is no array of that name.
    """
    path: Path = opened.path
    kind = type(opened).__name__
    if kind == "ImageSource":
        found = image_matrices(path, channels)
    elif kind == "TableFile":
        found = (_table_matrix(opened),)
    else:
        found = (_array_matrix(opened, tensor),)
    for matrix in found:
        check_matrix(matrix)
    return found


def choices(opened: Any) -> tuple[Choice, ...]:
    """The arrays of an opened file, without reading their values where that is possible."""
    if hasattr(opened, "tensors"):
        infos: Mapping[str, Any] = opened.tensors
        return tuple(
            Choice(name, info.shape, _SAFE.get(info.dtype, info.dtype))
            for name, info in infos.items()
        )
    if hasattr(opened, "names"):
        arrays = ((name, _npz_info(opened, name)) for name in opened.names)
        return tuple(Choice(name, *info) for name, info in arrays)
    return ()


def flat_shape(shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Rows and columns: the first axis, and all others laid flat; None for less than two axes."""
    return None if len(shape) < 2 else (shape[0], prod(shape[1:]))


def check_matrix(matrix: Matrix) -> None:
    """Refuse what cannot be compressed.

    Raises
    ------
    BadInput
        It has one row or column, NaN, infinity, or equal entries only.
    """
    values, (n, d) = matrix.values, matrix.shape
    if min(n, d) < _LEAST_SIDE:
        raise BadInput(
            f"{matrix.name} is {n} x {d}: a single row or column has no low rank; choose a matrix "
            f"with at least 2 rows and 2 columns."
        )
    bad = values.size - int(np.count_nonzero(np.isfinite(values)))
    if bad:
        raise BadInput(
            f"{matrix.name} has {bad} entries that are NaN or infinite; replace them first."
        )
    least, most = float(values.min()), float(values.max())
    if least == most:
        what = "is all zeros" if least == 0 else f"has the one value {least:g} everywhere"
        raise BadInput(f"{matrix.name} {what}: there is nothing to compress; choose another.")


def fits_in_memory(entries: int, name: str) -> None:
    """Refuse what would not fit.

    Raises
    ------
    BadInput
        The matrix needs more memory than is free.
    """
    needed = entries * 8 * _COPIES
    if needed > available_bytes():
        raise BadInput(
            f"{name} needs about {needed / 1e9:.3g} GB of memory and "
            f"{available_bytes() / 1e9:.3g} GB are free; take a part of it."
        )


def image_matrices(path: Path, channels: Channels = "grey") -> tuple[Matrix, ...]:
    """The matrices of an image, brightness from 0 to 1; grey is the mean of the channels.

    Raises
    ------
    BadInput
        It cannot be decoded.
    """
    pixels = _pixels(path)
    top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1.0
    values = pixels.astype(np.float64) / top
    kind = str(pixels.dtype)
    if values.ndim == 2:
        return (Matrix(path.name, values, kind, values.shape, is_image=True),)
    values = values[:, :, ::-1]  # blue, green, red -> red, green, blue
    if channels == "grey":
        note = "mean of the channels"
        grey = values.mean(axis=2)
        return (Matrix(path.name, grey, kind, grey.shape, True, note),)
    parts = [np.ascontiguousarray(values[:, :, i]) for i in range(values.shape[2])]
    if channels == "stacked":
        note = "red, green and blue below each other"
        tall = np.concatenate(parts)
        return (Matrix(path.name, tall, kind, tall.shape, True, note),)
    names = ("red", "green", "blue")[: len(parts)]
    return tuple(
        Matrix(f"{path.name} {name}", part, kind, part.shape, True)
        for name, part in zip(names, parts, strict=True)
    )


def _pixels(path: Path) -> Array:
    import cv2

    data = np.fromfile(path, np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise BadInput(f"{path.name} is damaged and cannot be read as an image; copy it again.")
    fits_in_memory(pixels.size, path.name)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim == 3 and pixels.shape[2] == 2:  # grey with opacity
        pixels = pixels[:, :, 0]
    if pixels.ndim == 3:
        pixels = pixels[:, :, :3]
    kept: Array = pixels
    return kept


def _table_matrix(table: Any) -> Matrix:
    name = table.path.name
    columns = len(table.columns)
    # The size of the file tells whether it can fit, before its rows are counted: a number with
    # its separator takes at least two bytes, and about what the first rows take.
    size = table.path.stat().st_size
    fits_in_memory(int(size / max(2.0, _bytes_per_cell(table.path))), name)
    rows = []
    for number, cells in enumerate(table.rows(), start=1):
        rows.append(_numbers(cells, columns, number, name))
    if not rows:
        raise BadInput(f"{name} has no rows of numbers; choose another file.")
    values = np.stack(rows)
    return Matrix(name, values, "float64", tuple(values.shape))


def _bytes_per_cell(path: Path) -> float:
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return len(head) / max(1, head.count(b",") + head.count(b";") + head.count(b"\t") + 1)


def _numbers(cells: list[str], columns: int, number: int, name: str) -> Array:
    if len(cells) != columns:
        raise BadInput(
            f"{name}: row {number} has {len(cells)} cells where {columns} are expected; mend it."
        )
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        wrong = next(cell for cell in cells if not _is_number(cell))
        raise BadInput(
            f"{name}: row {number} holds {wrong[:20]!r}, which is no number; mend or remove it."
        ) from None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _array_matrix(opened: Any, tensor: str) -> Matrix:
    path: Path = opened.path
    chosen = _chosen(choices(opened), tensor, path.name)
    flat = flat_shape(chosen.shape)
    single = tensor == "" and len(choices(opened)) == 1
    name = path.name if single else f"{path.name} {chosen.name}"
    if flat is None:
        raise BadInput(
            f"{name} has the shape {_told(chosen.shape)}, which is no matrix; choose one with at "
            f"least two axes."
        )
    if not chosen.real:
        raise BadInput(f"{name} holds {chosen.dtype} values, which are no real numbers.")
    fits_in_memory(prod(flat), name)
    values = load_tensor(opened, chosen.name).reshape(flat).astype(np.float64)
    note = ""
    if len(chosen.shape) > 2:
        note = f"a {_told(chosen.shape)} tensor laid flat as {_told(flat)}"
    return Matrix(name, values, chosen.dtype, chosen.shape, note=note)


def load_tensor(opened: Any, name: str) -> Array:
    """One array of an opened file, in a type numpy has; bfloat16 becomes float32."""
    if hasattr(opened, "array"):
        array: Array = np.asarray(opened.array(name))
        return array
    return read_safetensor(opened.path, name)


def read_safetensor(path: Path, name: str) -> Array:
    """One tensor of a safetensors file; bfloat16 becomes float32, exactly.

    Raises
    ------
    BadInput
        It is damaged, or of a type that is no real number here.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            if file.get_slice(name).get_dtype() != "BF16":
                return np.asarray(file.get_tensor(name))
    except (SafetensorError, OSError, TypeError, AttributeError) as error:
        raise BadInput(f"{path.name}: {name} cannot be read; copy the file again.") from error
    with safe_open(path, framework="pt") as file:
        loaded: Array = file.get_tensor(name).float().numpy()
    return loaded


def _chosen(found: tuple[Choice, ...], tensor: str, name: str) -> Choice:
    if tensor:
        named = next((choice for choice in found if choice.name == tensor), None)
        if named is None:
            first = ", ".join(choice.name for choice in found[:6])
            more = ", ..." if len(found) > 6 else ""
            raise BadParams(f"{name} has no array named {tensor!r}; it has: {first}{more}.")
        return named
    if not found:
        raise BadInput(f"{name} holds no arrays; choose another file.")
    return next((choice for choice in found if choice.usable), found[0])


def _npz_info(opened: Any, name: str) -> tuple[tuple[int, ...], str]:
    array = opened.array(name)
    return tuple(array.shape), str(array.dtype)


def _told(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "scalar"
