"""The experiments ``compression.checkpoint`` and ``compression.restore``."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.compression.matrices import figures
from engine.compression.matrices.budget import parity_rank
from engine.compression.matrices.checkpoint import (
    Packed,
    in_type,
    restored,
    write_checkpoint,
)
from engine.compression.matrices.container import read
from engine.compression.matrices.data import Choice, Matrix, choices, read_safetensor
from engine.compression.matrices.measure import Problem, measure
from engine.compression.matrices.settings import TITLES, Settings
from engine.context import Context
from engine.errors import BadInput, BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.model import Axis, Figure, Line, Table

_BYTE = 8
#: Smaller layers are kept as they are: their header would eat what packing saves.
LEAST_ENTRIES = 1024
#: What is tried for a layer: naive per row at whole bits, LPLR+ at these budgets.
_NAIVE_BITS = (1, 2, 3, 4, 5, 6, 8)
_RANK_BUDGETS = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True)
class _Option:
    """One way to keep a layer: its bytes and what it loses."""

    settings: Settings
    size: int
    squared_error: float


@dataclass(frozen=True, slots=True)
class _Layer:
    choice: Choice
    norm: float
    options: tuple[_Option, ...]


def run_checkpoint(opened: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Try every layer, share the bytes out, compress, write, and restore if asked."""
    found = choices(opened)
    names = [choice.name for choice in found]
    chosen = [choice for choice in found if _packable(choice)]
    if not chosen:
        raise BadInput(f"{opened.path.name} has no layer of {LEAST_ENTRIES} weights or more.")
    kept = {n: _torch_tensor(opened.path, n) for n in names if n not in {c.name for c in chosen}}
    layers = []
    for number, choice in enumerate(chosen):
        yield Snapshot(number, 2 * len(chosen), note=f"trying {choice.name}")
        layers.append(_tried(opened.path, choice, ctx))
    budget = _budget(found, ctx.params)
    plan = shared_out(layers, budget - _overhead(names, kept))
    path = ctx.artifact("checkpoint.lplr")
    packed: dict[str, Packed] = {}
    for number, (layer, option) in enumerate(zip(layers, plan, strict=True)):
        step = len(chosen) + number
        yield Snapshot(step, 2 * len(chosen), note=f"packing {layer.choice.name}")
        packed[layer.choice.name] = _packed(opened.path, layer, option, ctx)
    size = write_checkpoint(packed, kept, names, path)
    yield _report(layers, plan, size, budget, found, ctx)
    if ctx.params.restore:
        _write_restored(restored(path, ctx.check), ctx.artifact("restored.safetensors"))


def _packable(choice: Choice) -> bool:
    floating = choice.dtype in ("float64", "float32", "float16", "bfloat16")
    return choice.usable and floating and int(np.prod(choice.shape)) >= LEAST_ENTRIES


def _torch_tensor(path: Path, name: str) -> Any:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return file.get_tensor(name)


def _problem(path: Path, choice: Choice) -> Problem:
    values = read_safetensor(path, choice.name).astype(np.float64)
    flat = values.reshape(choice.shape[0], -1)
    if not np.isfinite(flat).all():
        raise BadInput(f"{path.name}: {choice.name} has NaN or infinite weights; mend it first.")
    return Problem.of(Matrix(choice.name, flat, choice.dtype, choice.shape))


def _tried(path: Path, choice: Choice, ctx: Context) -> _Layer:
    """The options of a layer that no other beats in both bytes and error, smallest first."""
    problem = _problem(path, choice)
    options = []
    for settings in _candidates(problem.shape):
        ctx.check()
        found = measure(problem, settings, ctx.params.seed, ctx.check)
        options.append(_Option(settings, found.file_bytes, found.squared_error))
    return _Layer(choice, problem.norm, hull(options))


def _candidates(shape: tuple[int, int]) -> list[Settings]:
    made = [Settings("nq_per_row", bits=bits) for bits in _NAIVE_BITS]
    for b0 in _RANK_BUDGETS:
        plus = Settings("lplr_plus", bits_left=4, bits_right=6)
        rank = parity_rank(shape, b0, plus)
        if rank:
            made.append(plus.with_rank(rank))
    return made


def hull(options: list[_Option]) -> tuple[_Option, ...]:
    """The lower convex hull of error over bytes, smallest first."""
    kept: list[_Option] = []
    for option in sorted(options, key=lambda o: (o.size, o.squared_error)):
        if kept and option.squared_error >= kept[-1].squared_error:
            continue
        while len(kept) > 1 and _gain(kept[-2], kept[-1]) <= _gain(kept[-2], option):
            kept.pop()
        kept.append(option)
    return tuple(kept)


def _gain(one: _Option, other: _Option) -> float:
    """Error saved per byte by going from one option to a larger one."""
    return (one.squared_error - other.squared_error) / max(1, other.size - one.size)


def shared_out(layers: list[_Layer], budget: int) -> list[_Option]:
    """Which option each layer gets, so that the squared error of all weights is small.

    Greedy on convex hulls: the next byte goes where it saves the most.

    Raises
    ------
    BadParams
        Not even the smallest options fit.
    """
    at = [0] * len(layers)
    left = budget - sum(layer.options[0].size for layer in layers)
    if left < 0:
        raise BadParams(
            f"The budget is {-left} bytes too small for this checkpoint even at its coarsest; "
            f"give more."
        )
    while True:
        steps = [
            (_gain(layer.options[i], layer.options[i + 1]), number)
            for number, (layer, i) in enumerate(zip(layers, at, strict=True))
            if i + 1 < len(layer.options)
            and layer.options[i + 1].size - layer.options[i].size <= left
        ]
        if not steps:
            return [layer.options[i] for layer, i in zip(layers, at, strict=True)]
        _, best = max(steps)
        options, i = layers[best].options, at[best]
        left -= options[i + 1].size - options[i].size
        at[best] += 1


def _budget(found: tuple[Choice, ...], params: Any) -> int:
    if params.byte_budget is not None:
        return int(params.byte_budget)
    if params.b0 is None:
        raise BadParams("Give bits per weight (b0) or a byte_budget.")
    return int(sum(int(np.prod(choice.shape)) for choice in found) * params.b0 / _BYTE)


def _overhead(names: list[str], kept: dict[str, Any]) -> int:
    """Bytes of what is kept and of the common header, never less than they will be.

    Every option was measured as a file of its own, with a header that is longer than its part in
    the common one except for the name.
    """
    tensors = int(sum(tensor.numel() * tensor.element_size() for tensor in kept.values()))
    return tensors + sum(2 * len(name.encode()) + 24 for name in names) + 120 * len(kept) + 256


def _packed(path: Path, layer: _Layer, option: _Option, ctx: Context) -> Packed:
    problem = _problem(path, layer.choice)
    found = measure(problem, option.settings, ctx.params.seed, ctx.check)
    return Packed(found.made, layer.choice.dtype, layer.choice.shape)


def _report(
    layers: list[_Layer],
    plan: list[_Option],
    size: int,
    budget: int,
    found: tuple[Choice, ...],
    ctx: Context,
) -> Snapshot:
    if size > budget:
        raise BadParams(
            f"The file takes {size} bytes, {size - budget} more than the budget; give more."
        )
    weights = sum(int(np.prod(choice.shape)) for choice in found)
    lost = sum(option.squared_error for option in plan)
    norm = sum(layer.norm**2 for layer in layers)
    metrics = {
        "relative_error": float((lost / norm) ** 0.5),
        "file_bytes": float(size),
        "budget_bytes": float(budget),
        "bits_per_entry": _BYTE * size / weights,
        "layers": float(len(layers)),
        "kept_tensors": float(len(found) - len(layers)),
    }
    total = 2 * len(layers)
    return Snapshot(
        total, total, metrics, _figures(layers, plan), {"budget": _words(size, budget)}
    )


def _words(size: int, budget: int) -> str:
    return f"{size} of {budget} bytes used"


def _figures(layers: list[_Layer], plan: list[_Option]) -> dict[str, Figure]:
    rows = tuple(
        (
            layer.choice.name,
            " x ".join(map(str, layer.choice.shape)),
            TITLES[option.settings.method],
            option.settings.rank or None,
            option.settings.bits if option.settings.naive else None,
            option.size,
            _BYTE * option.size / float(np.prod(layer.choice.shape)),
            option.squared_error**0.5 / layer.norm if layer.norm else 0.0,
        )
        for layer, option in zip(layers, plan, strict=True)
    )
    columns = ("layer", "shape", "method", "m", "bits", "bytes", "bits per weight", "error")
    numbers = np.arange(1, len(rows) + 1, dtype=float)
    errors = np.array([row[-1] for row in rows], dtype=float)
    line = Line(numbers, errors, "relative error of a layer", "measured")
    return {
        "layers": Figure("Layers", (Table(columns, rows),)),
        "layer_errors": Figure(
            "Error of each layer", (line,), Axis("layer, in the order of the file"), Axis("error")
        ),
    }


def run_restore(opened: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Decode a packed matrix or checkpoint to plain arrays."""
    yield Snapshot(0, 1, note="decoding")
    size = float(opened.path.stat().st_size)
    if opened.checkpoint:
        tensors = restored(opened.path, ctx.check)
        _write_restored(tensors, ctx.artifact("restored.safetensors"))
        metrics = {"tensors": float(len(tensors)), "file_bytes": size}
        yield Snapshot(1, 1, metrics)
        return
    made, head = read(opened.path)
    values = made.decode(check=ctx.check).numpy()
    np.save(ctx.artifact("restored.npy"), values.reshape(head.source or head.shape))
    _write_restored({"matrix": in_type(made, head)}, ctx.artifact("restored.safetensors"))
    matrix = Matrix(opened.path.name, values, head.dtype, head.shape)
    shown = {"compressed": figures.maps(matrix, values)["compressed"]}
    metrics = {
        "tensors": 1.0,
        "file_bytes": size,
        "rank": float(head.rank),
        "bits_per_entry": _BYTE * size / values.size,
    }
    yield Snapshot(1, 1, metrics, shown, {"method": replace(made.settings).method})


def _write_restored(tensors: dict[str, Any], path: Path) -> None:
    from safetensors.torch import save

    from engine.compression.matrices.container import write_bytes

    write_bytes(save({name: tensor.contiguous() for name, tensor in tensors.items()}), path)
