"""A setting tried on a problem over seeds: the unit of sweep and search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.compression.matrices.lplr_run import method_row
from engine.compression.matrices.measure import Measured, Problem, measure
from engine.compression.matrices.settings import Settings


@dataclass(frozen=True, slots=True)
class Trial:
    """What the seeds of one setting gave."""

    settings: Settings
    found: tuple[Measured, ...]

    @property
    def error(self) -> float:
        """Mean relative error."""
        return float(np.mean([one.relative_error for one in self.found]))

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds; 0 for one."""
        errors = [one.relative_error for one in self.found]
        return float(np.std(errors, ddof=1)) if len(errors) > 1 else 0.0

    @property
    def file_bytes(self) -> int:
        """Bytes of the first seed's file."""
        return self.found[0].file_bytes

    def row(self) -> tuple[str | float | int | None, ...]:
        """Its row in the table of methods."""
        metrics = {
            "relative_error": self.error,
            "relative_error_sd": self.spread,
            "formula_bytes": self.found[0].formula_bytes,
            "file_bytes": self.file_bytes,
            "encode_seconds": float(np.mean([one.encode_seconds for one in self.found])),
            "decode_seconds": float(np.mean([one.decode_seconds for one in self.found])),
        }
        return method_row(self.found[0].made.settings, metrics)


def tried(
    problem: Problem,
    settings: Settings,
    seed: int,
    seeds: int,
    check: Callable[[], None] | None = None,
) -> Trial:
    """Try a setting with as many seeds as it needs."""
    count = seeds if settings.random else 1
    found = tuple(measure(problem, settings, seed + i, check) for i in range(count))
    return Trial(settings, found)
