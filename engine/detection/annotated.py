"""Boxes of a set of images, whatever file they came from: truth or detections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from engine.detection.boxes import area, clip_to
from engine.errors import BadInput
from engine.figures.arrays import Array

Role = Literal["truth", "detections"]


@dataclass(frozen=True, slots=True, eq=False)
class ImageBoxes:
    """The boxes of one image. Boxes (n, 4) float64: left, top, right, bottom.

    Attributes
    ----------
    name
        What the file calls the image: an ID, a file name, or the number of a frame from 1.
    size
        Width and height in pixels, or None where the file does not say.
    full, visible
        Boxes; rows without a visible box hold the full one.
    has_visible
        (n,) bool.
    score
        (n,) float64; 1 for truth.
    ignore
        (n,) bool: regions that count neither as found nor as missed.
    track
        (n,) int64 identity of each person, -1 where there is none.
    visibility
        (n,) float64 visible share of the full box.
    file
        Name of the image's file where it is known.
    """

    name: str
    size: tuple[int, int] | None
    full: Array
    visible: Array
    has_visible: Array
    score: Array
    ignore: Array
    track: Array
    visibility: Array
    file: str = ""

    def __len__(self) -> int:
        return len(self.full)

    def rows(self, rows: Array) -> ImageBoxes:
        """Some of the boxes."""
        names = ("full", "visible", "has_visible", "score", "ignore", "track", "visibility")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def scaled(self, width: float, height: float) -> ImageBoxes:
        """Boxes in shares of an image made into pixels of one of that size."""
        factor = np.array([width, height, width, height])
        size = (round(width), round(height))
        return replace(self, size=size, full=self.full * factor, visible=self.visible * factor)

    def clipped(self) -> ImageBoxes:
        """Cut to the image where its size is known, as the CrowdHuman toolkit does."""
        if self.size is None:
            return self
        return replace(self, full=clip_to(self.full, *self.size))


def image_boxes(
    name: str,
    full: Array,
    *,
    size: tuple[int, int] | None = None,
    visible: Array | None = None,
    has_visible: Array | None = None,
    score: Array | None = None,
    ignore: Array | None = None,
    track: Array | None = None,
    visibility: Array | None = None,
    file: str = "",
) -> ImageBoxes:
    """Boxes of one image, with what is not given filled in.

    Raises
    ------
    BadInput
        A box or score is not a finite number, or a box has a negative size.
    """
    full = np.asarray(full, "f8").reshape(-1, 4)
    count = len(full)
    has = np.full(count, visible is not None) if has_visible is None else np.asarray(has_visible)
    boxes = full if visible is None else np.asarray(visible, "f8").reshape(-1, 4)
    boxes = np.where(has[:, None], boxes, full)
    scores = np.ones(count) if score is None else np.asarray(score, "f8")
    if not (np.isfinite(full).all() and np.isfinite(boxes).all() and np.isfinite(scores).all()):
        raise BadInput(f"Image {name} has a box or score that is no finite number; mend the file.")
    if (full[:, 2:] < full[:, :2]).any():
        raise BadInput(f"Image {name} has a box of negative size; mend the file.")
    return ImageBoxes(
        name=name,
        size=size,
        full=full,
        visible=boxes,
        has_visible=has.astype("?"),
        score=scores,
        ignore=np.zeros(count, "?") if ignore is None else np.asarray(ignore, "?"),
        track=np.full(count, -1) if track is None else np.asarray(track, "i8"),
        visibility=_shares(full, boxes) if visibility is None else np.asarray(visibility, "f8"),
        file=file,
    )


def _shares(full: Array, visible: Array) -> Array:
    whole = area(full)
    shares = np.divide(area(visible), whole, out=np.ones(len(full)), where=whole > 0)
    clipped: Array = np.clip(shares, 0, 1)
    return clipped


@dataclass(frozen=True, slots=True, eq=False)
class BoxFile:
    """An opened file of boxes; conforms to `engine.files.kinds.Opened`.

    Attributes
    ----------
    format
        Name of the format, for a person.
    role
        What it seems to hold: "truth" where it has no scores.
    images
        In the order of the file.
    normalised
        True while boxes are shares of an image whose size the file does not say.
    notes
        What a person should know of how it was read.
    """

    path: Path
    format: str
    role: Role
    images: tuple[ImageBoxes, ...]
    normalised: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def summary(self) -> str:
        """Format and counts."""
        boxes = sum(len(image) for image in self.images)
        word = "people" if self.role == "truth" else "detections"
        return f"{self.format}: {boxes} {word} in {len(self.images)} images"

    def by_name(self) -> Mapping[str, ImageBoxes]:
        """Images by name."""
        return {image.name: image for image in self.images}

    def close(self) -> None:
        """Nothing is held open."""


def paired(truth: BoxFile, found: BoxFile) -> list[tuple[ImageBoxes, ImageBoxes]]:
    """Truth and detections image by image, in the order of the truth.

    An image without detections gets none.

    Raises
    ------
    BadInput
        No image of the detections is one of the truth, or one of the two is in pixels and the
        other in shares of an image of unknown size.
    """
    if truth.normalised != found.normalised:
        raise BadInput(
            "One of the files gives boxes as shares of the image and the other in pixels; "
            "open the images beside them, or convert one."
        )
    known = found.by_name()
    if not known.keys() & {image.name for image in truth.images} and found.images:
        raise BadInput(
            f"No image of {found.path.name} (first: {found.images[0].name}) is named in "
            f"{truth.path.name} (first: {_first_name(truth)}); check that they belong together."
        )
    nothing = np.zeros((0, 4))
    return [
        (image, known.get(image.name) or image_boxes(image.name, nothing, size=image.size))
        for image in truth.images
    ]


def _first_name(file: BoxFile) -> str:
    return file.images[0].name if file.images else "none"
