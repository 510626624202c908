"""Boxes out: CrowdHuman odgt, COCO results, MOT, YOLO, CSV with the beta numbers, NPZ.

Beside every file stands ``NAME.settings.json`` with the one threshold object all views share, so
that a number found again later still says what it meant.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from engine.detection.annotated import ImageBoxes
from engine.detection.beta import to_beta
from engine.detection.nms import Suppression
from engine.errors import PeerscopeError

#: Name of each format, its ending, and what a person calls it.
FORMATS = {
    "odgt": (".odgt", "CrowdHuman odgt"),
    "coco": (".json", "COCO results"),
    "mot": (".txt", "MOT text"),
    "yolo": ("", "YOLO folder"),
    "csv": (".csv", "CSV with beta numbers"),
    "npz": (".npz", "NumPy archive"),
}
_DIGITS = 3


def write_boxes(
    images: Sequence[ImageBoxes], path: Path, format_name: str, how: Suppression
) -> Path:
    """Write detections in a format of `FORMATS`, and the settings beside them.

    Parameters
    ----------
    images
        One for each frame; names that are whole numbers count frames from 1.
    path
        The file, or for YOLO the folder.

    Raises
    ------
    PeerscopeError
        It cannot be written, or YOLO was asked for images of unknown size.
    """
    try:
        _WRITERS[format_name](images, path, how)
        settings = {"format": format_name, **asdict(how), "threshold": how.limit}
        _settings_of(path).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise PeerscopeError(f"{path} cannot be written ({reason}); choose another.") from error
    return path


def written_beside(images: Sequence[ImageBoxes], path: Path, format_name: str) -> tuple[Path, ...]:
    """The files that `write_boxes` writes besides the one asked for."""
    labels = [_label_of(path, image) for image in images] if format_name == "yolo" else []
    return (*labels, _settings_of(path))


def _settings_of(path: Path) -> Path:
    return path.with_name(path.name + ".settings.json")


def _label_of(folder: Path, image: ImageBoxes) -> Path:
    return folder / f"{image.name}.txt"


def _write_odgt(images: Sequence[ImageBoxes], path: Path, how: Suppression) -> None:
    with path.open("w", encoding="utf-8") as file:
        for image in images:
            file.write(json.dumps(_odgt_record(image)) + "\n")


def _odgt_record(image: ImageBoxes) -> dict[str, Any]:
    boxes = [
        {
            "box": _sides(image.full[row]),
            "vbox": _sides(image.visible[row]),
            "score": round(float(image.score[row]), 5),
            "tag": 1,
            **_track(image, row),
        }
        for row in range(len(image))
    ]
    size = {} if image.size is None else {"width": image.size[0], "height": image.size[1]}
    return {"ID": image.name, **size, "dtboxes": boxes}


def _write_coco(images: Sequence[ImageBoxes], path: Path, how: Suppression) -> None:
    rows = [
        {
            "image_id": int(image.name) if image.name.isdigit() else number,
            "file_name": image.file or image.name,
            "category_id": 1,
            "bbox": _sides(image.full[row]),
            "vis_bbox": _sides(image.visible[row]),
            "score": round(float(image.score[row]), 5),
            **_track(image, row),
        }
        for number, image in enumerate(images, start=1)
        for row in range(len(image))
    ]
    path.write_text(json.dumps(rows) + "\n", encoding="utf-8")


def _write_mot(images: Sequence[ImageBoxes], path: Path, how: Suppression) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        for number, image in enumerate(images, start=1):
            frame = int(image.name) if image.name.isdigit() else number
            for row in range(len(image)):
                score = round(float(image.score[row]), 5)
                box = _sides(image.full[row])
                rows.writerow([frame, int(image.track[row]), *box, score, -1, -1, -1])


def _write_yolo(images: Sequence[ImageBoxes], path: Path, how: Suppression) -> None:
    path.mkdir(parents=True, exist_ok=True)
    for image in images:
        if image.size is None:
            raise PeerscopeError("YOLO needs the size of each image; open the images first.")
        scale = np.tile(np.array(image.size, "f8"), 2)
        share = np.clip(image.full / scale, 0, 1)
        centre, side = (share[:, :2] + share[:, 2:]) / 2, share[:, 2:] - share[:, :2]
        tracked = bool((image.track >= 0).any())
        lines = []
        for row in range(len(image)):
            numbers = [*centre[row], *side[row], image.score[row]]
            words = ["0", *(f"{number:.6f}" for number in numbers)]
            lines.append(" ".join(words + ([str(image.track[row])] if tracked else [])) + "\n")
        _label_of(path, image).write_text("".join(lines), encoding="utf-8")


def _write_csv(images: Sequence[ImageBoxes], path: Path, how: Suppression) -> None:
    columns = ["image", "id", "score", "left", "top", "right", "bottom", "ax", "bx", "ay", "by"]
    seen = ["visible_left", "visible_top", "visible_right", "visible_bottom"]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*columns, *seen])
        for image in images:
            beta = to_beta(image.full, image.visible, how.spread)
            for row in range(len(image)):
                rows.writerow(
                    [image.name, int(image.track[row]), f"{image.score[row]:.5f}"]
                    + [f"{value:.3f}" for value in image.full[row]]
                    + [f"{value:.5g}" for value in beta[row]]
                    + [f"{value:.3f}" for value in image.visible[row]]
                )


def _write_npz(images: Sequence[ImageBoxes], path: Path, how: Suppression) -> None:
    counts = [len(image) for image in images]
    arrays: Mapping[str, Any] = {
        "det_full": np.concatenate([image.full for image in images]),
        "det_vis": np.concatenate([image.visible for image in images]),
        "det_score": np.concatenate([image.score for image in images]),
        "det_scene": np.repeat(np.arange(len(images)), counts),
        "det_track": np.concatenate([image.track for image in images]),
        "image": np.array([image.name for image in images]),
    }
    np.savez_compressed(path, **arrays)


def _sides(box: Any) -> list[float]:
    left, top, right, bottom = (float(value) for value in box)
    return [round(value, _DIGITS) for value in (left, top, right - left, bottom - top)]


def _track(image: ImageBoxes, row: int) -> dict[str, int]:
    track = int(image.track[row])
    return {"track_id": track} if track >= 0 else {}


_WRITERS = {
    "odgt": _write_odgt,
    "coco": _write_coco,
    "mot": _write_mot,
    "yolo": _write_yolo,
    "csv": _write_csv,
    "npz": _write_npz,
}
