"""Frame times kept beside a recording: the table of a camera, or the pulses it sent."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.sniff import delimiter, is_numeric

_UNITS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_NAMED = re.compile(r"time|stamp|^t$|^ts$|seconds|clock", re.IGNORECASE)
_LEVEL = re.compile(r"ttl|level|pulse|sync|trigger|state|^di\d*$|digital", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """Times of frames from a table.

    Attributes
    ----------
    times_s
        (frames,) float64 seconds since the first frame.
    told
        How the table was understood, for a person.
    """

    times_s: Array
    told: str


def read_frame_times(path: Path, frame_count: int, nominal_rate: float = 0.0) -> FrameTimes:
    """The clock of a recording from a CSV.

    A column named like a time is taken (``timestamp``, ``time_ms``), else the one that rises
    throughout; a second column of two levels (``ttl``) makes its rising edges the times. Units
    are those of the name in brackets or after a low line, else the one that comes nearest to the
    rate that the video states. Dates are understood in ISO format.

    Parameters
    ----------
    path
        Comma, semicolon or tab separated text, with or without a header.
    frame_count
        Frames of the recording. More times than frames are told, and the last ones left out.
    nominal_rate
        Frames per second as the video states them; 0 when it does not.

    Raises
    ------
    BadInput
        No column rises, or there are fewer times than frames.
    """
    names, cells = _cells(path)
    column = _time_column(path, names, cells)
    times = _numbers(cells[column])
    unit, told = _unit(names[column], times, nominal_rate, cells[column])
    level = _level_column(names, cells, column)
    words = f"column {names[column]} in {told}"
    if level is not None:
        up = _rising(_numbers(cells[level]))
        times = times[up]
        words = f"rising edges of {names[level]} at {words}"
    if len(times) < frame_count:
        raise BadInput(
            f"{path.name} holds {len(times)} times, but the recording has {frame_count} frames; "
            f"choose the table of this recording."
        )
    spare = len(times) - frame_count
    if spare:
        words += f"; the last {spare} of {len(times)} times belong to no frame"
    used = times[:frame_count]
    return FrameTimes((used - used[0]) * unit, words)


def _cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """Names of the columns, and their cells as text."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            separator = delimiter(file.readline())
            file.seek(0)
            rows = [row for row in csv.reader(file, delimiter=separator) if any(row)]
    except (OSError, csv.Error) as error:
        raise BadInput(
            f"{path.name} cannot be read as a table ({error}); export it again as CSV."
        ) from error
    if not rows:
        raise BadInput(f"{path.name} is empty; choose a table of frame times.")
    headed = not (is_numeric(rows[0]) or _is_date(rows[0][0]))
    names = rows[0] if headed else [f"column {k + 1}" for k in range(len(rows[0]))]
    body = rows[1:] if headed else rows
    if not body or any(len(row) < len(names) for row in body):
        raise BadInput(f"{path.name} has no rows, or rows of unequal length; export it again.")
    return [name.strip() for name in names], [list(col) for col in zip(*body, strict=False)]


def _time_column(path: Path, names: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    fit = [k for k in range(len(names)) if _rises(cells[k])]
    if not fit:
        raise BadInput(
            f"{path.name} has no column of rising times; choose a table of frame times."
        )
    named = [k for k in fit if _NAMED.search(names[k])]
    # Of unnamed columns the last: the first often only counts frames.
    return named[0] if named else fit[-1]


def _level_column(
    names: Sequence[str], cells: Sequence[Sequence[str]], time_column: int
) -> int | None:
    for k, name in enumerate(names):
        if k != time_column and _LEVEL.search(name) and is_numeric(cells[k]):
            return k
    return None


def _rising(levels: Array) -> Array:
    """Rows in which a level goes over the middle of its range."""
    high = levels > (levels.min() + levels.max()) / 2
    return np.flatnonzero(high & ~np.concatenate([[False], high[:-1]]))


def _rises(cells: Sequence[str]) -> bool:
    numbers = _numbers(cells)
    return bool(len(numbers) and np.isfinite(numbers).all() and (np.diff(numbers) > 0).all())


def _numbers(cells: Sequence[str]) -> Array:
    """Cells as float64: numbers, or dates as seconds since the first; NaN for the rest."""
    if _is_date(cells[0]):
        start = datetime.fromisoformat(cells[0].strip())
        try:
            moments = [datetime.fromisoformat(cell.strip()) - start for cell in cells]
        except (ValueError, TypeError):
            return np.full(len(cells), np.nan)
        return np.array([moment.total_seconds() for moment in moments])
    try:
        return np.array(cells, dtype="f8")
    except ValueError:
        return np.full(len(cells), np.nan)


def _is_date(cell: str) -> bool:
    try:
        datetime.fromisoformat(cell.strip())
    except ValueError:
        return False
    return not cell.strip().isdigit()


def _unit(name: str, times: Array, rate: float, cells: Sequence[str]) -> tuple[float, str]:
    """Seconds a unit, and the unit's name."""
    if _is_date(cells[0]):
        return 1.0, "dates"
    for part in reversed(re.split(r"[^a-zA-Zµ]+", name.lower())):
        if part in _UNITS:
            return _UNITS[part], part
    interval = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    wanted = 1 / rate if rate else 0.03
    units = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
    best = min(units, key=lambda unit: abs(np.log(interval * units[unit] / wanted)))
    return units[best], f"{best} (by the rate of the video)"
