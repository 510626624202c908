"""Singular values and vectors, away from the window's process where they take long.

Only numpy and scipy are imported here, so that the process starts quickly.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.device import set_threads
from engine.figures.arrays import Array

if TYPE_CHECKING:
    from engine.context import Context

#: n d min(n, d) above which a full decomposition takes longer than 200 ms on one core.
_LONG = 4e7
#: Up to which one thread does (2000 x 2000): some seconds.
_ONE_THREAD = 8e9


@dataclass(frozen=True, slots=True)
class Decomposed:
    """A thin SVD as arrays: u (n, k), s (k,), vt (k, d); and the seconds it took."""

    u: Array
    s: Array
    vt: Array
    seconds: float


def decompose(values: Array) -> Decomposed:
    """The full thin SVD of (n, d), with the signs that numpy's LAPACK (gesdd) leaves.

    Under one range per factor the signs decide how wide the range is. Nobody fixes them: those
    published, and the reference values, are what the library gave.
    """
    began = time.perf_counter()
    u, s, vt = np.linalg.svd(values, full_matrices=False)
    return Decomposed(u, s, vt, time.perf_counter() - began)


def decompose_alone(values: Array) -> Decomposed:
    """As `decompose`, in a process of its own.

    Signs of small components hang on the last bit, thus on the number of threads: up to a size
    one thread does it all, and every machine of a kind finds the same.
    """
    if _work(values) <= _ONE_THREAD:
        set_threads(1)
    return decompose(values)


def singular_values(values: Array) -> Array:
    """All singular values, largest first."""
    found: Array = np.linalg.svd(values, compute_uv=False)
    return found


def leading_values(values: Array, count: int, seed: int) -> Array:
    """The `count` largest singular values by a randomized range finder with four passes."""
    rng = np.random.default_rng(seed)
    wide = min(count + 20, min(values.shape))
    basis = np.linalg.qr(values @ rng.standard_normal((values.shape[1], wide)))[0]
    for _ in range(4):
        basis = np.linalg.qr(values @ np.linalg.qr(values.T @ basis)[0])[0]
    found: Array = np.linalg.svd(basis.T @ values, compute_uv=False)[:count]
    return found


def decomposed(values: Array, ctx: Context) -> Decomposed:
    """The full SVD, in a process that cancel ends when it takes long."""
    if _is_long(values):
        return ctx.in_process(decompose_alone, values)
    return decompose(values)


def spectrum(values: Array, ctx: Context, exact_up_to: int, seed: int) -> tuple[Array, bool]:
    """Singular values, and whether they are all there and exact.

    Above `exact_up_to` the leading tenth, at most 400, are found by a randomized method.
    """
    small = min(values.shape)
    if small > exact_up_to:
        count = min(400, max(50, small // 10))
        return ctx.in_process(leading_values, values, count, seed), False
    if _is_long(values):
        return ctx.in_process(singular_values, values), True
    return singular_values(values), True


def _is_long(values: Array) -> bool:
    return _work(values) > _LONG


def _work(values: Array) -> float:
    return float(values.size * min(values.shape))
