"""The packed file ``.lplr``: a safetensors container whose size is known before it is written.

One matrix takes a few tensors (``left``, ``left_scale``, ...), with a prefix where a file holds
several; one JSON text in the metadata says how they go together. Nothing else is in it: what is
shown as the size is the size on disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from engine.compression.matrices.budget import Shape
from engine.compression.matrices.methods import Compressed, Stage
from engine.compression.matrices.packing import pack, packed_bytes, unpack
from engine.compression.matrices.quantize import Quantized, Scales
from engine.compression.matrices.remainder import LEVELS, Remainder
from engine.compression.matrices.settings import NAIVE, Method, Settings
from engine.errors import BadInput, PeerscopeError
from engine.figures.arrays import Array
from engine.whole_file import written_whole

#: The one entry of the metadata; a sniffer looks for it.
KEY = "lplr"
_SIDE = 2**31 - 1
_DTYPES = {"U8": 1, "F32": 4}


class Head(BaseModel):
    """What the header says of one matrix. Unknown or impossible values are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    v: Literal[1] = 1
    method: Method
    shape: tuple[int, int] = Field(description="rows and columns")
    rank: int = Field(ge=0, le=_SIDE)
    ranks: tuple[int, ...] = Field(default=(), max_length=64)
    bits: tuple[int, ...] = Field(default=(), max_length=2)
    scales: Literal["tensor", "vector"] = "tensor"
    rounding: Literal["nearest", "dither"] = "nearest"
    turned: bool = False
    refit: bool = False
    seed: int = Field(ge=0, le=_SIDE)
    dtype: str = Field(default="float64", max_length=16)
    scan: Literal["rows", "columns"] = "rows"
    predict: Literal["none", "before"] = "none"
    width: int = Field(default=1, ge=1, le=2)
    source: tuple[int, ...] = Field(default=(), max_length=8)

    def text(self) -> str:
        """Compact JSON, without what has its default."""
        return json.dumps(
            self.model_dump(mode="json", exclude_defaults=True), separators=(",", ":")
        )


def head_of(made: Compressed, dtype: str = "float64", source: tuple[int, ...] = ()) -> Head:
    """The header of a compressed matrix; `source` is the shape it had before it was laid flat."""
    settings, rest = made.settings, made.remainder
    bits: tuple[int, ...] = ()
    if made.whole is not None:
        bits = (made.whole.bits,)
    elif made.stages:
        bits = (made.stages[0].left.bits, made.stages[0].right.bits)
    ranks = tuple(stage.left.shape[1] for stage in made.stages)
    vector = bool(made.stages) and made.stages[0].left.scales != "tensor"
    return Head(
        method=settings.method,
        shape=made.shape,
        rank=sum(ranks),
        ranks=ranks if len(ranks) > 1 else (),
        bits=bits,
        scales="vector" if vector else "tensor",
        rounding=settings.rounding,
        turned=made.transposed,
        refit=made.affine is not None,
        seed=made.seed,
        dtype=dtype,
        scan=rest.scan if rest is not None else "rows",
        predict=rest.predict if rest is not None else "none",
        width=rest.width if rest is not None else 1,
        source=source if source != made.shape else (),
    )


def tensors_of(made: Compressed) -> dict[str, Array]:
    """The tensors of a compressed matrix, by name."""
    tensors: dict[str, Array] = {}
    for number, stage in enumerate(made.stages):
        mark = str(number) if len(made.stages) > 1 else ""
        _put(tensors, f"left{mark}", stage.left)
        _put(tensors, f"right{mark}", stage.right)
        if stage.gain is not None:
            tensors["gain"] = stage.gain.numpy()
    if made.whole is not None:
        _put(tensors, "whole", made.whole)
    if made.remainder is not None:
        tensors["rest"] = made.remainder.stream
        step = np.array([made.remainder.step], np.float32)
        tensors["rest_scale"] = np.concatenate([step, made.remainder.levels])
    if made.affine is not None:
        tensors["affine"] = made.affine.numpy()
    return tensors


def expected(head: Head) -> dict[str, int | None]:
    """Bytes of every tensor that a header asks for; None for a stream of any length."""
    n, d = head.shape
    rows, columns = (d, n) if head.turned else (n, d)
    sizes: dict[str, int | None] = {}
    if head.method in NAIVE:
        vectors = n if head.method == "nq_per_row" else 1
        sizes = {"whole": packed_bytes(n * d, head.bits[0]), "whole_scale": 8 * vectors}
    elif head.rank:
        ranks = head.ranks or (head.rank,)
        for number, m in enumerate(ranks):
            mark = str(number) if len(ranks) > 1 else ""
            vectors = m if head.scales == "vector" else 1
            sizes[f"left{mark}"] = packed_bytes(rows * m, head.bits[0])
            sizes[f"left{mark}_scale"] = 8 * vectors
            sizes[f"right{mark}"] = packed_bytes(columns * m, head.bits[1])
            sizes[f"right{mark}_scale"] = 8 * vectors
    if head.method == "dsvd_per_component":
        sizes["gain"] = 4 * head.rank
    if head.method == "coded":
        sizes |= {"rest": None, "rest_scale": 4 * (2 * LEVELS + 2)}
    if head.refit:
        sizes["affine"] = 8
    return sizes


def settings_head(shape: Shape, settings: Settings, seed: int) -> Head:
    """The header a compression would have, without doing it (not for the coded remainder)."""
    vector = settings.method in ("lplr_plus", "dsvd_per_component") or (
        settings.scales == "vector" and settings.method != "dsvd"
    )
    ranks = settings.stage_ranks()
    naive = settings.naive
    return Head(
        method=settings.method,
        shape=shape,
        rank=0 if naive else settings.rank,
        ranks=ranks if len(ranks) > 1 and not naive else (),
        bits=(settings.bits,) if naive else (settings.bits_left, settings.bits_right),
        scales="vector" if vector and not naive else "tensor",
        rounding=settings.rounding,
        turned=settings.variant == "rows" and settings.method in ("lplr", "lplr_plus"),
        refit=settings.refit,
        seed=seed,
        dtype=settings.dtype,
        source=settings.source if settings.source != shape else (),
    )


def predicted_bytes(shape: Shape, settings: Settings, seed: int) -> int:
    """Bytes of the file that a compression makes, without making it."""
    head = settings_head(shape, settings, seed)
    sizes = {name: size or 0 for name, size in expected(head).items()}
    return container_bytes(sizes, {KEY: head.text()})


def container_bytes(sizes: Mapping[str, int], metadata: Mapping[str, str]) -> int:
    """Bytes of a safetensors file with tensors of these sizes (codes U8, everything else F32)."""
    # The library keeps wide types first, then names in order.
    order = sorted(sizes, key=lambda name: (-_DTYPES[_dtype(name)], name))
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    at = 0
    for name in order:
        kind, size = _dtype(name), sizes[name]
        header[name] = {
            "dtype": kind,
            "shape": [size // _DTYPES[kind]],
            "data_offsets": [at, at + size],
        }
        at += size
    length = len(json.dumps(header, separators=(",", ":")).encode())
    return 8 + -(-length // 8) * 8 + at


def as_bytes(made: Compressed, dtype: str = "float64", source: tuple[int, ...] = ()) -> bytes:
    """The file, as bytes."""
    return bytes(to_bytes(_flat(tensors_of(made)), {KEY: head_of(made, dtype, source).text()}))


def write(
    made: Compressed, path: Path, dtype: str = "float64", source: tuple[int, ...] = ()
) -> int:
    """Write a matrix whole or not at all; returns the bytes on disk.

    Raises
    ------
    PeerscopeError
        The file cannot be written.
    """
    return write_bytes(as_bytes(made, dtype, source), path)


def write_bytes(data: bytes, path: Path) -> int:
    """Write bytes whole or not at all; returns the bytes on disk.

    Raises
    ------
    PeerscopeError
        The file cannot be written; what was there before is kept.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            file.write(data)
    except OSError as error:
        raise PeerscopeError(
            f"{path.name} cannot be written ({error.strerror}); free some space or choose "
            f"another folder."
        ) from error
    return path.stat().st_size


def read(path: Path) -> tuple[Compressed, Head]:
    """A matrix from its file, bit by bit as it was written.

    Raises
    ------
    BadInput
        The file is damaged, of another version, or asks for the impossible.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            head = parse_head(metadata.get(KEY, ""), path.name)
            names = set(file.keys())
            tensors = checked_tensors(file, names, head, path.name)
    except (SafetensorError, OSError) as error:
        raise BadInput(f"{path.name} is damaged and cannot be opened; copy it again.") from error
    return rebuilt(head, tensors, path.name), head


def parse_head(text: str, name: str) -> Head:
    """A header, or one sentence.

    Raises
    ------
    BadInput
        It is missing, damaged, impossible, or of a newer version.
    """
    if not text:
        raise BadInput(f"{name} is no packed matrix: it has no header of one.")
    try:
        head = Head.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        what = ".".join(str(part) for part in first["loc"]) or "header"
        if what == "v":
            raise BadInput(
                f"{name} was written by a newer Peerscope; update to open it."
            ) from None
        raise BadInput(f"{name} has a damaged header ({what}); copy it again.") from None
    _sane(head, name)
    return head


def rebuilt(head: Head, tensors: Mapping[str, Array], name: str) -> Compressed:
    """Put a matrix together from its header and tensors.

    Raises
    ------
    BadInput
        A scale is not a finite number, or the coded remainder is damaged.
    """
    n, d = head.shape
    turned = (d, n) if head.turned else (n, d)
    for tensor in tensors.values():
        if tensor.dtype == np.float32 and not np.isfinite(tensor).all():
            raise BadInput(f"{name} has a scale that is not a finite number; copy it again.")
    settings = _settings(head)
    made = Compressed(settings, head.seed, head.shape, transposed=head.turned)
    if head.method in NAIVE:
        scales: Scales = "row" if head.method == "nq_per_row" else "tensor"
        whole = _quantized(tensors, "whole", head.shape, head.bits[0], scales)
        made = replace(made, whole=whole)
    elif head.rank:
        made = replace(made, stages=_stages(head, tensors, turned))
    if head.refit:
        made = replace(made, affine=torch.from_numpy(tensors["affine"].copy()))
    if head.method == "coded":
        made = replace(made, remainder=_remainder(head, tensors, name))
    return made


def _sane(head: Head, name: str) -> None:
    n, d = head.shape
    naive = head.method in NAIVE
    bits = 1 if naive else 2
    wrong = (
        not 1 <= min(n, d) <= max(n, d) <= _SIDE
        or any(not 1 <= count <= 16 for count in head.bits)
        or head.rank > min(n, d)
        or (head.ranks and (sum(head.ranks) != head.rank or min(head.ranks) < 1))
        or ((naive or head.rank > 0) and len(head.bits) != bits)
        or (head.rank == 0 and head.method != "coded" and not naive)
        or (bool(head.source) and int(np.prod(head.source, dtype=object)) != n * d)
    )
    if wrong:
        raise BadInput(f"{name} has a header that contradicts itself; copy it again.")
    _fits_in_memory(n * d, name)


def _fits_in_memory(entries: int, name: str) -> None:
    from engine.compression.matrices.memory import available_bytes

    if entries * 8 * 2 > available_bytes():
        raise BadInput(
            f"{name} unpacks to {entries * 8 / 1e9:.3g} GB, more than the free memory; "
            f"open it on a larger machine."
        )


def checked_tensors(
    file: Any, names: set[str], head: Head, name: str, prefix: str = ""
) -> dict[str, Array]:
    """The tensors a header asks for, after their types and sizes were compared with it.

    Raises
    ------
    BadInput
        One is missing, too many, or of another type or size.
    """
    wanted = expected(head)
    if names != set(wanted):
        odd = sorted(names ^ set(wanted))[0]
        raise BadInput(f"{name} does not hold what its header says ({odd}); copy it again.")
    tensors = {}
    for key, size in wanted.items():
        piece = file.get_slice(prefix + key)
        kind, shape = str(piece.get_dtype()), piece.get_shape()
        bytes_there = int(np.prod(shape)) * _DTYPES.get(kind, 0)
        if kind != _dtype(key) or len(shape) != 1 or (size is not None and bytes_there != size):
            raise BadInput(f"{name} has a {key} of the wrong type or size; copy it again.")
        tensors[key] = np.asarray(file.get_tensor(prefix + key))
    return tensors


def _settings(head: Head) -> Settings:
    two = head.bits if len(head.bits) == 2 else (0, 0)
    return Settings(
        method=head.method,
        rank=head.rank,
        bits_left=two[0],
        bits_right=two[1],
        bits=head.bits[0] if head.method in NAIVE else 0,
        rounding=head.rounding,
        scales=head.scales,
        variant="rows" if head.turned else "columns",
        stages=max(1, len(head.ranks)),
        refit=head.refit,
    )


def _stages(head: Head, tensors: Mapping[str, Array], shape: Shape) -> tuple[Stage, ...]:
    ranks = head.ranks or (head.rank,)
    vector = head.scales == "vector"
    stages = []
    for number, m in enumerate(ranks):
        mark = str(number) if len(ranks) > 1 else ""
        sides = (("left", (shape[0], m), "column"), ("right", (m, shape[1]), "row"))
        left, right = (
            _quantized(tensors, f"{side}{mark}", size, bits, which if vector else "tensor")  # type: ignore[arg-type]
            for (side, size, which), bits in zip(sides, head.bits, strict=True)
        )
        gain = tensors.get("gain")
        stages.append(Stage(left, right, None if gain is None else torch.from_numpy(gain.copy())))
    return tuple(stages)


def _quantized(
    tensors: Mapping[str, Array], key: str, shape: Shape, bits: int, scales: Scales
) -> Quantized:
    codes = unpack(tensors[key], shape[0] * shape[1], bits).astype(np.int32).reshape(shape)
    scale = tensors[f"{key}_scale"].reshape(2, -1)
    low, step = (torch.from_numpy(part.copy()) for part in scale)
    return Quantized(torch.from_numpy(codes), bits, scales, low, step)


def _remainder(head: Head, tensors: Mapping[str, Array], name: str) -> Remainder:
    scale = tensors["rest_scale"]
    rest = Remainder(
        shape=head.shape,
        step=float(scale[0]),
        levels=scale[1:].copy(),
        scan=head.scan,
        predict=head.predict,
        width=head.width,
        stream=tensors["rest"],
    )
    try:
        rest.multiples()
    except ValueError as error:
        raise BadInput(f"{name}: {error}; copy it again.") from error
    return rest


def _put(tensors: dict[str, Array], name: str, part: Quantized) -> None:
    tensors[name] = pack(part.codes.numpy(), part.bits)
    tensors[f"{name}_scale"] = torch.cat([part.low, part.step]).numpy()


def _flat(tensors: Mapping[str, Array]) -> dict[str, Array]:
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _dtype(name: str) -> str:
    """Codes and streams are bytes; scales, gains and the refit single precision."""
    return "F32" if name.endswith("_scale") or name in ("gain", "affine") else "U8"
