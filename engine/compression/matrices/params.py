"""Parameters of the experiments on matrices; nothing heavy is imported here."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Le
from pydantic import field_validator

from engine.compression.matrices.settings import Method, Settings, authors
from engine.experiment import Params, param

Bits = Annotated[float, Ge(0.01), Le(16)]


class InputParams(Params):
    """Which matrix of a file."""

    tensor: str = param(
        "",
        title="Array",
        text="Name of the array or layer in the file; the first that is a matrix when empty.",
        group="Matrix",
        max_length=500,
    )
    channels: Literal["grey", "stacked", "each"] = param(
        "grey",
        title="Channels",
        text="Of a colour image: their mean, all below each other, or each by itself.",
        group="Matrix",
    )


class MethodParams(InputParams):
    """Which method, and its rank where somebody chose one."""

    method: Method = param(
        "lplr",
        title="Method",
        text="lplr is the paper's; coded is Peerscope's own, not of the paper.",
        group="Method",
    )
    rank: int | None = param(
        None,
        title="Rank",
        text="Components; as many as the budget allows when not set.",
        group="Method",
        symbol="m",
        ge=1,
        le=100_000,
    )


class BudgetParams(InputParams):
    """How much room there is."""

    b0: Bits | None = param(
        1.0,
        title="Bits per entry",
        text="Codes take what a naive quantizer of so many bits would (scales not counted). "
        "Bits of the naive methods.",
        group="Budget",
        unit="bits",
        symbol="b₀",
        paper=1.0,
    )
    byte_budget: int | None = param(
        None,
        title="Bytes of the file",
        text="Limit of the whole file, header and scales counted; when set, bits per entry are "
        "not used.",
        group="Budget",
        unit="B",
        ge=1,
        le=2**50,
    )


class FactorParams(BudgetParams):
    """How the factors are made."""

    bits_left: int = param(
        4, title="Bits of L", text="", group="Factors", symbol="B", paper=4, ge=1, le=16
    )
    bits_right: int = param(
        8,
        title="Bits of R",
        text="Give R the larger count, not L.",
        group="Factors",
        symbol="B′",
        paper=8,
        ge=1,
        le=16,
    )
    sketch: Literal["gaussian", "sparse", "none"] = param(
        "gaussian",
        title="Sketch",
        text="S of Y = A S; none is LPLR-SVD without mixing.",
        group="Factors",
        symbol="S",
        paper="gaussian",
    )
    nonzeros: int = param(
        1, title="Nonzeros a row", text="Of the sparse sketch.", group="Factors", ge=1, le=64
    )
    powers: int = param(
        0,
        title="Power passes",
        text="Passes of A Aᵀ over the sketch, orthonormalised by QR after each product.",
        group="Factors",
        symbol="q",
        paper=0,
        ge=0,
        le=8,
    )
    scales: Literal["tensor", "vector"] = param(
        "tensor",
        title="Ranges",
        text="One range per factor as in the paper, or one per column of L and row of R.",
        group="Factors",
        paper="tensor",
    )
    rounding: Literal["nearest", "dither"] = param(
        "nearest",
        title="Rounding",
        text="Dither is what the theory analyses; it costs accuracy.",
        group="Factors",
        paper="nearest",
    )
    variant: Literal["columns", "rows", "best"] = param(
        "columns",
        title="Side",
        text="Sketch the columns, the rows, or both and keep the better.",
        group="Factors",
        paper="columns",
    )
    stages: int = param(
        1,
        title="Stages",
        text="LPLR of what the stage before left; the rank is shared.",
        group="Factors",
        symbol="K",
        ge=1,
        le=16,
    )
    solver: Literal["pinv", "qr", "cholesky"] = param(
        "pinv",
        title="Solver",
        text="How W* = argmin ‖L W - A‖ is found.",
        group="Solve",
        symbol="W*",
        paper="pinv",
    )
    cutoff: float = param(
        2e-3,
        title="Cut-off",
        text="Singular values of L below this share of the largest are dropped.",
        group="Solve",
        ge=0.0,
        le=0.5,
    )
    authors_setting: bool = param(
        False,
        title="Authors' setting",
        text="Pseudo-inverse at machine precision, power passes not orthonormalised.",
        group="Solve",
        paper=True,
    )
    refit: bool = param(
        False,
        title="Affine refit",
        text="alpha * A_hat + beta, fitted: two floats, never worse.",
        group="Solve",
        symbol="α, β",
    )
    seeds: int = param(
        5,
        title="Seeds",
        text="Repeats of what is random; mean and spread are told.",
        group="Run",
        ge=1,
        le=100,
    )

    def settings(self, method: Method) -> Settings:
        """What a method is asked to do, rank and bits still open."""
        made = Settings(
            method=method,
            bits_left=self.bits_left,
            bits_right=self.bits_right,
            rounding=self.rounding,
            sketch=self.sketch,
            nonzeros=self.nonzeros,
            powers=self.powers,
            scales=self.scales,
            solver=self.solver,
            cutoff=self.cutoff,
            variant=self.variant,
            stages=self.stages,
            refit=self.refit and method != "coded",
        )
        return authors(made) if self.authors_setting else made


class LplrParams(FactorParams, MethodParams):
    """Parameters of ``compression.lplr``."""


class SweepParams(FactorParams):
    """Parameters of ``compression.sweep``."""

    methods: tuple[Method, ...] = param(
        ("lplr", "lplr_plus", "lsvd", "dsvd", "dsvd_per_component", "nq", "nq_per_row"),
        title="Methods",
        text="Separated by commas.",
        group="Sweep",
        min_length=1,
        max_length=8,
    )
    grid: tuple[Bits, ...] = param(
        (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
        title="Bits per entry",
        text="Budgets to try, codes only; naive methods take the whole numbers among them.",
        group="Sweep",
        unit="bits",
        min_length=1,
        max_length=40,
    )

    @field_validator("methods", "grid", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take words with commas, as a person types them on the command line."""
        if isinstance(value, str):
            parts = (part.strip(" \"'") for part in value.strip("[] ").split(","))
            return tuple(part for part in parts if part)
        return (value,) if isinstance(value, int | float) else value


class RecommendParams(BudgetParams):
    """Parameters of ``compression.recommend``."""

    seeds: int = param(
        5, title="Seeds", text="Repeats of what is random.", group="Run", ge=1, le=100
    )
    include_ours: bool = param(
        False,
        title="Include ours",
        text="Let the coded remainder compete; it must be decoded before use, so L(Rx) is lost.",
        group="Search",
    )


class NeighbourParams(FactorParams, MethodParams):
    """Parameters of ``compression.neighbours``."""

    k: int = param(
        3, title="Neighbours", text="Majority vote of k.", group="Vote", paper=3, ge=1, le=100
    )
    labels: str = param(
        "labels",
        title="Labels",
        text="Name of the array of labels; without one, recall of true neighbours is told.",
        group="Vote",
        max_length=500,
    )
    train_rows: int | None = param(
        None,
        title="Training rows",
        text="The first rows are compressed, the others ask; three quarters when not set.",
        group="Vote",
        ge=2,
    )
    class_wise: bool = param(
        False,
        title="Class by class",
        text="Compress each class by itself, as the authors do for images: the compressed rows "
        "then know their labels, and accuracy can rise above the exact rows'.",
        group="Vote",
    )
    recall_at: int = param(
        10, title="Recall at", text="Nearest under cosine.", group="Vote", ge=1, le=100
    )


class CheckpointParams(Params):
    """Parameters of ``compression.checkpoint``."""

    b0: Bits | None = param(
        4.0,
        title="Bits per weight",
        text="Of the whole file, on average over all weights.",
        group="Budget",
        unit="bits",
    )
    byte_budget: int | None = param(
        None,
        title="Bytes of the file",
        text="Limit of the whole file; when set, bits per weight are not used.",
        group="Budget",
        unit="B",
        ge=1,
        le=2**50,
    )
    restore: bool = param(
        False,
        title="Restore",
        text="Also write the decoded weights as safetensors.",
        group="Run",
    )


class RestoreParams(Params):
    """Parameters of ``compression.restore``."""


class SpectrumParams(InputParams):
    """Parameters of ``compression.spectrum``."""

    exact_up_to: int = param(
        2000,
        title="Exact up to",
        text="Smaller side up to which the spectrum is exact; above, it is randomised.",
        group="Spectrum",
        ge=2,
        le=20_000,
    )
