"""Random sketches of a column space, and its refinement by stabilised power passes.

They are drawn by numpy's `default_rng(seed)`, in double precision whatever the matrix has: a seed
is one sketch in either precision, and the one that the reference values were measured with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch

Sketch = Literal["gaussian", "sparse", "none"]
#: A product is cut into row blocks of about this many multiplications, so that work between two
#: checks stays far below 200 ms.
_BLOCK = 4e8


def product(
    left: torch.Tensor, right: torch.Tensor, check: Callable[[], None] | None = None
) -> torch.Tensor:
    """``left @ right`` (n, k) @ (k, m), with `check` called between blocks of rows."""
    n, k = left.shape
    m = right.shape[1]
    rows = max(1, int(_BLOCK / max(1, k * m)))
    if check is None or rows >= n:
        return left @ right
    out = left.new_empty((n, m))
    for start in range(0, n, rows):
        check()
        torch.matmul(left[start : start + rows], right, out=out[start : start + rows])
    return out


def sketched(
    matrix: torch.Tensor,
    size: int,
    kind: Sketch,
    generator: np.random.Generator,
    nonzeros: int = 1,
    check: Callable[[], None] | None = None,
) -> torch.Tensor:
    """Y = A S (n, size) of A (n, d).

    A Gaussian S has entries N(0, 1/size); a sparse one has `nonzeros` entries of
    +-1/sqrt(nonzeros) in each row, at places that differ.
    """
    d = matrix.shape[1]
    if kind == "gaussian":
        return product(matrix, gaussian(d, size, generator, matrix.dtype), check)
    if kind == "sparse":
        return _sparse(matrix, size, min(nonzeros, size), generator)
    raise ValueError(f"a sketch is gaussian or sparse, got {kind!r}")


def gaussian(
    rows: int, size: int, generator: np.random.Generator, dtype: torch.dtype
) -> torch.Tensor:
    """(rows, size) with independent entries N(0, 1/size)."""
    drawn = generator.standard_normal((rows, size))
    drawn *= size**-0.5
    return torch.from_numpy(drawn).to(dtype)


def power_passes(
    matrix: torch.Tensor,
    basis: torch.Tensor,
    passes: int,
    stabilised: bool = True,
    check: Callable[[], None] | None = None,
) -> torch.Tensor:
    """(A A^T)^passes Y; with `stabilised`, orthonormal after every product (Halko et al. 2011).

    Without, small components drown under the one range of the quantizer.
    """
    for _ in range(passes):
        basis = orthonormal(basis) if stabilised else basis
        across = product(matrix.T, basis, check)
        across = orthonormal(across) if stabilised else across
        basis = product(matrix, across, check)
    return basis


def orthonormal(basis: torch.Tensor) -> torch.Tensor:
    """Orthonormal columns with the same span, (n, m)."""
    return torch.linalg.qr(basis).Q


def _sparse(
    matrix: torch.Tensor, size: int, nonzeros: int, generator: np.random.Generator
) -> torch.Tensor:
    d = matrix.shape[1]
    if nonzeros == 1:
        places = generator.integers(size, size=(d, 1))
    else:
        places = np.argpartition(generator.random((d, size)), nonzeros - 1, axis=1)[:, :nonzeros]
    signs = generator.choice((-1.0, 1.0), (d, nonzeros)) * nonzeros**-0.5
    out = matrix.new_zeros((matrix.shape[0], size))
    for s in range(nonzeros):
        weights = torch.from_numpy(signs[:, s]).to(matrix.dtype)
        out.index_add_(1, torch.from_numpy(places[:, s].copy()), matrix * weights)
    return out
