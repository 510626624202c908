"""Uniform quantizers: the nearest level or a dithered one, one range per tensor or per vector.

    Delta = (hi - lo) / (2^B - 1),   code = round((x - lo) / Delta),   Q(x) = lo + Delta * code

with lo and hi the least and the largest entry, so that nothing is clipped. Ties go up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

Rounding = Literal["nearest", "dither"]
#: One range for the whole tensor, for each row, or for each column.
Scales = Literal["tensor", "row", "column"]
MOST_BITS = 16


@dataclass(frozen=True, slots=True)
class Quantized:
    """A matrix as codes.

    Attributes
    ----------
    codes
        (rows, columns) int32, from 0 to 2^bits - 1.
    bits
        Bits of a code, 1 to 16.
    scales
        What shares a range.
    low, step
        (k,) float32: value of code 0, and distance of two levels; k is 1, rows or columns.
        Single precision, because that is what a file keeps: decoding is the same everywhere.
    """

    codes: torch.Tensor
    bits: int
    scales: Scales
    low: torch.Tensor
    step: torch.Tensor

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.codes.shape[0]), int(self.codes.shape[1])

    def decode(self, dtype: torch.dtype = torch.float64) -> torch.Tensor:
        """The values of the codes, (rows, columns)."""
        shape = _broadcast(self.scales)
        low, step = (part.to(dtype).reshape(shape) for part in (self.low, self.step))
        return torch.addcmul(low, step, self.codes.to(dtype))


def quantize(
    values: torch.Tensor,
    bits: int,
    scales: Scales = "tensor",
    rounding: Rounding = "nearest",
    generator: np.random.Generator | None = None,
) -> Quantized:
    """Quantize a finite matrix (rows, columns) of any float type.

    Parameters
    ----------
    bits
        Bits of a code, 1 to 16.
    scales
        One range per tensor, per row or per column.
    rounding
        "nearest" has error at most Delta / 2; "dither" rounds up with probability
        (x - level) / Delta: unbiased, with variance at most Delta^2 / 4.
    generator
        Source of the dither.
    """
    if not 1 <= bits <= MOST_BITS:
        raise ValueError(f"bits must be 1 to {MOST_BITS}, got {bits}")
    least, most = _range(values, scales)
    low = least.float()
    step = ((most - least) / (2**bits - 1)).float()
    shape = _broadcast(scales)
    # A range of no width has the one code 0; dividing by one keeps that code finite.
    width = torch.where(step > 0, step, torch.ones_like(step)).to(values.dtype).reshape(shape)
    place = (values - low.to(values.dtype).reshape(shape)) / width
    if rounding == "dither":
        drawn = (generator or np.random.default_rng()).random(tuple(values.shape))
        place += torch.from_numpy(drawn).to(values.dtype)
    else:
        place += 0.5
    codes = place.floor_().clamp_(0, 2**bits - 1).to(torch.int32)
    return Quantized(codes, bits, scales, low, step)


def _range(values: torch.Tensor, scales: Scales) -> tuple[torch.Tensor, torch.Tensor]:
    if scales == "tensor":
        least, most = torch.aminmax(values)
        return least.reshape(1), most.reshape(1)
    axis = 1 if scales == "row" else 0
    least, most = torch.aminmax(values, dim=axis)
    return least, most


def _broadcast(scales: Scales) -> tuple[int, int]:
    return {"tensor": (1, 1), "row": (-1, 1), "column": (1, -1)}[scales]
