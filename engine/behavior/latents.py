"""Latents: the code of every embedded frame of one animal in one recording.

Files that hold them are read and written by `engine.behavior.latent_files`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.figures.arrays import Array, frozen, same_length


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """Codes of frames, and which frames they are of. Arrays are read-only.

    Attributes
    ----------
    values
        (n, D) float32, n and D at least 1, every number finite.
    frame
        (n,) int64, rising numbers of frames of the recording; frames without a code are absent.
    time_s
        (n,) float64 seconds on the recording's clock, not falling.
    recording, animal
        Names; the animal is "" where frames are of no animal in particular.
    extra
        Further numbers of each frame by name, (n,) int64 or float64, such as ``motif`` and
        ``probability``.

    Raises
    ------
    ValueError
        Shapes do not go together, frames do not rise, times fall, or a number is not finite.
    """

    values: Array
    frame: Array
    time_s: Array
    recording: str = ""
    animal: str = ""
    extra: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, dtype, ndim in (("values", "f4", 2), ("frame", "i8", 1), ("time_s", "f8", 1)):
            object.__setattr__(self, name, frozen(getattr(self, name), dtype, ndim))
        extra = {name: _column(values) for name, values in self.extra.items()}
        object.__setattr__(self, "extra", MappingProxyType(extra))
        same_length(values=self.values, frame=self.frame, time_s=self.time_s, **extra)
        if 0 in self.values.shape:
            raise ValueError("there are no codes")
        if not np.isfinite(self.values).all():
            raise ValueError("some codes are not finite")
        if np.any(np.diff(self.frame) <= 0) or self.frame[0] < 0:
            raise ValueError("frame numbers do not rise")
        if not np.isfinite(self.time_s).all() or np.any(np.diff(self.time_s) < 0):
            raise ValueError("times fall, or are not finite")

    def __len__(self) -> int:
        return len(self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between our own processes: a read-only view of a dictionary would not."""
        rest = (self.frame, self.time_s, self.recording, self.animal, dict(self.extra))
        return Latents, (self.values, *rest)

    @property
    def size(self) -> int:
        """Numbers in a code."""
        return int(self.values.shape[1])

    @property
    def label(self) -> str:
        """What a person calls it: the recording, and the animal where there is one."""
        names = (Path(self.recording).stem, self.animal)
        return " · ".join(name for name in names if name) or "recording"

    @property
    def stride(self) -> int:
        """The usual step from one embedded frame to the next."""
        return int(np.median(np.diff(self.frame))) if len(self) > 1 else 1

    def segments(self) -> tuple[slice, ...]:
        """Stretches of rows without a gap: each follows the one before by `stride` frames."""
        breaks = np.flatnonzero(np.diff(self.frame) > self.stride) + 1
        edges = [0, *breaks.tolist(), len(self)]
        return tuple(slice(a, b) for a, b in pairwise(edges))

    def with_extra(self, **columns: Array) -> Latents:
        """The same with further columns, each (n,)."""
        return replace(self, extra={**self.extra, **columns})


def one_size(parts: Sequence[Latents]) -> int:
    """Numbers in a code, the same for all parts.

    Raises
    ------
    ValueError
        There are none, or they differ.
    """
    sizes = sorted({part.size for part in parts})
    if len(sizes) != 1:
        raise ValueError(f"codes of one size are needed, there are {sizes or 'none'}")
    return sizes[0]


def pooled(parts: Sequence[Latents]) -> Array:
    """The codes of all parts in a row, (sum of n, D) float32; errors as `one_size`."""
    one_size(parts)
    return np.concatenate([part.values for part in parts])


def standardised(parts: Sequence[Latents]) -> Array:
    """The pooled codes with mean 0 and deviation 1 in every column, (sum of n, D) float64.

    A column that never changes stays 0. Leaky units compress one side of a code: it has to be
    standardised before distances mean anything.
    """
    values = pooled(parts).astype("f8")
    spread = values.std(axis=0)
    scaled: Array = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return scaled


def split_like(values: Array, parts: Iterable[Latents]) -> tuple[Array, ...]:
    """Rows of a pooled array, given back to the parts they came from."""
    edges = np.cumsum([len(part) for part in parts])
    return tuple(np.split(values, edges[:-1]))


def _column(values: Array) -> Array:
    kind = np.asarray(values).dtype.kind
    return frozen(values, "i8" if kind in "iub" else "f8", 1)
