"""``detection.annotate``: stored raw boxes drawn over their recording, without a network."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from engine.context import Context
from engine.detection import overlay
from engine.detection.detect_run import kept_boxes
from engine.detection.params import AnnotateParams
from engine.detection.raw import RawBoxes
from engine.detection.raw_stream import load_archive
from engine.detection.suppression_run import setting, suppression_of
from engine.detection.tracking import Tracker
from engine.detection.writing import write_boxes
from engine.errors import BadInput
from engine.experiment import Snapshot

if TYPE_CHECKING:
    from engine.files.video.recording import Recording


def run(recording: Recording, raw: RawBoxes, ctx: Context) -> Generator[Snapshot, None, None]:
    """Suppress, track, write boxes, and draw frame by frame.

    Raises
    ------
    BadInput
        The boxes belong to more frames than the recording has.
    """
    params: AnnotateParams = ctx.params
    how = suppression_of(params)
    frames = load_archive(raw.path)
    if not frames or max(frames) >= recording.readable_frames:
        raise BadInput(
            f"{raw.path.name} has boxes of frame {max(frames, default=-1)}, but {recording.name} "
            f"has {recording.readable_frames}; take the recording they were found in."
        )
    tracker = None if params.track == "none" else Tracker(params.track, spread=params.lam)
    size, total = (recording.width, recording.height), len(frames)
    images = []
    for image in kept_boxes(frames, how, size, tracker):
        images.append(image)
        yield Snapshot(0, total, note="suppressing")
    write_boxes(images, ctx.artifact("detections.odgt"), "odgt", how)
    ctx.artifact("detections.odgt.settings.json")
    for done in overlay.write_clip(recording, list(frames), images, ctx):
        yield Snapshot(done, total, note="drawing")
    metrics = {"frames": float(total), "boxes": float(sum(len(image) for image in images))}
    yield Snapshot(total, total, metrics, texts={"setting": setting(how)})
