"""Files of the Detection tab, opened beside the window: recordings, boxes, models."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.claim_runs import example_of
from engine.detection.annotated import BoxFile, ImageBoxes
from engine.detection.detector import RawFrame
from engine.detection.example import truth_of
from engine.detection.held_back import RawImage, tuned
from engine.detection.nms import Suppression, suppress
from engine.detection.pairing import frame_numbers
from engine.detection.raw_stream import load_archive
from engine.errors import BadInput
from engine.files.identify import identify, open_file
from engine.files.kinds import Identified
from engine.files.pool import second_handle
from engine.files.video.images import image_files, natural_key
from engine.files.video.recording import Recording


@dataclass(frozen=True, slots=True)
class OpenedRecording:
    """A recording that was opened, and files that belong to it."""

    file: Identified
    recording: Recording
    beside: tuple[Identified, ...] = ()


def open_recording(file: Identified, beside: tuple[Identified, ...] = ()) -> OpenedRecording:
    """Open a recording, and load what the first frame will need."""
    opened: Any = open_file(file)
    _load_libraries()
    return OpenedRecording(file, opened, beside)


def open_images(
    images: Sequence[Identified], folder: Path, beside: tuple[Identified, ...] = ()
) -> OpenedRecording:
    """Several images as one recording, in natural order.

    All images of a folder are that folder; others are copied to `folder`, which then goes with
    the session.

    Raises
    ------
    BadInput
        They are of different sizes, or cannot be copied.
    """
    paths = sorted((image.path for image in images), key=natural_key)
    parent = paths[0].parent
    if set(paths) != set(image_files(parent)):
        _copy_all(paths, folder)
        parent = folder
    return open_recording(identify(parent), beside)


def _copy_all(paths: Sequence[Path], folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
        for path in paths:
            place = folder / path.name
            if place.exists():
                place = folder / f"{path.stem} of {path.parent.name}{path.suffix}"
            shutil.copyfile(path, place)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise BadInput(
            f"{len(paths)} images cannot be kept together ({error.strerror}); put them in a "
            f"folder and drop that."
        ) from error


def open_example(system: str) -> OpenedRecording:
    """The drawn street with its truth, written on first use."""
    clip = example_of(system)
    return open_recording(identify(clip), (identify(truth_of(clip)),))


def read_boxes(file: Identified, recording: Recording) -> tuple[BoxFile, dict[int, ImageBoxes]]:
    """Boxes of a file by frame number, in pixels of the recording.

    Raises
    ------
    BadInput
        It is damaged, or none of its images is a frame of the recording.
    """
    opened: Any = open_file(file)
    boxes: BoxFile = opened
    found = frame_numbers(boxes, recording)
    if not found and boxes.images:
        raise BadInput(
            f"No image of {file.path.name} is a frame of {recording.name}; open the recording "
            f"they belong to first."
        )
    width, height = recording.width, recording.height
    return boxes, {
        number: image.scaled(width, height) if boxes.normalised else _fitted(image, width, height)
        for number, image in found.items()
    }


def read_raw(path: Path) -> dict[int, RawFrame]:
    """Raw boxes of an archive by frame number."""
    return load_archive(path)


def tune(raw: dict[int, RawFrame], truth: dict[int, ImageBoxes], how: Suppression) -> Suppression:
    """The threshold of the rule in force with the best AP on the labelled frames."""
    images = [
        RawImage(truth[n], raw[n].full, raw[n].visible, raw[n].score) for n in raw if n in truth
    ]
    rule = {"soft": "beta", "soft_iou": "iou", "none": "beta"}.get(how.rule, how.rule)
    return tuned(images, rule, _no_check)


def opener(recording: Recording) -> Any:
    """What a frame server opens its handle with."""
    return partial(second_handle, recording)


def _fitted(image: ImageBoxes, width: int, height: int) -> ImageBoxes:
    """Boxes of an image of another size, scaled to the recording's."""
    if image.size is None or image.size == (width, height) or min(image.size) <= 0:
        return image
    share = image.scaled(1 / image.size[0], 1 / image.size[1])
    return share.scaled(width, height)


def _load_libraries() -> None:
    """Import what suppression and tracking use here, not in the window's thread."""
    from scipy.optimize import linear_sum_assignment

    box = np.array([[0.0, 0, 10, 20], [1, 0, 11, 20]])
    suppress(box, box, np.array([0.9, 0.8]), Suppression("beta"))
    linear_sum_assignment(np.zeros((1, 1)))


def _no_check() -> None:
    """Tuning is short."""
