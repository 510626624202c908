"""Boxes from JSON: CrowdHuman odgt, COCO annotations and results, CityPersons rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from engine.detection.annotated import BoxFile, ImageBoxes, image_boxes
from engine.errors import BadInput
from engine.figures.arrays import Array

#: Categories of COCO files that are people.
_PEOPLE = frozenset({"person", "pedestrian", "people", "persons", "human"})
Record = Mapping[str, Any]
T = TypeVar("T")


def corners(boxes: Sequence[Any] | Array) -> Array:
    """(n, 4) left, top, right, bottom from rows of left, top, width, height."""
    array = np.array(boxes, dtype="f8").reshape(-1, 4)
    array[:, 2:] += array[:, :2]
    return array


def read_odgt(path: Path) -> BoxFile:
    """CrowdHuman: one JSON object a line, with ``gtboxes`` or ``dtboxes``.

    Raises
    ------
    BadInput
        A line is no such object; the sentence names it.
    """
    records = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if line.strip():
            where = f"Line {number} of {path.name}"
            records.append(_guarded(partial(_odgt_line, line), where))
    if not records:
        raise BadInput(f"{path.name} holds no images; choose another file.")
    truth = [is_truth for _, is_truth in records]
    images = tuple(image for image, _ in records)
    return BoxFile(path, "CrowdHuman odgt", "truth" if any(truth) else "detections", images)


def read_json(path: Path) -> BoxFile:
    """COCO annotations, COCO results, or CityPersons rows, told apart by their keys.

    Raises
    ------
    BadInput
        It is none of them, or damaged.
    """
    try:
        data = json.loads(_text(path))
    except ValueError as error:
        raise BadInput(f"{path.name} is no complete JSON ({error}); save it again.") from None
    if isinstance(data, dict) and "annotations" in data:
        return _guarded(lambda: _coco(path, data), path.name)
    if isinstance(data, list) and data and isinstance(data[0], dict):
        if "bbs" in data[0]:
            return _guarded(lambda: _citypersons(path, data), path.name)
        if "bbox" in data[0]:
            return _guarded(lambda: _coco_results(path, data), path.name)
    raise BadInput(f"{path.name} is JSON, but neither COCO nor CityPersons; choose another file.")


def _odgt_line(line: str) -> tuple[ImageBoxes, bool]:
    return _odgt_image(json.loads(line))


def _odgt_image(record: Record) -> tuple[ImageBoxes, bool]:
    is_truth = "gtboxes" in record
    boxes = record["gtboxes"] if is_truth else record["dtboxes"]
    key = "fbox" if is_truth else "box"
    common: dict[str, Any] = {
        "name": str(record["ID"]),
        "full": corners([box[key] for box in boxes]),
        "size": _size(record),
        "has_visible": np.array([len(box.get("vbox") or ()) == 4 for box in boxes], "?"),
        "visible": corners([box.get("vbox") or box[key] for box in boxes]),
        "track": np.array([box.get("track_id", -1) for box in boxes], "i8"),
    }
    if is_truth:
        ignore = [_odgt_ignored(box) for box in boxes]
        return image_boxes(**common, ignore=np.array(ignore, "?")), True
    score = np.array([box["score"] for box in boxes], "f8")
    return image_boxes(**common, score=score), False


def _odgt_ignored(box: Record) -> bool:
    return box.get("tag") != "person" or box.get("extra", {}).get("ignore", 0) == 1


def _coco(path: Path, data: Record) -> BoxFile:
    categories = {item["id"]: str(item.get("name", "")) for item in data.get("categories", [])}
    people = {key for key, name in categories.items() if name.lower() in _PEOPLE}
    rows = [
        row
        for row in data["annotations"]
        if not people or row.get("category_id") in people or _coco_ignored(row)
    ]
    by_image = _grouped(rows, lambda row: row["image_id"])
    images = []
    for item in data["images"]:
        own = by_image.get(item["id"], [])
        images.append(_coco_image(str(item["id"]), own, _size(item), item.get("file_name", "")))
    is_truth = not any("score" in row for row in rows)
    return BoxFile(path, "COCO JSON", "truth" if is_truth else "detections", tuple(images))


def _coco_results(path: Path, rows: Sequence[Record]) -> BoxFile:
    by_image = _grouped(rows, lambda row: row["image_id"])
    images = tuple(
        _coco_image(str(key), own, None, str(own[0].get("file_name", "")))
        for key, own in by_image.items()
    )
    return BoxFile(path, "COCO results", "detections", images)


def _coco_image(
    name: str, rows: Sequence[Record], size: tuple[int, int] | None, file: str
) -> ImageBoxes:
    visible = [row.get("vis_bbox") or row.get("bbox_vis") for row in rows]
    tracks = [row.get("track_id", row.get("attributes", {}).get("track_id", -1)) for row in rows]
    return image_boxes(
        name,
        corners([row["bbox"] for row in rows]),
        size=size,
        visible=corners([own or row["bbox"] for own, row in zip(visible, rows, strict=True)]),
        has_visible=np.array([bool(own) for own in visible], "?"),
        score=np.array([row.get("score", 1.0) for row in rows], "f8"),
        ignore=np.array([_coco_ignored(row) for row in rows], "?"),
        track=np.array([-1 if track is None else track for track in tracks], "i8"),
        file=file,
    )


def _coco_ignored(row: Record) -> bool:
    return bool(row.get("iscrowd", 0)) or bool(row.get("ignore", 0))


def _citypersons(path: Path, data: Sequence[Record]) -> BoxFile:
    """Rows of class, x, y, w, h, id, then the visible x, y, w, h; class 1 is a pedestrian."""
    images = []
    for item in data:
        rows = np.array(item["bbs"], "f8").reshape(-1, 10)
        images.append(
            image_boxes(
                Path(str(item["im_name"])).stem,
                corners(rows[:, 1:5]),
                size=_size(item),
                visible=corners(rows[:, 6:10]),
                has_visible=np.all(rows[:, 8:10] > 0, axis=1),
                ignore=rows[:, 0] != 1,
                track=rows[:, 5].astype("i8"),
                file=str(item["im_name"]),
            )
        )
    note = "order of the columns as published; check a few boxes on their image"
    return BoxFile(path, "CityPersons JSON", "truth", tuple(images), notes=(note,))


def _grouped(rows: Iterable[Record], key: Callable[[Record], Any]) -> dict[Any, list[Record]]:
    groups: dict[Any, list[Record]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _size(record: Record) -> tuple[int, int] | None:
    width, height = record.get("width"), record.get("height")
    return (int(width), int(height)) if width and height else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{path.name} is no UTF-8 text; save it again as UTF-8.") from None
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read ({error.strerror}).") from None


def _guarded(work: Callable[[], T], where: str) -> T:
    """Do it; whatever is missing or misshapen becomes one sentence."""
    try:
        return work()
    except KeyError as error:
        raise BadInput(f"{where} lacks {error.args[0]!r}; mend or export it again.") from None
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        raise BadInput(f"{where} cannot be read as boxes ({error}); export it again.") from None
