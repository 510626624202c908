"""Boxes, rules and reviews of the Detection tab: what is computed beside the window."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.detection.annotated import ImageBoxes
from engine.detection.detector import RawFrame
from engine.detection.nms import Suppression
from engine.detection.raw_stream import RawReader
from engine.detection.review import Review, boxes_of, disagreement, review
from engine.errors import PeerscopeError
from engine.figures.arrays import Array
from engine.files.video.recording import Recording
from gui.tabs import detection_files as files
from gui.tabs.detection_side import BoxSet, Side
from gui.workspace import Workspace

#: Whole recordings are reviewed when the controls have been still for so long.
_STILL_MS = 250


class Desk(QObject):
    """The two sets of boxes, the two sides that show them, and the truth.

    Signals
    -------
    found(object)
        Frames (a set of numbers) whose raw boxes have arrived.
    reviewed(object)
        The rows of frames on which both sides differ, or None for one side: reviews are ready.
    tuned(object)
        The `Suppression` with the best threshold; None when tuning failed.
    """

    found = Signal(object)
    reviewed = Signal(object)
    tuned = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.recording: Recording | None = None
        self.boxes, self.other_boxes = BoxSet(), BoxSet()
        self.first, self.second = Side(), Side()
        self.truth: dict[int, ImageBoxes] = {}
        self._reader: RawReader | None = None
        self._reading = False
        self._several = False
        self._request = 0
        self._still = QTimer(self, singleShot=True, interval=_STILL_MS)
        self._still.timeout.connect(self._review)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a frame."""
        assert self.recording is not None
        return self.recording.width, self.recording.height

    def open(self, recording: Recording) -> None:
        """A recording was opened: nothing is known of it."""
        self.recording = recording
        self.boxes, self.other_boxes, self.truth = BoxSet(), BoxSet(), {}
        self._reader = None

    def begin(self, name: str, stream: Path) -> None:
        """A run begins and leaves its boxes in a growing file; the set before stays at hand."""
        if self.boxes.raw and not self.boxes.suppressed:
            self.other_boxes = self.boxes
        self.boxes = BoxSet(name)
        self._reader = RawReader(stream)

    def take_raw(self, name: str, frames: Mapping[int, RawFrame]) -> None:
        """Take a whole set of raw boxes."""
        self.boxes = BoxSet(name)
        self.boxes.add(dict(frames))

    def use(self, first: Suppression, second: Suppression, view: str, *, other: bool) -> None:
        """Take the rules of both sides, and whether the right shows the second set."""
        self._several = view != "one"
        self.first.use(self.boxes, first)
        self.second.use(self.other_boxes if other else self.boxes, second)
        if self.boxes.raw:
            self._still.start()

    def forget(self) -> None:
        """What was computed does not hold any more."""
        self.first.forget()
        self.second.forget()

    def read_news(self) -> None:
        """Read the growing file beside the window, one read at a time."""
        if self._reading or self._reader is None:
            return
        self._reading = True
        done = partial(self._on_news, self.boxes)
        self._workspace.background.run(self._reader.news, done, self._on_reading_failed)

    def tune(self) -> None:
        """Look for the threshold of the left rule with the best AP on the labelled frames.

        Raises
        ------
        PeerscopeError
            There is no truth, or nothing was detected on its frames.
        """
        if not self.truth.keys() & self.boxes.raw.keys():
            raise PeerscopeError("Tuning needs ground truth and detections of the same frames.")
        work = partial(files.tune, dict(self.boxes.raw), dict(self.truth), self.first.how)
        self._workspace.background.run(work, self.tuned.emit, self._on_tuning_failed)

    def all_boxes(self, side: Side) -> dict[int, ImageBoxes]:
        """Kept boxes of every frame by its number, with identities where they are known."""
        found = {}
        for number, frame in sorted(side.boxes.raw.items()):
            kept = side.kept(number)
            if kept is not None:
                image = boxes_of(frame, kept, side.how.score_min, number, self.size)
                found[number] = side.named(number, kept, image)
        return found

    def close(self) -> None:
        """Compute nothing more."""
        self._still.stop()
        self.recording = None

    def _on_news(self, boxes: BoxSet, frames: dict[int, RawFrame]) -> None:
        self._reading = False
        boxes.add(frames)
        if boxes is self.boxes and frames:
            if not self._still.isActive():
                self._still.start()
            self.found.emit(set(frames))

    def _on_reading_failed(self, sentence: str) -> None:
        self._reading = False
        self._workspace.note(sentence)

    def _on_tuning_failed(self, sentence: str) -> None:
        self._workspace.note(sentence)
        self.tuned.emit(None)

    @Slot()
    def _review(self) -> None:
        """Suppress, track and score the whole recording beside the window."""
        if self.recording is None or not self.boxes.raw:
            return
        self._request += 1
        sides = [self.first, self.second] if self._several else [self.first]
        parts = [(dict(side.boxes.raw), side.how, side.known()) for side in sides]
        work = partial(_reviewed, parts, self.size, dict(self.truth))
        hows = [side.how for side in sides]
        done = partial(self._on_reviewed, self._request, sides, hows)
        self._workspace.background.run(work, done, self._workspace.note)

    def _on_reviewed(
        self,
        request: int,
        sides: list[Side],
        hows: list[Suppression],
        answer: tuple[list[Review], Array | None],
    ) -> None:
        stale = any(side.how != how for side, how in zip(sides, hows, strict=True))
        if request != self._request or stale or self.recording is None:
            return
        reviews, differences = answer
        for side, one in zip(sides, reviews, strict=True):
            side.take(one)
        self.reviewed.emit(differences)


def _reviewed(
    parts: list[tuple[dict[int, RawFrame], Suppression, dict[int, Any]]],
    size: tuple[int, int],
    truth: dict[int, ImageBoxes],
) -> tuple[list[Review], Array | None]:
    """Reviews of each side, and where two sides differ."""
    reviews = [review(raw, how, size, truth or None, known=known) for raw, how, known in parts]
    if len(parts) < 2:
        return reviews, None
    boxes = [
        {n: boxes_of(raw[n], one.kept[n], how.score_min, n, size) for n in raw}
        for (raw, how, _), one in zip(parts, reviews, strict=True)
    ]
    return reviews, disagreement(*boxes)
