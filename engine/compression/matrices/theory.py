"""What theory says of a sketch and of the quantizers after it.

The bound of the paper on the unquantised part is known to us second-hand; the conditions on
bits that make its remaining term small are not, so that term is left out and this is said.
"""

from __future__ import annotations

import numpy as np
import torch

from engine.compression.matrices.methods import Stage
from engine.figures.arrays import Array


def sketch_bound(singular_values: Array, size: int) -> float:
    """Least over k <= m - 2 of sqrt((1 + k / (m - k - 1)) sum of squares beyond k) / ||A||_F.

    Bounds the root mean square over sketches of the error before quantisation, for a Gaussian
    sketch of m columns; `singular_values` are all of A.
    """
    squares = np.asarray(singular_values, np.float64) ** 2
    total = squares.sum()
    if size < 2:
        return 1.0
    k = np.arange(0, min(size - 2, len(squares)) + 1)
    tails = total - np.concatenate([[0.0], np.cumsum(squares)])[k]
    return float(np.sqrt(np.min((1 + k / (size - k - 1)) * np.maximum(tails, 0)) / total))


def identity_sides(
    matrix: torch.Tensor, stage: Stage, solution: torch.Tensor
) -> tuple[float, float]:
    """Both sides of ||A - L R||^2 = ||A - L W*||^2 + ||L (W* - R)||^2.

    Exact when W* (m, d) solves the least squares against the quantised L of full rank, because
    its residual is orthogonal to the range of L.
    """
    left, right = stage.factors(matrix.dtype)
    whole = float(torch.sum((matrix - left @ right) ** 2))
    residual = float(torch.sum((matrix - left @ solution) ** 2))
    rounding = float(torch.sum((left @ (solution - right)) ** 2))
    return whole, residual + rounding


def rounding_bound(stage: Stage) -> float:
    """||L||_2^2 m d Delta'^2 / 4, what rounding R to the nearest level can add at most."""
    left, right = stage.factors()
    m, d = right.shape
    norm = float(torch.linalg.matrix_norm(left, 2))
    step = float(stage.right.step.double().max())
    return float(norm**2 * m * d * step**2 / 4)
