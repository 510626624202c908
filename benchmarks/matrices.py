"""Compressing a matrix beside decompositions at the same rank, and packing of codes.

One thread, single precision, matrices with singular values near 1/i. Times are of computing
time: the machine may be shared.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from _harness import row
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from engine.compression.matrices.methods import compress
from engine.compression.matrices.packing import pack, unpack
from engine.compression.matrices.settings import Settings

CODES = 16_000_000
FLOOR_MB_S = 200


def decaying(n: int) -> torch.Tensor:
    """(n, n) float32 with a power-law spectrum, from Gaussian factors."""
    rng = torch.Generator().manual_seed(0)
    k = min(n, 1000)
    left = torch.randn((n, k), generator=rng) / n**0.5
    right = torch.randn((k, n), generator=rng) / n**0.5
    return (left * torch.arange(1, k + 1) ** -1.0) @ right


def best_ms(work: Callable[[], object], repeat: int) -> float:
    """Least computing time of one call, in milliseconds."""
    times = []
    for _ in range(repeat):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return 1e3 * min(times)


def beside_svd(n: int, rank: int, repeat: int) -> None:
    """LPLR (8 and 8 bits) beside decompositions at the same rank."""
    matrix = decaying(n)
    array = matrix.numpy()
    settings = Settings("lplr", rank, 8, 8)
    ours = best_ms(lambda: compress(matrix, settings), max(5, repeat))
    peers: dict[str, tuple[Callable[[], object], int]] = {
        "torch.svd_lowrank": (lambda: torch.svd_lowrank(matrix, rank + 10, niter=2), repeat),
        "sklearn randomized_svd": (
            lambda: randomized_svd(array, rank, n_iter=2, n_oversamples=10, random_state=0),
            repeat,
        ),
        "torch.linalg.svd": (
            lambda: torch.linalg.svd(matrix, full_matrices=False),
            max(1, repeat // 3),
        ),
    }
    for name, (work, times) in peers.items():
        theirs = best_ms(work, times)
        row(f"LPLR n={n} m={rank}: {theirs / ours:.1f} times faster", ours, name, theirs)


def packing(bits: int) -> None:
    """Packing and unpacking beside a copy of the same codes."""
    kind = np.uint8 if bits <= 8 else np.uint16
    codes = np.random.default_rng(0).integers(0, 2**bits, CODES).astype(kind)
    stream = pack(codes, bits)
    copied = best_ms(codes.copy, 5)
    budget = codes.nbytes / FLOOR_MB_S / 1e3
    work: dict[str, Callable[[], object]] = {
        "pack": lambda: pack(codes, bits),
        "unpack": lambda: unpack(stream, CODES, bits),
    }
    for name, call in work.items():
        ours = best_ms(call, 5)
        rate = codes.nbytes / 1e3 / ours
        what = f"{name} {bits}-bit codes: {rate:.0f} MB/s of codes"
        row(what, ours, "numpy copy", max(copied, 1e-3), budget_ms=budget)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with threadpool_limits(1):
        for width in (1, 2, 3, 4, 5, 6, 7, 9, 12, 16):
            packing(width)
        beside_svd(1000, 62, 6)
        beside_svd(4000, 250, 3)
