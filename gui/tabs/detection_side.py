"""One set of boxes under one rule: what a side of the Detection tab shows. Knows nothing of Qt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.detection.annotated import ImageBoxes
from engine.detection.detector import LEAST_SCORE, RawFrame
from engine.detection.nms import Kept, Suppression
from engine.detection.review import Review, above, best_rows, kept_of
from engine.figures.arrays import Array
from gui.widgets.people_view import People


@dataclass(slots=True)
class BoxSet:
    """Raw boxes by frame number, and where they come from.

    Attributes
    ----------
    name
        The model or file.
    suppressed
        True when duplicates were removed before they came here.
    """

    name: str = ""
    suppressed: bool = False
    raw: dict[int, RawFrame] = field(default_factory=dict)

    def add(self, frames: dict[int, RawFrame]) -> None:
        """Take newer frames."""
        self.raw.update({number: best_rows(frame) for number, frame in frames.items()})


def of_file(name: str, images: dict[int, ImageBoxes]) -> BoxSet:
    """Detections of a file as a set; they come without their duplicates."""
    frames = {
        number: RawFrame(image.full, image.visible, image.score, image.score, image.score)
        for number, image in images.items()
    }
    made = BoxSet(name, suppressed=True)
    made.add(frames)
    return made


@dataclass(slots=True)
class Side:
    """A set under a rule, with what was computed of it.

    Attributes
    ----------
    boxes
        The set; both sides may share one.
    how
        The rule in force, score included.
    review
        Of all frames, when it is ready for this very rule.
    """

    boxes: BoxSet = field(default_factory=BoxSet)
    how: Suppression = field(default_factory=Suppression)
    review: Review | None = None
    _kept: dict[int, Kept] = field(default_factory=dict)
    _ids: dict[int, dict[int, int]] = field(default_factory=dict)

    def use(self, boxes: BoxSet, how: Suppression) -> bool:
        """Take a set and a rule; True when anything differs from before."""
        if boxes is self.boxes and how == self.how:
            return False
        if boxes is not self.boxes or key_of(how) != key_of(self.how):
            self._kept = {}
            self._ids = {}
        self.boxes, self.how, self.review = boxes, how, None
        return True

    def forget(self) -> None:
        """Frames were replaced: nothing that was computed holds."""
        self._kept, self._ids, self.review = {}, {}, None

    def take(self, review: Review) -> None:
        """Keep what was computed of all frames."""
        self.review = review
        self._kept.update(review.kept)
        self._ids = review.ids

    def known(self) -> dict[int, Kept]:
        """Suppressions that were computed already."""
        return dict(self._kept)

    def kept(self, number: int) -> Kept | None:
        """Suppression of a frame, computed on first use; None where nobody has looked."""
        frame = self.boxes.raw.get(number)
        if frame is None:
            return None
        if number not in self._kept:
            self._kept[number] = kept_of(frame, self.how)
        return self._kept[number]

    def identity(self, number: int, row: int) -> int:
        """Identity of a raw row, -1 while it is not known."""
        return self._ids.get(number, {}).get(row, -1)

    def named(self, number: int, kept: Kept, image: ImageBoxes) -> ImageBoxes:
        """Kept boxes of a frame with the identities that are known."""
        rows = above(kept, self.how.score_min).tolist()
        track = np.array([self.identity(number, row) for row in rows], "i8")
        return replace(image, track=track)

    def people(self, number: int, truth: ImageBoxes | None) -> People:
        """What is drawn over a frame."""
        seen: dict[str, Any] = {}
        if truth is not None:
            seen = {"truth": truth.full, "truth_visible": truth.visible}
        frame, kept = self.boxes.raw.get(number), self.kept(number)
        if frame is None or kept is None:
            return People(**seen)
        rows = above(kept, self.how.score_min)
        ghosts = ghost_rows(kept, frame, self.how.score_min)
        values: dict[str, Any] = {
            "full": frame.full[rows],
            "visible": frame.visible[rows],
            "score": kept.score[rows],
            "ids": np.array([self.identity(number, int(row)) for row in rows], "i8"),
            "rows": rows,
            "ghosts": frame.full[ghosts],
            "ghost_rows": ghosts,
            "spread": self.how.spread,
        }
        return People(**values, **seen)

    def told(self, number: int) -> str:
        """How many boxes are kept of how many."""
        frame, kept = self.boxes.raw.get(number), self.kept(number)
        if frame is None or kept is None:
            return "not looked at yet" if self.boxes.name else ""
        rows = above(kept, self.how.score_min)
        return f"{len(rows)} people of {len(frame)} raw boxes"


def key_of(how: Suppression) -> Suppression:
    """What decides a suppression: all but the score."""
    return replace(how, score_min=LEAST_SCORE)


def ghost_rows(kept: Kept, frame: RawFrame, score: float) -> Array:
    """Rows that would be drawn had nothing been suppressed."""
    gone = np.setdiff1d(np.arange(len(frame)), above(kept, score))
    rows: Array = gone[frame.score[gone] >= score]
    return rows
