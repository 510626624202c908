"""From a budget to a setting: the largest rank, or the most bits, that fits."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from engine.compression.matrices.budget import Shape, rank_or_refuse
from engine.compression.matrices.container import predicted_bytes
from engine.compression.matrices.data import Matrix
from engine.compression.matrices.settings import TITLES, Settings
from engine.errors import BadParams


class Budget(Protocol):
    """What the params of a budget offer."""

    @property
    def b0(self) -> float | None: ...  # noqa: D102

    @property
    def byte_budget(self) -> int | None: ...  # noqa: D102


def told_of(settings: Settings, matrix: Matrix) -> Settings:
    """The setting that knows the type and shape its file will name, which take bytes too."""
    return replace(settings, dtype=matrix.kept_dtype, source=matrix.source)


def fitted(
    settings: Settings, shape: Shape, budget: Budget, rank: int | None = None, seed: int = 0
) -> Settings:
    """The setting with its rank or bits decided.

    Parameters
    ----------
    budget
        ``byte_budget`` limits the whole file; without it ``b0`` rules by parity, codes only.
    rank
        A rank somebody chose; it is kept.

    Raises
    ------
    BadParams
        Nothing fits, or a chosen rank does not.
    """
    if budget.byte_budget is None and budget.b0 is None and not (rank and not settings.naive):
        raise BadParams("Give bits per entry (b0) or a byte_budget.")
    if settings.method == "coded":
        return replace(settings, rank=rank or 0, budget_bytes=_bytes(shape, budget))
    if settings.naive:
        return replace(settings, bits=_naive_bits(settings, shape, budget, seed))
    if rank is not None:
        return _chosen(settings.with_rank(rank), shape, budget, seed)
    if budget.byte_budget is not None:
        return _largest(settings, shape, budget.byte_budget, seed)
    assert budget.b0 is not None
    return settings.with_rank(rank_or_refuse(shape, budget.b0, settings))


def _bytes(shape: Shape, budget: Budget) -> int:
    if budget.byte_budget is not None:
        return budget.byte_budget
    assert budget.b0 is not None
    return int(shape[0] * shape[1] * budget.b0 / 8)


def _naive_bits(settings: Settings, shape: Shape, budget: Budget, seed: int) -> int:
    if budget.byte_budget is None:
        assert budget.b0 is not None
        if budget.b0 != int(budget.b0):
            raise BadParams(
                f"A naive method takes whole bits per entry, not {budget.b0:g}; take 1 to 16."
            )
        return int(budget.b0)
    sizes = {
        bits: predicted_bytes(shape, replace(settings, bits=bits), seed) for bits in range(1, 17)
    }
    fits = [bits for bits, size in sizes.items() if size <= budget.byte_budget]
    if not fits:
        raise _too_small(settings, budget.byte_budget, sizes[1])
    return max(fits)


def _chosen(settings: Settings, shape: Shape, budget: Budget, seed: int) -> Settings:
    if settings.rank > min(shape):
        raise BadParams(
            f"Rank {settings.rank} is more than a {shape[0]} x {shape[1]} matrix has; take at "
            f"most {min(shape)}."
        )
    size = predicted_bytes(shape, settings, seed)
    if budget.byte_budget is not None and size > budget.byte_budget:
        raise BadParams(
            f"Rank {settings.rank} makes a file of {size} bytes, more than the budget of "
            f"{budget.byte_budget}; take a smaller rank."
        )
    return settings


def _largest(settings: Settings, shape: Shape, limit: int, seed: int) -> Settings:
    """The largest rank whose file fits; sizes grow with the rank."""
    low, high = 0, min(shape)
    while low < high:
        middle = (low + high + 1) // 2
        if predicted_bytes(shape, settings.with_rank(middle), seed) <= limit:
            low = middle
        else:
            high = middle - 1
    if low == 0:
        raise _too_small(settings, limit, predicted_bytes(shape, settings.with_rank(1), seed))
    return settings.with_rank(low)


def _too_small(settings: Settings, limit: int, least: int) -> BadParams:
    return BadParams(
        f"The budget of {limit} bytes is too small for {TITLES[settings.method]}: its smallest "
        f"file takes {least}; give at least that."
    )
