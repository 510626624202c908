"""Weights of an agent: the released flat npz, and safetensors of our own."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.agents.layout import SPECS, AgentSpec, spec_of_length
from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.kinds import Kind
from engine.files.sniff import zip_names
from engine.whole_file import written_whole

FLAT_KEY = "params"
_METADATA = "peerscope_agent"
_MOST_HEADER = 4096


@dataclass(frozen=True, slots=True)
class AgentFile:
    """An opened agent: what it is, and its flat parameters (L,) float32."""

    path: Path
    spec: AgentSpec
    params: Array

    @property
    def summary(self) -> str:
        """Its kind and size."""
        return f"{self.spec.title}, {self.spec.length:,} parameters"

    def close(self) -> None:
        """Nothing is held open."""


def open_agent(path: Path) -> AgentFile:
    """Read an agent's weights.

    Raises
    ------
    BadInput
        The file is damaged, of a length that no agent has, or holds numbers that are not finite.
    """
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\3\4"
    spec, params = _read_flat(path) if zipped else _read_safetensors(path)
    if not np.isfinite(params).all():
        raise BadInput(f"{path.name} holds weights that are not finite; train or copy it again.")
    params.setflags(write=False)
    return AgentFile(path, spec, params)


def write_agent(path: Path, spec: AgentSpec, params: Array, *, half: bool = False) -> None:
    """Write flat parameters (L,) as safetensors, one named tensor each; float16 when `half`."""
    from safetensors.numpy import save

    kind = "f2" if half else "f4"
    at, tensors = 0, {}
    for name, shape in spec.tensors:
        size = int(np.prod(shape))
        tensors[name] = np.ascontiguousarray(params[at : at + size].reshape(shape), dtype=kind)
        at += size
    with written_whole(path) as file:
        file.write(save(tensors, {_METADATA: spec.name}))


def save_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays by name as an npz that needs no pickle, whole or not at all."""
    named: dict[str, Any] = dict(arrays)
    with written_whole(path) as file:
        np.savez(file, allow_pickle=False, **named)


def _read_flat(path: Path) -> tuple[AgentSpec, Array]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            flat = np.asarray(archive[FLAT_KEY])
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path.name} is damaged and cannot be read; copy it again.") from error
    if flat.ndim != 1 or flat.dtype.kind != "f":
        raise BadInput(
            f"{path.name} holds params of shape {flat.shape} and type {flat.dtype}; "
            "a flat vector of floats is needed."
        )
    return _recognised(path, len(flat)), flat.astype("f4")


def _recognised(path: Path, length: int) -> AgentSpec:
    spec = spec_of_length(length)
    if spec is None:
        known = ", ".join(f"{item.length} ({item.name})" for item in SPECS.values())
        raise BadInput(
            f"{path.name} has {length} parameters, which no agent here has; known: {known}."
        )
    return spec


def _read_safetensors(path: Path) -> tuple[AgentSpec, Array]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), "np") as file:
            name = str((file.metadata() or {}).get(_METADATA, ""))
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise BadInput(f"{path.name} is damaged and cannot be read; copy it again.") from error
    if name not in SPECS:
        raise BadInput(f"{path.name} names an agent {name!r} that is not known here.")
    return SPECS[name], _flat(path, SPECS[name], tensors)


def _flat(path: Path, spec: AgentSpec, tensors: Mapping[str, Array]) -> Array:
    parts = []
    for name, shape in spec.tensors:
        found = tensors.get(name)
        if found is None or found.shape != shape:
            got = "missing" if found is None else f"of shape {found.shape}"
            raise BadInput(f"{path.name}: tensor {name} is {got}, {shape} is needed.")
        parts.append(found.astype("f4").ravel())
    return np.concatenate(parts)


def _is_agent(path: Path, head: bytes) -> bool:
    """An npz with a vector named params, or safetensors that say so; bytes of headers alone."""
    if head[8:9] == b"{":
        length = int.from_bytes(head[:8], "little")
        return f'"{_METADATA}"'.encode() in head[8 : 8 + min(length, _MOST_HEADER)]
    if f"{FLAT_KEY}.npy" not in zip_names(path, head):
        return False
    return _has_one_dimension(path)


def _has_one_dimension(path: Path) -> bool:
    """Whether the array is a vector; a damaged one counts, so that opening it can say so."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{FLAT_KEY}.npy") as member:
            version = np.lib.format.read_magic(member)
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, _ = read(member)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, struct.error):
        return True
    return len(shape) == 1


AGENT = Kind("agent", "agent", (".npz", ".safetensors"), _is_agent, open_agent)
