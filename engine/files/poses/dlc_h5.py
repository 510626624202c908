"""Poses by DeepLabCut as HDF5: the two layouts in which pandas stores a table.

pandas is not asked to read them, because it would unpickle what the file brings along.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.poses.dlc import Column, arranged
from engine.files.poses.header import decode_header
from engine.files.poses.model import Poses
from engine.files.poses.sniff import is_dlc_group

_Index = Sequence[Sequence[str]]


def read_h5(path: Path, video: str = "") -> Poses:
    """A table of DeepLabCut; see `engine.files.poses.read.open_poses`."""
    import h5py

    with h5py.File(path, "r") as file:
        groups = [file[name] for name in file if is_dlc_group(file[name])]
        if len(groups) > 1:
            names = ", ".join(group.name.strip("/") for group in groups)
            raise BadInput(f"{path.name} holds several tables ({names}); keep one of them.")
        read = _appendable if "table" in groups[0] else _fixed
        columns, values, index = read(groups[0])
    return arranged(path, columns, values, index, video)


def _appendable(group: Any) -> tuple[list[Column], Array, _Index]:
    """The layout of ``format="table"``: one record a row, names of columns in attributes."""
    table = group["table"]
    rows = table[()]
    columns: list[Column] = []
    values = []
    for name in rows.dtype.names:
        if name.startswith("values_block"):
            columns += _column_names(table.attrs[f"{name}_kind"])
            values.append(rows[name].reshape(len(rows), -1).astype("f8"))
    if "index" not in rows.dtype.names or not values:
        raise ValueError("a table without index or values")
    return columns, np.concatenate(values, axis=1), [(_text(key),) for key in rows["index"]]


def _fixed(group: Any) -> tuple[list[Column], Array, _Index]:
    """The layout of ``format="fixed"``: blocks of columns, axes as levels and labels."""
    columns: list[Column] = []
    values = []
    for k in range(int(group.attrs["nblocks"])):
        columns += _axis(group, f"block{k}_items")
        block = group[f"block{k}_values"]
        stored = block[()].astype("f8")
        values.append(stored if block.attrs.get("transposed", 0) else stored.T)
    return columns, np.concatenate(values, axis=1), _axis(group, "axis1")


def _axis(group: Any, name: str) -> list[Column]:
    """The names along an axis, each a tuple of its levels."""
    variety = _text(group.attrs.get(f"{name}_variety", b"regular"))
    if variety != "multi":
        return [(_text(item),) for item in group[name][()]]
    levels = []
    for k in range(int(group.attrs[f"{name}_nlevels"])):
        texts = [_text(item) for item in group[f"{name}_level{k}"][()]]
        labels = group[f"{name}_label{k}"][()]
        levels.append([texts[label] if label >= 0 else "" for label in labels])
    return list(zip(*levels, strict=True))


def _column_names(pickled: Any) -> list[Column]:
    data = pickled.tobytes() if hasattr(pickled, "tobytes") else bytes(pickled)
    names = decode_header(data)
    if not isinstance(names, list) or not all(isinstance(name, tuple) for name in names):
        raise ValueError("columns without levels")
    return [tuple(map(str, name)) for name in names]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
