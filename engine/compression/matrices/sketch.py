"""Random sketches of a column space, and its refinement by stabilised power passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

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
    generator: torch.Generator,
    nonzeros: int = 1,
    check: Callable[[], None] | None = None,
) -> torch.Tensor:
    """Y = A S (n, size) of A (n, d).

    A Gaussian S has entries N(0, 1/size); a sparse one has `nonzeros` entries of
    +-1/sqrt(nonzeros) in each row, at places that differ.
    """
    d = matrix.shape[1]
    if kind == "gaussian":
        table = torch.randn((d, size), dtype=matrix.dtype, generator=generator)
        return product(matrix, table.mul_(size**-0.5), check)
    if kind == "sparse":
        return _sparse(matrix, size, min(nonzeros, size), generator)
    raise ValueError(f"a sketch is gaussian or sparse, got {kind!r}")


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
    matrix: torch.Tensor, size: int, nonzeros: int, generator: torch.Generator
) -> torch.Tensor:
    d = matrix.shape[1]
    if nonzeros == 1:
        places = torch.randint(size, (d, 1), generator=generator)
    else:
        places = torch.rand((d, size), generator=generator).topk(nonzeros, dim=1).indices
    signs = torch.randint(2, (d, nonzeros), generator=generator).to(matrix.dtype) * 2 - 1
    out = matrix.new_zeros((matrix.shape[0], size))
    for s in range(nonzeros):
        out.index_add_(1, places[:, s], matrix * (signs[:, s] / nonzeros**0.5))
    return out
