"""What the two DeepLabCut formats share: columns by animal and body part, rows by frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.poses.model import Poses, Skeleton, from_dense
from engine.files.poses.names import stem_of

#: (scorer, [individual,] body part, coordinate)
Column = tuple[str, ...]
#: The name given to the animal where a file names none.
ALONE = "animal"

_COORDS = {"x": 0, "y": 1, "likelihood": 2}


def arranged(
    path: Path,
    columns: Sequence[Column],
    values: Array,
    index: Sequence[Sequence[str]],
    video: str,
) -> Poses:
    """Poses from a table of DeepLabCut.

    Parameters
    ----------
    path
        The file.
    columns
        One tuple a column: scorer, (individual,) body part, coordinate.
    values
        (rows, len(columns)) float64.
    index
        One tuple a row: a frame number, or the parts of ``labeled-data/FOLDER/imgNNNN.png``.
    video
        Stem of the folder wanted, where rows come from several.
    """
    if not len(index):
        raise BadInput(f"{path.name} names no animals, body parts or frames; export it again.")
    tracks, nodes, place = _places(path, columns)
    folders, numbers = _frames(path, index)
    named = tuple(dict.fromkeys(folders))
    rows = np.arange(len(numbers))
    chosen = ""
    if named != ("",):
        chosen = next((name for name in named if name.lower() == stem_of(video)), named[0])
        rows = np.flatnonzero(np.array(folders) == chosen)
    rows = rows[np.argsort(numbers[rows], kind="stable")]
    frames = numbers[rows]
    if len(np.unique(frames)) < len(frames):
        raise BadInput(f"{path.name} lists a frame twice; export it again.")
    dense = np.full((len(rows), len(tracks), len(nodes), 3), np.nan)
    for at, (track, node, coord) in enumerate(place):
        if coord >= 0:
            dense[:, track, node, coord] = values[rows, at]
    stated = any(coord == 2 for _, _, coord in place)
    return from_dense(
        path,
        "DeepLabCut",
        tracks,
        Skeleton(nodes),
        dense[..., :2],
        dense[..., 2] if stated else None,
        frames,
        video=chosen or _video_of(path, columns[0][0]),
    )


def _places(
    path: Path, columns: Sequence[Column]
) -> tuple[tuple[str, ...], tuple[str, ...], list[tuple[int, int, int]]]:
    """Names of animals and body parts, and where in a dense array each column goes."""
    levels = {len(column) for column in columns}
    if levels not in ({3}, {4}) or any(column[-1] == "z" for column in columns):
        raise BadInput(
            f"{path.name} is no table of DeepLabCut in two dimensions: its columns have "
            f"{' and '.join(map(str, sorted(levels)))} levels; export it again."
        )
    full = [(c[0], ALONE, *c[1:]) if len(c) == 3 else c for c in columns]
    # An empty cell repeats the one before it, as spreadsheets write merged headers.
    tracks = tuple(dict.fromkeys(column[1] for column in full))
    nodes = tuple(dict.fromkeys(column[2] for column in full))
    place = [
        (tracks.index(column[1]), nodes.index(column[2]), _COORDS.get(column[3], -1))
        for column in full
    ]
    if not {0, 1} <= {coord for _, _, coord in place}:
        raise BadInput(f"{path.name} has no columns x and y; export it again from DeepLabCut.")
    return tracks, nodes, place


def _frames(path: Path, index: Sequence[Sequence[str]]) -> tuple[list[str], Array]:
    """Folder ("" for a plain number) and frame number of every row."""
    folders, numbers = [], np.empty(len(index), "i8")
    for row, parts in enumerate(index):
        folder, _, name = "/".join(map(str, parts)).replace("\\", "/").rpartition("/")
        digits = re.search(r"(\d+)(?:\.0)?(?:\.[A-Za-z]+)?$", name)
        if digits is None:
            raise BadInput(
                f"{path.name} names a row {name!r}, which tells no frame number; images must end "
                f"in their number, such as img0042.png."
            )
        folders.append(folder.rpartition("/")[2])
        numbers[row] = int(digits[1])
    return folders, numbers


def _video_of(path: Path, scorer: str) -> str:
    """DeepLabCut names results VIDEO + SCORER: what stands before the scorer is the video."""
    stem = path.stem
    before, found, _ = stem.partition(scorer) if scorer.startswith("DLC") else (stem, "", "")
    if not found:
        before, found, _ = stem.partition("DLC_")
    return before if found and before else ""
