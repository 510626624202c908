"""How many bits a setting takes: the parity rule of the paper, and the file as it is."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from engine.compression.matrices.settings import Settings
from engine.errors import BadParams

Shape = tuple[int, int]


def parity_rank(shape: Shape, b0: float, settings: Settings) -> int:
    """M = floor(n d b0 / (n B + d B')), at most min(n, d); codes only.

    For the row variant L is of the transpose, so n and d change places below the line.
    """
    n, d = shape
    rows, columns = (d, n) if settings.variant == "rows" else (n, d)
    each = rows * settings.bits_left + columns * settings.bits_right
    return min(floor(Fraction(b0) * n * d / each), n, d)


def code_bits(shape: Shape, settings: Settings) -> int:
    """Bits of all codes: m (n B + d B'), or n d b0 for a naive method."""
    n, d = shape
    if settings.naive:
        return n * d * settings.bits
    rows, columns = (d, n) if settings.variant == "rows" else (n, d)
    return settings.rank * (rows * settings.bits_left + columns * settings.bits_right)


def scale_floats(shape: Shape, settings: Settings) -> int:
    """Single-precision numbers beside the codes: lo and Delta of every range, gains, refit."""
    refit = 2 * settings.refit
    if settings.naive:
        return refit + 2 * (shape[0] if settings.method == "nq_per_row" else 1)
    if settings.method == "dsvd_per_component":
        return refit + 5 * settings.rank
    if settings.method == "lplr_plus" or (
        settings.scales == "vector" and settings.method != "dsvd"
    ):
        return refit + 4 * settings.rank
    return refit + 4 * len(settings.stage_ranks())


def rank_or_refuse(shape: Shape, b0: float, settings: Settings) -> int:
    """The parity rank, which must be at least 1.

    Raises
    ------
    BadParams
        The budget is too small for a single component.
    """
    rank = parity_rank(shape, b0, settings)
    if rank < 1:
        n, d = shape
        least = (n * settings.bits_left + d * settings.bits_right) / (n * d)
        raise BadParams(
            f"The budget of {b0:g} bits per entry is too small for one component of a {n} x {d} "
            f"matrix, which takes {least:.3g}; give more bits, or take a naive method."
        )
    return rank
