"""Boxes from plain text: YOLO labels (5, 6 or 7 columns) and MOT rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.detection.annotated import BoxFile, ImageBoxes, Role, image_boxes
from engine.detection.json_formats import corners
from engine.errors import BadInput
from engine.figures.arrays import Array

YOLO_COLUMNS = (5, 6, 7)
MOT_COLUMNS = (6, 7, 8, 9, 10)
_TRUTH_COLUMNS = 9
_PEDESTRIAN = 1


def read_yolo(path: Path) -> BoxFile:
    """YOLO: class, centre x and y, width, height as shares of the image; then score and id.

    A file is one image named by its stem; a folder holds one file an image. Only class 0 is
    taken. Boxes stay shares of the image, as the files do not say its size.

    Raises
    ------
    BadInput
        A line has another number of columns, or something that is no number.
    """
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    files = [file for file in files if file.name != "classes.txt"]
    tables = [(file, _rows(file, " \t", YOLO_COLUMNS)) for file in files]
    with_scores = any(_has_scores(rows) for _, rows in tables)
    images = tuple(_yolo_image(file, rows) for file, rows in tables)
    left_out = sum(int((rows[:, 0] != 0).sum()) for _, rows in tables)
    notes = (f"{left_out} boxes of other classes than 0 are left out",) if left_out else ()
    role: Role = "detections" if with_scores else "truth"
    return BoxFile(path, "YOLO text", role, images, normalised=True, notes=notes)


def read_mot(path: Path) -> BoxFile:
    """MOT: frame (from 1), id, left, top, width, height, score, class, visibility.

    Nine columns with visibilities are truth, where a score of 0 or another class than 1 marks a
    region to ignore; anything else is taken as detections.

    Raises
    ------
    BadInput
        A line has another number of columns, or something that is no number.
    """
    rows = _rows(path, ",", MOT_COLUMNS)
    frames = rows[:, 0].astype("i8")
    if len(rows) and frames.min() < 1:
        raise BadInput(f"{path.name} has a frame below 1, but MOT counts frames from 1; mend it.")
    truth = _is_mot_truth(rows)
    images = tuple(
        _mot_image(str(frame), rows[frames == frame], truth) for frame in np.unique(frames)
    )
    return BoxFile(path, "MOT text", "truth" if truth else "detections", images)


def _yolo_image(file: Path, rows: Array) -> ImageBoxes:
    rows = rows[rows[:, 0] == 0]
    half = rows[:, 3:5] / 2
    full = np.concatenate([rows[:, 1:3] - half, rows[:, 1:3] + half], axis=1)
    scored = _has_scores(rows)
    score = rows[:, 5] if scored else None
    track = None
    if rows.shape[1] == 7:
        track = rows[:, 6]
    elif rows.shape[1] == 6 and not scored:
        track = rows[:, 5]
    return image_boxes(file.stem, full, score=score, track=track, file=file.name)


def _has_scores(rows: Array) -> bool:
    """A sixth column of scores; some tools write an identity there instead."""
    return rows.shape[1] >= 6 and bool((rows[:, 5] <= 1).all()) and len(rows) > 0


def _is_mot_truth(rows: Array) -> bool:
    if rows.shape[1] != _TRUTH_COLUMNS or not len(rows):
        return False
    flags, visibility = rows[:, 6], rows[:, 8]
    return bool(np.isin(flags, (0, 1)).all() and ((visibility >= 0) & (visibility <= 1)).all())


def _mot_image(name: str, rows: Array, truth: bool) -> ImageBoxes:
    score = rows[:, 6] if rows.shape[1] > 6 and not truth else None
    ignore = visibility = None
    if truth:
        ignore = (rows[:, 6] == 0) | (rows[:, 7] != _PEDESTRIAN)
        visibility = rows[:, 8]
    return image_boxes(
        name,
        corners(rows[:, 2:6]),
        score=score,
        ignore=ignore,
        track=rows[:, 1],
        visibility=visibility,
    )


def _rows(path: Path, separators: str, columns: tuple[int, ...]) -> Array:
    """Numbers (n, columns) of a text file; an empty one has no rows."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read as text ({error}).") from None
    rows: list[list[float]] = []
    for number, line in enumerate(lines, start=1):
        cells = [cell for cell in _split(line, separators) if cell]
        if not cells:
            continue
        if len(cells) not in columns or (rows and len(cells) != len(rows[0])):
            wanted = " or ".join(map(str, columns))
            raise BadInput(
                f"Line {number} of {path.name} has {len(cells)} columns; {wanted} are expected, "
                f"the same in every line."
            )
        rows.append(_numbers(cells, f"Line {number} of {path.name}"))
    return np.array(rows, "f8").reshape(len(rows), len(rows[0]) if rows else columns[0])


def _split(line: str, separators: str) -> list[str]:
    return [cell.strip() for cell in line.split("," if separators == "," else None)]


def _numbers(cells: list[str], where: str) -> list[float]:
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        raise BadInput(f"{where} holds something that is no number; mend it.") from None
