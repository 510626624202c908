"""A whole checkpoint in one packed file: a header, packed layers, and what is kept as it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open

from engine.compression.matrices.container import (
    Head,
    checked_tensors,
    head_of,
    parse_head,
    rebuilt,
    tensors_of,
    write_bytes,
)
from engine.compression.matrices.methods import Compressed
from engine.errors import BadInput
from engine.figures.arrays import Array

KEY = "lplr_checkpoint"
#: Layers and kept tensors are told apart by the first letter of their names in the file.
_LAYER, _KEPT = "p", "k"


class Contents(BaseModel):
    """What the header of a packed checkpoint says: layers by name, in the order of the source."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    v: int = Field(1, ge=1, le=1)
    layers: dict[str, Head | None]


@dataclass(frozen=True, slots=True)
class Packed:
    """A layer that was compressed."""

    made: Compressed
    dtype: str
    source: tuple[int, ...]


Entry = Packed | bytes


def write_checkpoint(
    layers: Mapping[str, Packed], kept: Mapping[str, Any], order: list[str], path: Path
) -> int:
    """Write a packed checkpoint whole or not at all; returns the bytes on disk.

    Parameters
    ----------
    layers
        Compressed layers by name.
    kept
        Tensors (torch) that stay exactly as they were.
    order
        All names, in the order of the source.

    Raises
    ------
    PeerscopeError
        The file cannot be written.
    """
    import torch
    from safetensors.torch import save

    tensors: dict[str, Any] = {}
    heads: dict[str, Any] = {}
    for number, name in enumerate(order):
        if name in layers:
            one = layers[name]
            heads[name] = json.loads(head_of(one.made, one.dtype, one.source).text())
            for key, array in tensors_of(one.made).items():
                tensors[f"{_LAYER}{number}.{key}"] = torch.from_numpy(np.array(array))
        else:
            heads[name] = None
            tensors[f"{_KEPT}{number}"] = kept[name].contiguous()
    text = json.dumps({"layers": heads}, separators=(",", ":"), ensure_ascii=False)
    return write_bytes(save(tensors, {KEY: text}), path)


def read_contents(path: Path) -> Contents:
    """What a packed checkpoint holds.

    Raises
    ------
    BadInput
        It is damaged.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get(KEY, "")
        return Contents.model_validate_json(text)
    except (SafetensorError, OSError, ValidationError) as error:
        raise BadInput(f"{path.name} has a damaged header; copy it again.") from error


def restored(path: Path, check: Callable[[], None] | None = None) -> dict[str, Any]:
    """Every tensor of a packed checkpoint (torch), decoded to the type and shape it had.

    Raises
    ------
    BadInput
        It is damaged, or holds other tensors than its header says.
    """
    contents = read_contents(path)
    out: dict[str, Any] = {}
    try:
        with safe_open(path, framework="pt") as file:
            keys = set(file.keys())
            for number, (name, head) in enumerate(contents.layers.items()):
                if check is not None:
                    check()
                if head is None:
                    out[name] = _kept(file, keys, number, path.name)
                else:
                    out[name] = _layer(file, keys, number, head, path.name)
    except (SafetensorError, OSError) as error:
        raise BadInput(f"{path.name} is damaged and cannot be opened; copy it again.") from error
    return out


def _kept(file: Any, keys: set[str], number: int, name: str) -> Any:
    key = f"{_KEPT}{number}"
    if key not in keys:
        raise BadInput(f"{name} does not hold what its header says ({key}); copy it again.")
    return file.get_tensor(key)


def _layer(file: Any, keys: set[str], number: int, head: Head, name: str) -> Any:
    prefix = f"{_LAYER}{number}."
    head = parse_head(head.text(), name)
    names = {key.removeprefix(prefix) for key in keys if key.startswith(prefix)}
    arrays: dict[str, Array] = checked_tensors(file, names, head, name, prefix)
    made = rebuilt(head, arrays, name)
    return in_type(made, head)


def in_type(made: Compressed, head: Head) -> Any:
    """A decoded matrix in the type and shape it had (torch); integers are rounded and clipped."""
    import torch

    values = made.decode().reshape(head.source or head.shape)
    kind = getattr(torch, head.dtype, None)
    if not isinstance(kind, torch.dtype):
        return values
    if not kind.is_floating_point:
        if kind == torch.bool:
            return values >= 0.5
        limits = torch.iinfo(kind)
        values = values.round().clamp(limits.min, limits.max)
    return values.to(kind)
