"""The kind of file ``.lplr``: a packed matrix, or a checkpoint of many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import BadInput
from engine.files.kinds import Kind, Opened

#: The library writes the metadata first; another safetensors file has no such entry.
_SIGNS = (b'{"__metadata__":{"lplr":', b'{"__metadata__":{"lplr_checkpoint":')


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A packed file, read when it is asked for.

    Attributes
    ----------
    checkpoint
        True when it holds a whole checkpoint.
    """

    path: Path
    summary: str
    checkpoint: bool

    def close(self) -> None:
        """Nothing is held open."""


def is_packed(path: Path, head: bytes) -> bool:
    """A safetensors file whose metadata begins with ours."""
    return head[8:].startswith(_SIGNS)


def open_packed(path: Path) -> Opened:
    """Look at the header of a packed file.

    Raises
    ------
    BadInput
        The header is damaged.
    """
    import json

    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            text = file.read(min(length, path.stat().st_size))
        metadata: dict[str, Any] = json.loads(text)["__metadata__"]
        if "lplr_checkpoint" in metadata:
            layers = json.loads(metadata["lplr_checkpoint"])["layers"]
            return PackedFile(path, f"packed checkpoint of {len(layers)} tensors", True)
        head = json.loads(metadata["lplr"])
        rows, columns = head["shape"]
        words = f"packed matrix, {rows} x {columns}, {head['method']}"
        return PackedFile(path, words, False)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(f"{path.name} has a damaged header; copy it again.") from error


PACKED = Kind("lplr", "packed matrix", (".lplr",), is_packed, open_packed)
