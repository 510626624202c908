"""Poses by DeepLabCut as CSV: three header rows, four with individuals."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.files.poses.dlc import arranged
from engine.files.poses.model import Poses

_HEADERS = ("scorer", "individuals", "bodyparts", "coords")


def read_csv(path: Path, video: str = "") -> Poses:
    """A table of DeepLabCut; see `engine.files.poses.read.open_poses`."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    header, before = _header(path)
    keys = _index_width(header)
    names = [f"c{i}" for i in range(len(header[0]))]
    types = {name: pa.string() if i < keys else pa.float64() for i, name in enumerate(names)}
    try:
        table = arrow_csv.read_csv(
            path,
            arrow_csv.ReadOptions(skip_rows=before, column_names=names),
            arrow_csv.ParseOptions(delimiter=","),
            arrow_csv.ConvertOptions(
                column_types=types, null_values=["", "nan", "NaN", "NAN", "NA"]
            ),
        )
    except pa.ArrowInvalid as error:
        raise BadInput(_why(path, error)) from error
    columns = list(zip(*(row[keys:] for row in header), strict=True))
    values = np.stack(
        [table[name].to_numpy().astype("f8") for name in names[keys:]], axis=1
    ).reshape(table.num_rows, len(columns))
    index = list(zip(*(table[name].to_pylist() for name in names[:keys]), strict=True))
    return arranged(path, columns, values, index, video)


def _header(path: Path) -> tuple[list[list[str]], int]:
    """The header rows, and how many lines they take."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = list(islice(csv.reader(file), len(_HEADERS)))
    header = [row for row in rows if row and row[0] in _HEADERS]
    if [row[0] for row in header] not in ([*_HEADERS], [_HEADERS[0], *_HEADERS[2:]]):
        raise BadInput(
            f"{path.name} lacks the header rows of DeepLabCut: scorer, (individuals,) "
            f"bodyparts, coords; export it again."
        )
    if len({len(row) for row in header}) > 1 or len(header[0]) < 3:
        raise BadInput(f"The header rows of {path.name} have unequal lengths; export it again.")
    return header, len(header)


def _index_width(header: list[list[str]]) -> int:
    """Columns before the first coordinate: one, or three for the parts of an image's path."""
    coords = header[-1]
    return next((i for i in range(1, len(coords)) if coords[i]), len(coords))


def _why(path: Path, error: Exception) -> str:
    reason = " ".join(str(error).split())
    return f"{path.name} has a row that cannot be read ({reason[:100]}); export it again."
