"""What an embedding leaves behind besides figures: codes as tables, the basis as weights."""

from __future__ import annotations

import numpy as np

from engine.behavior.pca import Basis
from engine.context import Context
from engine.figures.arrays import Array


def write_codes(ctx: Context, frames: Array, times_s: Array, codes: Array) -> None:
    """Write ``codes.parquet`` and ``codes.csv``: frame, time_s, code_1 ... code_D.

    Parameters
    ----------
    ctx
        Names the files as artifacts of the run.
    frames, times_s
        (n,) int64 frame numbers and float64 seconds.
    codes
        (n, latent) float32.
    """
    import pyarrow as pa
    from pyarrow import csv, parquet

    columns = {f"code_{i + 1}": codes[:, i] for i in range(codes.shape[1])}
    table = pa.table({"frame": frames, "time_s": times_s, **columns})
    parquet.write_table(table, ctx.artifact("codes.parquet"))
    csv.write_csv(table, ctx.artifact("codes.csv"))


def write_basis(ctx: Context, basis: Basis) -> None:
    """Write ``basis.safetensors``: mean (pixels,), components (latent, pixels), float32."""
    from safetensors.numpy import save_file

    tensors = {
        "mean": np.ascontiguousarray(basis.mean),
        "components": np.ascontiguousarray(basis.components),
    }
    save_file(tensors, ctx.artifact("basis.safetensors"))
