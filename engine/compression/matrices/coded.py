"""Our own method: low rank where it pays, and an entropy-coded remainder, in a given size.

    A ~ L R + step * E,   E whole numbers, coded by what they cost rather than by their width

L and R are those of LPLR+ (no SVD). The search decides the rank (none, where low rank does not
pay), the order of the stream, and the dead zone, and takes the smallest step whose file still
fits. Not from the paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.compression.matrices.container import KEY, container_bytes, expected, head_of
from engine.compression.matrices.methods import Compressed, compress
from engine.compression.matrices.remainder import MOST, Predict, Remainder, Scan, encode
from engine.compression.matrices.settings import Settings
from engine.errors import BadParams
from engine.figures.arrays import Array

#: Shares of the budget that the factors may take, in the order in which they are tried.
_SHARES = (0.04, 0.12, 0.3, 0.6, 0.9)
_FACTOR_BITS = (6, 6)
_DEAD_ZONES = (0.5, 0.42, 0.34)
_TRIES = 6
#: A file this much below its budget, relatively, is full.
_SPARE = 0.006


@dataclass(frozen=True, slots=True)
class _Order:
    scan: Scan = "rows"
    predict: Predict = "none"


_ORDERS = (_Order(), _Order("columns"), _Order("rows", "before"), _Order("columns", "before"))


def code(
    matrix: torch.Tensor,
    settings: Settings,
    check: Callable[[], None] | None = None,
    switches: frozenset[str] = frozenset(("rank", "order", "dead_zone")),
) -> Compressed:
    """Compress A (n, d) into a file of at most `settings.budget_bytes`.

    Parameters
    ----------
    settings
        The budget; a rank above 0 is kept, otherwise the search decides.
    switches
        What the search may decide; fewer for an ablation.

    Raises
    ------
    BadParams
        Not even the coarsest step fits.
    """
    search = _Search(matrix, settings, check)
    best = search.fit(None, _Order(), 0.5)
    order = search.best_order(best) if "order" in switches else _Order()
    if order != _Order():
        best = _better(best, search.fit(None, order, 0.5, best.step))
    if "rank" in switches:
        best = search.best_rank(best, order)
    if "dead_zone" in switches:
        for zone in _DEAD_ZONES[1:]:
            best = _better(best, search.fit(best.base, order, zone, best.step))
    return best.made


@dataclass(frozen=True, slots=True)
class _Fit:
    made: Compressed
    base: Compressed | None
    step: float
    error: float


def _better(one: _Fit, other: _Fit) -> _Fit:
    return other if other.error < one.error else one


class _Search:
    """Fits of one matrix into one size."""

    def __init__(
        self, matrix: torch.Tensor, settings: Settings, check: Callable[[], None] | None
    ) -> None:
        self._matrix = matrix
        self._values: Array = matrix.double().numpy()
        self._settings = settings
        self._check = check

    def fit(
        self, base: Compressed | None, order: _Order, zone: float, near: float | None = None
    ) -> _Fit:
        """About the smallest step that fits beside the factors of `base`.

        Halving a step adds about one bit to an entry: Newton's rule on the logarithm.
        """
        rest = self._values if base is None else self._values - base.decode().numpy()
        # A step of two ranges makes everything zero: nothing is smaller.
        largest = float(np.abs(rest).max()) or 1.0
        coarsest, finest = np.log2(2.1 * largest), np.log2(largest / (MOST - 1))
        at = self._first_guess(rest) if near is None else float(np.log2(near))
        at = min(coarsest, max(finest, at))
        found: Remainder | None = None
        for _ in range(_TRIES):
            coded = encode(rest, float(2.0**at), zone, order.scan, order.predict, self._check)
            spare = self._settings.budget_bytes - self._size(base, coded)
            if spare >= 0 and (found is None or coded.step < found.step):
                found = coded
            if 0 <= spare <= _SPARE * self._settings.budget_bytes:
                break
            # Aim a little below the budget, so that the next try fits.
            aim = spare - 0.4 * _SPARE * self._settings.budget_bytes
            before, at = at, min(coarsest, max(finest, at - 8.0 * aim / rest.size))
            if at == before:
                break
        if found is None:
            found = encode(
                rest, float(2.0**coarsest), zone, order.scan, order.predict, self._check
            )
        return self._judged(base, found)

    def _first_guess(self, rest: Array) -> float:
        """The logarithm of the step whose multiples have the entropy of the budget."""
        bits = 8.0 * self._settings.budget_bytes / rest.size
        low, high = np.log2(np.std(rest) + 1e-300) - 14.0, np.log2(2.1 * np.abs(rest).max())
        sample = rest.reshape(-1)[:: max(1, rest.size // 100_000)]
        for _ in range(12):
            middle = 0.5 * (low + high)
            _, counts = np.unique(np.floor(sample / 2.0**middle + 0.5), return_counts=True)
            share = counts / counts.sum()
            low, high = (low, middle) if -np.sum(share * np.log2(share)) < bits else (middle, high)
        return float(0.5 * (low + high))

    def best_order(self, fit: _Fit) -> _Order:
        """The order whose stream is shortest at the step of a fit."""
        assert fit.made.remainder is not None
        sizes = [len(fit.made.remainder.stream)] + [
            len(encode(self._values, fit.step, 0.5, order.scan, order.predict, self._check).stream)
            for order in _ORDERS[1:]
        ]
        return _ORDERS[int(np.argmin(sizes))]

    def best_rank(self, best: _Fit, order: _Order) -> _Fit:
        """Try factors of growing size while they help."""
        for base in self._bases():
            fit = self.fit(base, order, 0.5, best.step)
            if fit.error >= best.error:
                return best
            best = fit
        return best

    def _bases(self) -> list[Compressed]:
        n, d = self._matrix.shape
        each = (n * _FACTOR_BITS[0] + d * _FACTOR_BITS[1]) / 8 + 16
        ranks = [int(share * self._settings.budget_bytes / each) for share in _SHARES]
        if self._settings.rank:
            ranks = [self._settings.rank]
        return [self._factors(rank) for rank in sorted(set(ranks)) if 0 < rank <= min(n, d)]

    def _factors(self, rank: int) -> Compressed:
        left, right = _FACTOR_BITS
        plus = Settings("lplr_plus", rank, left, right)
        return compress(self._matrix, plus, check=self._check)

    def _judged(self, base: Compressed | None, coded: Remainder) -> _Fit:
        made = self._assembled(base, coded)
        if self._size(base, coded) > self._settings.budget_bytes:
            if base is None:
                size = self._size(base, coded)
                raise BadParams(
                    f"The budget of {self._settings.budget_bytes} bytes is too small: even the "
                    f"coarsest file takes {size}; give at least that."
                )
            return _Fit(made, base, coded.step, float("inf"))
        error = float(np.linalg.norm(self._values - made.decode().numpy()))
        return _Fit(made, base, coded.step, error)

    def _assembled(self, base: Compressed | None, coded: Remainder) -> Compressed:
        stages = () if base is None else base.stages
        rank = 0 if base is None else base.settings.rank
        settings = replace(
            self._settings, rank=rank, bits_left=_FACTOR_BITS[0], bits_right=_FACTOR_BITS[1]
        )
        shape = (int(self._matrix.shape[0]), int(self._matrix.shape[1]))
        return Compressed(settings, 0, shape, stages, remainder=coded)

    def _size(self, base: Compressed | None, coded: Remainder) -> int:
        head = head_of(self._assembled(base, coded), self._settings.dtype, self._settings.source)
        sizes = {name: size or 0 for name, size in expected(head).items()}
        sizes["rest"] = len(coded.stream)
        return container_bytes(sizes, {KEY: head.text()})
