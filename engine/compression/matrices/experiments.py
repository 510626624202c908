"""What one can run on matrices. Inputs are read and checked before torch is imported."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from engine.compression.matrices.params import (
    CheckpointParams,
    LplrParams,
    NeighbourParams,
    RecommendParams,
    RestoreParams,
    SpectrumParams,
    SweepParams,
)
from engine.experiment import Experiment, InputSpec, MetricSpec, Shown

if TYPE_CHECKING:
    from engine.compression.matrices.data import Matrix
    from engine.context import Context
    from engine.files.inputs import Inputs

_MATRIX = InputSpec("matrix", ("image", "array", "table", "safetensors"), text="the matrix")
_ERROR = MetricSpec("relative_error", rtol=1e-4, text="||A - A_hat||_F / ||A||_F, mean over seeds")
_SPREAD = MetricSpec("relative_error_sd", rtol=1e-2, text="its standard deviation over seeds")
_RANK = MetricSpec("rank", rtol=0.0, text="components m of the factors")
_BYTES = MetricSpec("file_bytes", "B", rtol=0.0, text="bytes of the file on disk")
_BITS = MetricSpec("bits_per_entry", "bits", rtol=0.0, text="8 file_bytes / entries")


def _run_lplr(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    from engine.compression.matrices.data import read_matrices

    matrices = read_matrices(inputs["matrix"], params.tensor, params.channels)
    from engine.compression.matrices.lplr_run import run_lplr

    yield from run_lplr(matrices, ctx)


def _one(inputs: Inputs, params: Any) -> Matrix:
    """The single matrix of an input; of channels one by one, it is refused."""
    from engine.compression.matrices.data import read_matrices
    from engine.errors import BadParams

    if params.channels == "each":
        raise BadParams("Channels one by one are for compression.lplr; take grey or stacked here.")
    return read_matrices(inputs["matrix"], params.tensor, params.channels)[0]


def _run_sweep(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    matrix = _one(inputs, params)
    from engine.compression.matrices.sweep_run import run_sweep

    yield from run_sweep(matrix, ctx)


def _run_recommend(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    matrix = _one(inputs, params)
    from engine.compression.matrices.recommend_run import run_recommend

    yield from run_recommend(matrix, ctx)


def _run_spectrum(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    matrix = _one(inputs, params)
    from engine.compression.matrices.spectrum_run import run_spectrum

    yield from run_spectrum(matrix, ctx)


def _run_neighbours(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    matrix = _one(inputs, params)
    from engine.compression.matrices.neighbours_run import labels_in, run_neighbours

    labels = labels_in(inputs["matrix"], params.labels, matrix.shape[0])
    yield from run_neighbours(matrix, labels, ctx)


def _run_checkpoint(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    from engine.compression.matrices.checkpoint_run import run_checkpoint

    yield from run_checkpoint(inputs["checkpoint"], ctx)


def _run_restore(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    from engine.compression.matrices.checkpoint_run import run_restore

    yield from run_restore(inputs["packed"], ctx)


LPLR = Experiment(
    name="compression.lplr",
    summary="Compress a matrix by one method and write the packed file",
    params=LplrParams,
    run=_run_lplr,
    inputs=(_MATRIX,),
    metrics=(
        *(_ERROR, _SPREAD, _RANK, _BITS, _BYTES),
        MetricSpec("formula_bytes", "B", rtol=0.0, text="codes and scales without the header"),
        MetricSpec("encode_seconds", "s", kind="time", text="compressing, SVD included"),
        MetricSpec("decode_seconds", "s", kind="time", text="codes to values"),
        MetricSpec("spectral_error", rtol=1e-3, text="||A - A_hat||_2 / ||A||_2, first seed"),
        MetricSpec("psnr_db", "dB", rtol=1e-3, text="of an image, first seed", title="PSNR"),
        MetricSpec("apply_seconds", "s", kind="time", text="A x, single precision"),
        MetricSpec("factor_apply_seconds", "s", kind="time", text="L (R x), single precision"),
    ),
)
SWEEP = Experiment(
    name="compression.sweep",
    summary="Error against bits for every method",
    params=SweepParams,
    run=_run_sweep,
    inputs=(_MATRIX,),
    metrics=(
        MetricSpec("relative_error", rtol=1e-4, text="lowest of all points"),
        MetricSpec("points", rtol=0.0, text="methods times budgets that fit"),
        *(
            MetricSpec(f"error_{name}", rtol=1e-4, text="at the largest budget")
            for name in ("lplr", "lplr_plus", "lsvd", "dsvd", "dsvd_per_component")
        ),
        *(MetricSpec(f"error_{name}", rtol=1e-4) for name in ("nq", "nq_per_row", "coded")),
    ),
)
RECOMMEND = Experiment(
    name="compression.recommend",
    summary="Find the best method, rank and bits for a budget, and say why",
    params=RecommendParams,
    run=_run_recommend,
    inputs=(_MATRIX,),
    metrics=(
        *(_ERROR, _SPREAD, _BYTES, _RANK),
        MetricSpec("bits_left", "bits", rtol=0.0, text="of L, or of an entry"),
        MetricSpec("bits_right", "bits", rtol=0.0, text="of R, 0 for a naive method"),
        MetricSpec("low_rank_error", rtol=1e-4, text="of the best low-rank method"),
        MetricSpec("other_error", rtol=1e-4, text="of the best method without factors"),
    ),
)
NEIGHBOURS = Experiment(
    name="compression.neighbours",
    summary="Nearest neighbours before and after compressing the rows",
    params=NeighbourParams,
    run=_run_neighbours,
    inputs=(_MATRIX,),
    metrics=(
        *(_ERROR, _SPREAD, _RANK, _BYTES),
        MetricSpec("accuracy_before", rtol=1e-3, text="vote among exact rows"),
        MetricSpec("accuracy_after", rtol=1e-2, text="vote among compressed rows"),
        MetricSpec("recall_after", rtol=1e-2, text="of the true nearest under cosine"),
    ),
)
CHECKPOINT = Experiment(
    name="compression.checkpoint",
    summary="Compress a checkpoint layer by layer to a size",
    params=CheckpointParams,
    run=_run_checkpoint,
    inputs=(InputSpec("checkpoint", ("safetensors",), text="the weights"),),
    metrics=(
        *(_ERROR, _BYTES, _BITS),
        MetricSpec("budget_bytes", "B", rtol=0.0),
        MetricSpec("layers", rtol=0.0, text="layers that were compressed"),
        MetricSpec("kept_tensors", rtol=0.0, text="tensors that stay as they are"),
    ),
)
RESTORE = Experiment(
    name="compression.restore",
    summary="Decode a packed matrix or checkpoint to plain arrays",
    params=RestoreParams,
    run=_run_restore,
    inputs=(InputSpec("packed", ("lplr",), text="the packed file"),),
    metrics=(
        *(_BYTES, _RANK, _BITS),
        MetricSpec("tensors", rtol=0.0, text="arrays decoded"),
    ),
)
SPECTRUM = Experiment(
    name="compression.spectrum",
    summary="Singular values, best-rank errors and stable rank of a matrix",
    params=SpectrumParams,
    run=_run_spectrum,
    inputs=(_MATRIX,),
    metrics=(
        MetricSpec("rows", rtol=0.0),
        MetricSpec("columns", rtol=0.0),
        MetricSpec("largest_singular_value", rtol=1e-4),
        MetricSpec("stable_rank", rtol=1e-4, text="||A||_F^2 / ||A||_2^2"),
        MetricSpec("numerical_rank", rtol=0.05, text="at machine precision; exact spectra only"),
        MetricSpec("break_even_rank", rtol=1e-6, text="L(Rx) is cheaper than Ax below"),
    ),
)
EXPERIMENTS = (LPLR, SWEEP, RECOMMEND, NEIGHBOURS, CHECKPOINT, RESTORE, SPECTRUM)
