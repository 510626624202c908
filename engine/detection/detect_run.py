"""``detection.detect``: people in every frame of a recording, raw boxes kept for later."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.context import Context
from engine.detection import overlay
from engine.detection.annotated import ImageBoxes, image_boxes
from engine.detection.choose import chosen_detector
from engine.detection.detector import Detector, RawFrame
from engine.detection.nms import Suppression, suppress
from engine.detection.params import DetectParams
from engine.detection.raw_stream import ARCHIVE, NAME, RawWriter, save_archive
from engine.detection.suppression_run import setting, suppression_of
from engine.detection.tracking import Tracker
from engine.detection.writing import write_boxes
from engine.experiment import Snapshot
from engine.figures.model import Axis, Figure, Line

if TYPE_CHECKING:
    from engine.files.video.recording import Recording

_FIGURE_EVERY_S = 1.0


def run(recording: Recording, model: Any, ctx: Context) -> Generator[Snapshot, None, None]:
    """Detect frame by frame; a snapshot each, and at the end one with tables and clips.

    Yields
    ------
    Snapshot
        Step is the number of frames done.
    """
    params: DetectParams = ctx.params
    how = suppression_of(params)
    numbers = range(0, recording.readable_frames, params.stride)
    detector = yield from chosen_detector(model, params, ctx)
    writer = RawWriter(ctx.artifact(NAME))
    raw: dict[int, RawFrame] = {}
    began = drawn = time.perf_counter()
    try:
        for done, number in enumerate(numbers, start=1):
            pixels = recording.frame(number, check=ctx.check)
            raw[number] = detector.detect(pixels, ctx.check)
            writer.add(number, raw[number])
            figures: dict[str, Figure] = {}
            if time.perf_counter() - drawn > _FIGURE_EVERY_S:
                figures["frame"] = overlay.frame_figure(pixels, raw[number], how, number)
                drawn = time.perf_counter()
            rate = done / (time.perf_counter() - began)
            yield Snapshot(done, len(numbers), {"frames_per_s": rate}, figures, note="detecting")
        yield from _finished(recording, raw, detector, how, ctx, pixels)
    finally:
        writer.close()
        detector.close()


def kept_boxes(
    raw: dict[int, RawFrame], how: Suppression, size: tuple[int, int], tracker: Tracker | None
) -> Generator[ImageBoxes, None, None]:
    """What suppression leaves of each frame, named by its number from 1, with identities."""
    for number, frame in raw.items():
        kept = suppress(frame.full, frame.visible, frame.score, how)
        full, visible = frame.full[kept.rows], frame.visible[kept.rows]
        track = None if tracker is None else tracker.update(full, visible)
        yield image_boxes(
            str(number + 1),
            full,
            size=size,
            visible=visible,
            score=kept.score[kept.rows],
            track=track,
        )


def _finished(
    recording: Recording,
    raw: dict[int, RawFrame],
    detector: Detector,
    how: Suppression,
    ctx: Context,
    pixels: Any,
) -> Generator[Snapshot, None, None]:
    params: DetectParams = ctx.params
    size = (recording.width, recording.height)
    total = len(raw)
    tracker = None if params.track == "none" else Tracker(params.track, spread=params.lam)
    images = []
    for image in kept_boxes(raw, how, size, tracker):
        ctx.check()
        images.append(image)
    save_archive(ctx.artifact(ARCHIVE), raw, size)
    for name, format_name in (("detections.odgt", "odgt"), ("detections.csv", "csv")):
        write_boxes(images, ctx.artifact(name), format_name, how)
        ctx.artifact(name + ".settings.json")
    if tracker is not None:
        write_boxes(images, ctx.artifact("tracks.txt"), "mot", how)
        ctx.artifact("tracks.txt.settings.json")
    if params.clip:
        for done in overlay.write_clip(recording, list(raw), images, ctx):
            yield Snapshot(total, total, note=f"drawing frame {done} of {total}")
    last = list(raw)[-1]
    figures = {
        "frame": overlay.frame_figure(pixels, raw[last], how, last),
        "people": _people_over_time(recording, list(raw), images),
    }
    counts = [len(image) for image in images]
    metrics = {
        "frames": float(total),
        "boxes": float(sum(counts)),
        "boxes_per_frame": float(np.mean(counts)),
        "raw_boxes": float(sum(len(frame) for frame in raw.values())),
        "tracks": float(len({int(t) for image in images for t in image.track if t >= 0})),
    }
    texts = {"detector": detector.name, "setting": setting(how)}
    if detector.suppressed:
        texts["note"] = "this model removes duplicates itself: raw boxes cannot be had from it"
    yield Snapshot(total, total, metrics, figures, texts)


def _people_over_time(
    recording: Recording, numbers: list[int], images: list[ImageBoxes]
) -> Figure:
    counts = np.array([len(image) for image in images], "f8")
    times = np.asarray(recording.times_s)[numbers]
    line = Line(times, counts, "people found")
    return Figure("People over time", (line,), Axis("time", "s"), Axis("people", low=0.0))
