"""The methods: LPLR and its variants, quantised SVDs, and naive quantisation.

Source: arXiv 2310.11028, algorithm box and experiments; LPLR+ and the per-component SVD are
additions. A (n, d) is given in float32 or float64 and everything is computed in that type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.compression.matrices.decompose import decompose
from engine.compression.matrices.quantize import Quantized, Scales, quantize
from engine.compression.matrices.remainder import Remainder
from engine.compression.matrices.settings import Settings
from engine.compression.matrices.sketch import (
    gaussian,
    orthonormal,
    power_passes,
    product,
    sketched,
)
from engine.compression.matrices.solve import least_squares

Check = Callable[[], None] | None


@dataclass(frozen=True, slots=True)
class SVD:
    """A thin singular value decomposition: u (n, k), s (k,), vt (k, d)."""

    u: torch.Tensor
    s: torch.Tensor
    vt: torch.Tensor


@dataclass(frozen=True, slots=True)
class Stage:
    """One pair of factors; `gain` (m,) float32 stands between them, or is None."""

    left: Quantized
    right: Quantized
    gain: torch.Tensor | None = None

    def factors(self, dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
        """L (n, m) and R (m, d); the gain is in L."""
        left, right = self.left.decode(dtype), self.right.decode(dtype)
        return (left if self.gain is None else left * self.gain.to(dtype)), right


@dataclass(frozen=True, slots=True)
class Compressed:
    """A compressed matrix: everything a file keeps, and nothing else.

    Attributes
    ----------
    settings, seed, shape
        How it was made, and of what shape the matrix is.
    stages
        Pairs of factors whose products add up; empty for a naive method.
    whole
        The quantised matrix of a naive method.
    remainder
        The coded remainder of our own method.
    affine
        (alpha, beta) of the refit, float32, or None.
    transposed
        True when the factors are of the transpose.
    """

    settings: Settings
    seed: int
    shape: tuple[int, int]
    stages: tuple[Stage, ...] = ()
    whole: Quantized | None = None
    remainder: Remainder | None = None
    affine: torch.Tensor | None = None
    transposed: bool = False

    def decode(self, dtype: torch.dtype = torch.float64, check: Check = None) -> torch.Tensor:
        """The matrix that is stored, (n, d)."""
        out = self._unscaled(dtype, check)
        if self.affine is not None:
            out = out * self.affine[0].to(dtype) + self.affine[1].to(dtype)
        return out

    def factors(self, dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
        """All stages side by side: L (n, m), R (m, d) with A ~ L R (without the refit)."""
        pairs = [stage.factors(dtype) for stage in self.stages]
        left = torch.cat([pair[0] for pair in pairs], dim=1)
        right = torch.cat([pair[1] for pair in pairs], dim=0)
        if self.transposed:
            return right.T.contiguous(), left.T.contiguous()
        return left, right

    def _unscaled(self, dtype: torch.dtype, check: Check) -> torch.Tensor:
        if self.whole is not None:
            return self.whole.decode(dtype)
        out = torch.zeros(self.shape, dtype=dtype)
        if self.stages:
            out = product(*self.factors(dtype), check)
        if self.remainder is not None:
            out += torch.from_numpy(self.remainder.decode()).to(dtype)
        return out


def compress(
    matrix: torch.Tensor,
    settings: Settings,
    seed: int = 0,
    svd: SVD | None = None,
    check: Check = None,
) -> Compressed:
    """Compress A (n, d).

    Parameters
    ----------
    settings
        Method, rank and bits; the rank must be from 1 to min(n, d) for a low-rank method.
    seed
        Of sketch and dither.
    svd
        The SVD of A, for the methods that need one; computed here when it is missing.
    check
        Called at least every 200 ms, except inside a full SVD computed here.
    """
    generator = np.random.default_rng(seed)
    if settings.method == "coded":
        from engine.compression.matrices.coded import code

        return code(matrix, settings, check)
    made = _made(matrix, settings, seed, svd, generator, check)
    return refitted(made, matrix, check) if settings.refit else made


def refitted(made: Compressed, matrix: torch.Tensor, check: Check = None) -> Compressed:
    """With alpha and beta that make alpha * A_hat + beta closest to A."""
    decoded = replace(made, affine=None).decode(matrix.dtype, check)
    centred = decoded - decoded.mean()
    power = float(torch.sum(centred**2))
    alpha = float(torch.sum(centred * (matrix - matrix.mean()))) / power if power > 0 else 0.0
    beta = float(matrix.mean()) - alpha * float(decoded.mean())
    return replace(made, affine=torch.tensor([alpha, beta], dtype=torch.float32))


def _made(
    matrix: torch.Tensor,
    settings: Settings,
    seed: int,
    svd: SVD | None,
    generator: np.random.Generator,
    check: Check,
) -> Compressed:
    n, d = matrix.shape
    if settings.naive:
        scales: Scales = "row" if settings.method == "nq_per_row" else "tensor"
        whole = quantize(matrix, settings.bits, scales, settings.rounding, generator)
        return Compressed(settings, seed, (n, d), whole=whole)
    if settings.method in ("dsvd", "dsvd_per_component", "lsvd"):
        svd = svd or full_svd(matrix)
        stage = _svd_stage(matrix, settings, svd, generator, check)
        return Compressed(settings, seed, (n, d), (stage,))
    if settings.variant == "best":
        both = [
            _lplr(matrix, replace(settings, variant=variant), seed, check)
            for variant in ("columns", "rows")
        ]
        errors = [float(torch.sum((made.decode(matrix.dtype) - matrix) ** 2)) for made in both]
        return both[errors[1] < errors[0]]
    return _lplr(matrix, settings, seed, check)


def full_svd(matrix: torch.Tensor) -> SVD:
    """The thin SVD of A, with the signs LAPACK leaves (see `decompose`)."""
    found = decompose(matrix.numpy())
    return SVD(*(torch.from_numpy(part) for part in (found.u, found.s, found.vt)))


def _svd_stage(
    matrix: torch.Tensor,
    settings: Settings,
    svd: SVD,
    generator: np.random.Generator,
    check: Check,
) -> Stage:
    m = settings.rank
    u, s, vt = svd.u[:, :m], svd.s[:m], svd.vt[:m]
    left_bits, right_bits, how = settings.bits_left, settings.bits_right, settings.rounding
    if settings.method == "dsvd":
        left = quantize(u, left_bits, "tensor", how, generator)
        return Stage(left, quantize(s[:, None] * vt, right_bits, "tensor", how, generator))
    if settings.method == "dsvd_per_component":
        left = quantize(u, left_bits, "column", how, generator)
        right = quantize(vt, right_bits, "row", how, generator)
        return Stage(left, right, s.float())
    basis = u * s
    if settings.sketch != "none":
        basis = product(basis, gaussian(m, m, generator, matrix.dtype), check)
    return _solved_stage(matrix, basis, settings, generator, check)


def _lplr(matrix: torch.Tensor, settings: Settings, seed: int, check: Check) -> Compressed:
    """LPLR of A, or of its transpose; in one stage, or of what is left in several."""
    n, d = matrix.shape
    turned = settings.variant == "rows"
    rest = matrix.T.contiguous() if turned else matrix
    generator = np.random.default_rng(seed)
    stages: list[Stage] = []
    for rank in settings.stage_ranks():
        if stages:
            left, right = stages[-1].factors(matrix.dtype)
            rest = rest - product(left, right, check)
        basis = _range_basis(rest, rank, settings, generator, check)
        stages.append(_solved_stage(rest, basis, settings, generator, check))
    return Compressed(settings, seed, (n, d), tuple(stages), transposed=turned)


def _range_basis(
    matrix: torch.Tensor,
    rank: int,
    settings: Settings,
    generator: np.random.Generator,
    check: Check,
) -> torch.Tensor:
    kind = "gaussian" if settings.sketch == "none" else settings.sketch
    basis = sketched(matrix, rank, kind, generator, settings.nonzeros, check)
    plus = settings.method == "lplr_plus"
    passes = max(settings.powers, 2) if plus else settings.powers
    basis = power_passes(matrix, basis, passes, plus or settings.stabilised, check)
    return orthonormal(basis) if plus else basis


def _solved_stage(
    matrix: torch.Tensor,
    basis: torch.Tensor,
    settings: Settings,
    generator: np.random.Generator,
    check: Check,
) -> Stage:
    """Quantise the basis, solve against what is quantised, quantise the solution."""
    vector = settings.scales == "vector" or settings.method == "lplr_plus"
    columns: Scales = "column" if vector else "tensor"
    rows: Scales = "row" if vector else "tensor"
    left = quantize(basis, settings.bits_left, columns, settings.rounding, generator)
    solution = least_squares(
        left.decode(matrix.dtype), matrix, settings.solver, settings.cutoff, check
    )
    right = quantize(solution, settings.bits_right, rows, settings.rounding, generator)
    return Stage(left, right)
