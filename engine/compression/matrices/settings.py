"""What a method is asked to do, as plain data; nothing heavy is imported here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Method = Literal[
    "lplr", "lplr_plus", "lsvd", "dsvd", "dsvd_per_component", "nq", "nq_per_row", "coded"
]

TITLES: dict[str, str] = {
    "lplr": "LPLR",
    "lplr_plus": "LPLR+",
    "lsvd": "LPLR-SVD",
    "dsvd": "direct SVD, one scale",
    "dsvd_per_component": "direct SVD, per component",
    "nq": "naive, per tensor",
    "nq_per_row": "naive, per row",
    "coded": "coded remainder (ours)",
}
#: For legends and bars, where there is little room.
SHORT: dict[str, str] = {
    "lplr": "LPLR",
    "lplr_plus": "LPLR+",
    "lsvd": "LSVD",
    "dsvd": "DSVD",
    "dsvd_per_component": "DSVD/c",
    "nq": "NQ",
    "nq_per_row": "NQ/row",
    "coded": "ours",
}
METHODS = tuple(TITLES)
#: The methods of the paper and its peers; "coded" is ours.
CARD_METHODS = METHODS[:-1]
LOW_RANK = ("lplr", "lplr_plus", "lsvd", "dsvd", "dsvd_per_component")
NAIVE = ("nq", "nq_per_row")
NEEDS_SVD = ("lsvd", "dsvd", "dsvd_per_component")
#: Their result depends on the seed even without dither.
RANDOM = ("lplr", "lplr_plus", "lsvd")


@dataclass(frozen=True, slots=True)
class Settings:
    """One way to compress a matrix.

    Attributes
    ----------
    method, rank
        Which, and m for the low-rank ones.
    bits_left, bits_right, bits
        B and B' of the factors; bits per entry of a naive method.
    rounding, sketch, nonzeros
        "nearest" or "dither"; "gaussian", "sparse" (with that many entries a row) or "none"
        (LPLR-SVD without its sketch).
    powers, stabilised
        Power passes before L is quantised, and whether they are orthonormalised.
    scales
        One range per factor ("tensor"), or one per column of L and row of R ("vector").
    solver, cutoff
        How W* is found; see `engine.compression.matrices.solve`.
    variant
        "columns" sketches A, "rows" its transpose; "best" keeps the better.
    stages
        LPLR of what the stage before left; the rank is shared among them.
    refit
        Affine refit of the result: two floats, never worse.
    budget_bytes, dtype, source
        Size of the whole file for the coded remainder; type and shape that the header names.
    """

    method: Method
    rank: int = 0
    bits_left: int = 4
    bits_right: int = 8
    bits: int = 1
    rounding: Literal["nearest", "dither"] = "nearest"
    sketch: Literal["gaussian", "sparse", "none"] = "gaussian"
    nonzeros: int = 1
    powers: int = 0
    stabilised: bool = True
    scales: Literal["tensor", "vector"] = "tensor"
    solver: Literal["pinv", "qr", "cholesky"] = "pinv"
    cutoff: float = 2e-3
    variant: Literal["columns", "rows", "best"] = "columns"
    stages: int = 1
    refit: bool = False
    budget_bytes: int = 0
    dtype: str = "float64"
    source: tuple[int, ...] = ()

    @property
    def naive(self) -> bool:
        """True for the methods without factors."""
        return self.method in NAIVE

    @property
    def random(self) -> bool:
        """True when the seed matters."""
        return self.method in RANDOM or (self.rounding == "dither" and self.method != "coded")

    def with_rank(self, rank: int) -> Settings:
        """The same at another rank."""
        return replace(self, rank=rank)

    def stage_ranks(self) -> tuple[int, ...]:
        """Ranks of the stages; they add up to the rank."""
        each, left = divmod(self.rank, self.stages)
        ranks = tuple(each + (number < left) for number in range(self.stages))
        return tuple(rank for rank in ranks if rank) if self.method == "lplr" else (self.rank,)


def authors(settings: Settings) -> Settings:
    """The authors' setting: pseudo-inverse at machine precision, nothing stabilised."""
    return replace(settings, solver="pinv", cutoff=1e-15, stabilised=False)
