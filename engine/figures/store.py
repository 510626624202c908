"""Figures on disk: arrays in an ``.npz`` without pickle, everything else as JSON inside it."""

from __future__ import annotations

import json
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.figures.model import LAYER_TYPES, Axis, Figure, Layer
from engine.whole_file import written_whole

_HEADER = "header"
_LIMIT = 512 * 2**20


def save(figure: Figure, path: Path) -> None:
    """Write a figure; `load` gives back an equal one.

    Raises
    ------
    OSError
        It cannot be written.
    """
    arrays: dict[str, Array] = {}
    header = {
        "title": figure.title,
        "caption": figure.caption,
        "equal": figure.equal,
        "axes": [_axis_out(axis) for axis in (figure.x, figure.y, figure.z)],
        "layers": [_layer_out(layer, i, arrays) for i, layer in enumerate(figure.layers)],
    }
    arrays[_HEADER] = np.frombuffer(json.dumps(header).encode("utf-8"), dtype="u1")
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load(path: Path) -> Figure:
    """Read a figure back.

    Raises
    ------
    BadInput
        The file is missing, damaged, too large, or not one of ours.
    """
    try:
        _check_size(path)
        with np.load(path, allow_pickle=False) as arrays:
            header = json.loads(arrays[_HEADER].tobytes().decode("utf-8"))
            x, y, z = (_axis_in(axis) for axis in header["axes"])
            layers = tuple(_layer_in(layer, arrays) for layer in header["layers"])
            equal = bool(header.get("equal", False))
        return Figure(header["title"], layers, x, y, z, header["caption"], equal)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise BadInput(
            f"The figure data {path} cannot be read ({error}); run it again."
        ) from error


def _check_size(path: Path) -> None:
    """A small file may unpack to a huge one: its own directory tells how large."""
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > _LIMIT:
            raise ValueError("it unpacks to more than 512 MiB")


def _layer_out(layer: Layer, number: int, arrays: dict[str, Array]) -> dict[str, Any]:
    values: dict[str, Any] = {"type": type(layer).__name__}
    for field in fields(layer):
        name = f"layer{number}_{field.name}"
        values[field.name] = _value_out(getattr(layer, field.name), name, arrays)
    return values


def _value_out(value: Any, name: str, arrays: dict[str, Array]) -> Any:
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Axis):
        return {"axis": _axis_out(value)}
    if isinstance(value, tuple):
        items = [_value_out(item, f"{name}_{i}", arrays) for i, item in enumerate(value)]
        return {"tuple": items}
    if isinstance(value, float) and not np.isfinite(value):
        return {"float": repr(value)}
    if isinstance(value, np.generic):
        return value.item()
    return value


def _layer_in(values: dict[str, Any], arrays: Any) -> Layer:
    kind = LAYER_TYPES[values["type"]]
    named = {field.name: _value_in(values[field.name], arrays) for field in fields(kind)}
    layer: Layer = kind(**named)
    return layer


def _value_in(value: Any, arrays: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "array":
        return arrays[inner]
    if kind == "axis":
        return _axis_in(inner)
    if kind == "float":
        return float(inner)
    return tuple(_value_in(item, arrays) for item in inner)


def _axis_out(axis: Axis | None) -> dict[str, Any] | None:
    if axis is None:
        return None
    return {field.name: getattr(axis, field.name) for field in fields(axis)}


def _axis_in(values: dict[str, Any] | None) -> Axis | None:
    return None if values is None else Axis(**values)
