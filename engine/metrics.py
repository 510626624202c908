"""The history of a run's metrics: columnar, never dropped, on disk when long."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.figures.arrays import Array

CHUNK_ROWS = 65_536
#: Room taken at first; it doubles as it fills, as most runs are short.
_FIRST_ROWS = 256


class MetricHistory:
    """Rows of metrics, one per snapshot; full chunks move to a temporary file.

    Parameters
    ----------
    names
        Metrics to keep, one column each. A metric absent from a snapshot is NaN there.
    chunk_rows
        Rows held in memory before they are written out.
    """

    def __init__(self, names: tuple[str, ...], chunk_rows: int = CHUNK_ROWS) -> None:
        self.names = names
        self._columns = {name: i + 1 for i, name in enumerate(names)}
        self._width = len(names) + 1
        self._chunk_rows = chunk_rows
        self._chunk = np.empty((min(_FIRST_ROWS, chunk_rows), self._width))
        self._filled = 0
        self._on_disk = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __len__(self) -> int:
        return self._on_disk + self._filled

    @property
    def held_bytes(self) -> int:
        """Bytes held in memory."""
        return self._chunk.nbytes

    def append(self, step: int, metrics: Mapping[str, float]) -> None:
        """Add one row."""
        if self._filled == len(self._chunk):
            self._make_room()
        row = self._chunk[self._filled]
        row[:] = np.nan
        row[0] = step
        for name, value in metrics.items():
            row[self._columns[name]] = value
        self._filled += 1

    def column(self, name: str) -> tuple[Array, Array]:
        """Steps and values (k,) float64 of a metric, rows without it left out."""
        rows = self._rows()[:, [0, self._columns[name]]]
        rows = rows[~np.isnan(rows[:, 1])]
        return rows[:, 0], rows[:, 1]

    def close(self) -> None:
        """Remove what was moved to disk."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
            self._on_disk = 0

    def _rows(self) -> Array:
        recent = self._chunk[: self._filled]
        if self._folder is None:
            return recent
        stored = np.memmap(self._file, dtype="f8", mode="r").reshape(-1, self._width)
        return np.concatenate([stored, recent])

    @property
    def _file(self) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / "rows.f8"

    def _make_room(self) -> None:
        if self._filled == self._chunk_rows:
            self._move_to_disk()
            return
        larger = np.empty((min(2 * self._filled, self._chunk_rows), self._width))
        larger[: self._filled] = self._chunk
        self._chunk = larger

    def _move_to_disk(self) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="peerscope-metrics-")
        with self._file.open("ab") as file:
            self._chunk.tofile(file)
        self._on_disk += self._filled
        self._filled = 0


def min_max_reduced(x: Array, y: Array, buckets: int) -> tuple[Array, Array]:
    """A curve as short as its pixels, that looks the same.

    Of each of `buckets` equal runs the first, the last and both extremes are kept, so that a
    line between two kept points never bridges more than one run; and of every gap (NaN) at
    least one NaN, so that it stays a gap.

    Parameters
    ----------
    x, y
        (n,) float64; NaN in `y` is a gap.
    buckets
        Number of runs, usually the width of the view in pixels. Runs differ in length by at
        most one row.

    Returns
    -------
    x, y
        (m,) rows of the input in their order, m <= 8 * buckets; the input itself when it has
        at most 4 * buckets rows.
    """
    if len(x) <= 4 * buckets:
        return x, y
    start = np.arange(buckets) * len(y) // buckets
    stop = np.append(start[1:], len(y))
    picks = np.concatenate([start, stop - 1, *_extremes(y, start, stop)])
    order = _with_gaps(np.unique(picks), y)
    return x[order], y[order]


def _extremes(y: Array, start: Array, stop: Array) -> tuple[Array, Array]:
    """Rows (k,) of the lowest and the highest value of each run; NaN is passed over."""
    length = int((stop - start).max())
    # A run one row short ends with its own last row once more.
    rows = np.minimum(start[:, None] + np.arange(length), stop[:, None] - 1)
    runs = y[rows]
    low = np.where(np.isnan(runs), np.inf, runs).argmin(axis=1)
    high = np.where(np.isnan(runs), -np.inf, runs).argmax(axis=1)
    return np.minimum(start + low, stop - 1), np.minimum(start + high, stop - 1)


def _with_gaps(kept: Array, y: Array) -> Array:
    """Rows kept, and one NaN more wherever they would join the two sides of a gap."""
    gaps = np.flatnonzero(np.isnan(y))
    before = np.searchsorted(gaps, kept)
    between = gaps[before[:-1][np.diff(before) > 0]]
    return np.union1d(kept, between)
