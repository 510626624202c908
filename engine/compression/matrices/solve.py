"""W* = argmin ||L W - A||_F, in three ways, each with a cut-off against a nearly singular L."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import torch

from engine.compression.matrices.sketch import product

Solver = Literal["pinv", "qr", "cholesky"]


def least_squares(
    left: torch.Tensor,
    matrix: torch.Tensor,
    solver: Solver = "pinv",
    cutoff: float = 1e-2,
    check: Callable[[], None] | None = None,
) -> torch.Tensor:
    """W* (m, d) for L (n, m) and A (n, d).

    Parameters
    ----------
    solver
        "pinv" drops directions whose singular value is below `cutoff` of the largest; "qr" is
        exact unless a diagonal entry of R falls below it, where it truncates too; "cholesky"
        solves the normal equations with a ridge of cutoff^2 ||L^T L||_F / 100.
    cutoff
        Relative to the largest singular value. A nearly singular L blows W* up, and with it the
        range of its quantizer.
    """
    if solver == "qr":
        return _by_qr(left, matrix, cutoff, check)
    if solver == "pinv" and cutoff < _least_gram_cutoff(left.dtype):
        return product(truncated_pinv(left, cutoff), matrix, check)
    gram = left.T @ left
    moments = product(left.T, matrix, check)
    if solver == "pinv":
        return _by_eigen(gram, moments, cutoff)
    return _by_cholesky(gram, moments, cutoff)


def truncated_pinv(left: torch.Tensor, cutoff: float) -> torch.Tensor:
    """Pseudo-inverse (m, n) without the singular values below `cutoff` of the largest."""
    u, s, vt = torch.linalg.svd(left, full_matrices=False)
    kept = s > cutoff * s[0]
    inverse = torch.where(kept, 1 / torch.where(kept, s, torch.ones_like(s)), torch.zeros_like(s))
    return (vt.T * inverse) @ u.T


def _least_gram_cutoff(dtype: torch.dtype) -> float:
    """Squaring loses half the digits: below this the Gram matrix knows nothing any more."""
    return 30.0 * math.sqrt(torch.finfo(dtype).eps)


def _by_eigen(gram: torch.Tensor, moments: torch.Tensor, cutoff: float) -> torch.Tensor:
    """The truncated pseudo-inverse through the m x m Gram matrix: one small decomposition."""
    values, vectors = torch.linalg.eigh(gram)
    kept = values > cutoff**2 * values[-1]
    safe = torch.where(kept, values, torch.ones_like(values))
    inverse = torch.where(kept, 1 / safe, torch.zeros_like(safe))
    return ((vectors * inverse) @ vectors.T) @ moments


def _by_cholesky(gram: torch.Tensor, moments: torch.Tensor, cutoff: float) -> torch.Tensor:
    largest = torch.linalg.matrix_norm(gram)
    eps = float(torch.finfo(gram.dtype).eps)
    ridge = largest * max(cutoff**2 / 100, 10 * eps * gram.shape[0] ** 0.5)
    damped = gram + ridge * torch.eye(gram.shape[0], dtype=gram.dtype)
    return torch.cholesky_solve(moments, torch.linalg.cholesky(damped))


def _by_qr(
    left: torch.Tensor, matrix: torch.Tensor, cutoff: float, check: Callable[[], None] | None
) -> torch.Tensor:
    q, r = torch.linalg.qr(left)
    moments = product(q.T, matrix, check)
    diagonal = r.diagonal().abs()
    if left.shape[0] >= left.shape[1] and diagonal.min() > cutoff * diagonal.max():
        return torch.linalg.solve_triangular(r, moments, upper=True)
    return truncated_pinv(r, cutoff) @ moments
