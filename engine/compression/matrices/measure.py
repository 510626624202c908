"""One compression measured: error, sizes by formula and on disk, times."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.compression.matrices.budget import code_bits, scale_floats
from engine.compression.matrices.container import as_bytes
from engine.compression.matrices.data import Matrix
from engine.compression.matrices.decompose import Decomposed
from engine.compression.matrices.methods import SVD, Compressed, compress
from engine.compression.matrices.settings import NEEDS_SVD, Settings
from engine.compression.matrices.sketch import product

Check = Callable[[], None] | None
_SPECTRAL_STEPS = 30
_FLOAT = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """A matrix as a tensor, with its SVD where a method asks for one."""

    matrix: Matrix
    tensor: torch.Tensor
    norm: float
    svd: SVD | None = None
    svd_seconds: float = 0.0

    @classmethod
    def of(cls, matrix: Matrix) -> Problem:
        """A problem without its SVD."""
        tensor = torch.from_numpy(np.ascontiguousarray(matrix.values))
        return cls(matrix, tensor, float(torch.linalg.vector_norm(tensor)))

    def with_svd(self, found: Decomposed) -> Problem:
        """The same with its SVD."""
        parts = (torch.from_numpy(part) for part in (found.u, found.s, found.vt))
        return replace(self, svd=SVD(*parts), svd_seconds=found.seconds)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.matrix.shape


@dataclass(frozen=True, slots=True)
class Measured:
    """What one seed of one setting gave.

    Attributes
    ----------
    relative_error
        ||A - A_hat||_F / ||A||_F, of what the file decodes to.
    file_bytes, formula_bytes
        Bytes of the file; bytes of codes, streams and scales alone.
    encode_seconds, decode_seconds
        The SVD, where there is one, is part of encoding.
    """

    made: Compressed
    relative_error: float
    squared_error: float
    file_bytes: int
    formula_bytes: int
    encode_seconds: float
    decode_seconds: float


def measure(problem: Problem, settings: Settings, seed: int, check: Check = None) -> Measured:
    """Compress, decode, and compare."""
    began = time.perf_counter()
    made = compress(problem.tensor, settings, seed, problem.svd, check)
    encoded = time.perf_counter() - began
    if settings.method in NEEDS_SVD:
        encoded += problem.svd_seconds
    began = time.perf_counter()
    decoded = made.decode(check=check)
    took = time.perf_counter() - began
    squared = float(torch.sum((problem.tensor - decoded) ** 2))
    size = len(as_bytes(made, problem.matrix.kept_dtype, problem.matrix.source))
    error = squared**0.5 / problem.norm
    return Measured(made, error, squared, size, formula_bytes(made), encoded, took)


def formula_bytes(made: Compressed) -> int:
    """Bytes of codes and scales, without the header that says how they go together."""
    settings = made.settings
    if made.remainder is not None:
        factors = code_bits(made.shape, settings) + 32 * 4 * settings.rank
        return -(-factors // 8) + len(made.remainder.stream) + _FLOAT * 16
    settings = replace(settings, variant="rows" if made.transposed else "columns")
    return -(-code_bits(made.shape, settings) // 8) + _FLOAT * scale_floats(made.shape, settings)


def spectral_error(problem: Problem, decoded: torch.Tensor, check: Check = None) -> float:
    """||A - A_hat||_2 / ||A||_2 by power iteration (a lower bound that is tight in practice)."""
    return _norm2(problem.tensor - decoded, check) / _norm2(problem.tensor, check)


def psnr_db(problem: Problem, squared_error: float) -> float:
    """Peak signal-to-noise ratio of an image with brightness 0 to 1, in dB."""
    mean = squared_error / problem.tensor.numel()
    return float("inf") if mean == 0 else -10.0 * float(np.log10(mean))


def latency(problem: Problem, made: Compressed, repeat: int = 15) -> tuple[float, float]:
    """Seconds of A x and of L (R x) in single precision, medians; x is one vector."""
    left, right = (part.contiguous() for part in made.factors(torch.float32))
    matrix = problem.tensor.float()
    vector = torch.ones(matrix.shape[1])
    whole = _median_seconds(lambda: matrix @ vector, repeat)
    return whole, _median_seconds(lambda: left @ (right @ vector), repeat)


def _median_seconds(work: Callable[[], object], repeat: int) -> float:
    work()
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return float(np.median(times))


def _norm2(matrix: torch.Tensor, check: Check) -> float:
    vector = torch.ones((matrix.shape[1], 1), dtype=matrix.dtype)
    value = 0.0
    for _ in range(_SPECTRAL_STEPS):
        vector = product(matrix.T, product(matrix, vector, check), check)
        value = float(torch.linalg.vector_norm(vector))
        if value == 0.0:
            return 0.0
        vector = vector / value
    return float(value**0.5)
