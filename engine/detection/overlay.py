"""Boxes drawn on pixels: as a figure, and as a clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from engine.context import Context
from engine.detection.annotated import ImageBoxes
from engine.detection.detector import RawFrame
from engine.detection.nms import Suppression, suppress
from engine.figures.arrays import Array
from engine.figures.model import Axis, Boxes, Figure, Picture
from engine.figures.tokens import DARK, rgb

if TYPE_CHECKING:
    from engine.files.video.recording import Recording

_COLUMN, _ROW = Axis("column", "px"), Axis("row", "px")


def frame_figure(pixels: Array, frame: RawFrame, how: Suppression, number: int) -> Figure:
    """A frame with full and visible boxes of who is left after suppression."""
    kept = suppress(frame.full, frame.visible, frame.score, how)
    rows = kept.rows
    corners = np.concatenate([frame.full[rows], frame.visible[rows]])
    labels = tuple(f"{kept.score[row]:.2f}" for row in rows) + ("",) * len(rows)
    category = np.repeat([0, 1], len(rows))
    boxes = Boxes(corners, labels, category, ("full box", "visible box"))
    caption = f"frame {number}; {len(rows)} of {len(frame)} raw boxes, score and duplicates"
    return Figure("Detections", (Picture(pixels), boxes), _COLUMN, _ROW, caption=caption)


def draw_boxes(pixels: Array, image: ImageBoxes) -> Array:
    """A copy of a frame (h, w, 3) uint8 with boxes, scores and identities painted on."""
    import cv2

    drawn = pixels.copy()
    for row in range(len(image)):
        track = int(image.track[row])
        color = _color(track if track >= 0 else 0)
        for box, width in ((image.full[row], 2), (image.visible[row], 1)):
            left, top, right, bottom = (round(float(value)) for value in box)
            cv2.rectangle(drawn, (left, top), (right, bottom), color, width, cv2.LINE_AA)
        left, top = round(float(image.full[row, 0])), round(float(image.full[row, 1]))
        words = f"{track} " if track >= 0 else ""
        at = (left + 2, max(10, top - 3))
        label = f"{words}{image.score[row]:.2f}"
        cv2.putText(drawn, label, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, color, 1, cv2.LINE_AA)
    return drawn


def write_clip(
    recording: Recording, numbers: Sequence[int], images: Sequence[ImageBoxes], ctx: Context
) -> Iterator[int]:
    """Write ``annotated.mp4``; yields how many frames are drawn."""
    import av

    width, height = recording.width // 2 * 2, recording.height // 2 * 2
    with av.open(str(ctx.artifact("annotated.mp4")), "w") as container:
        stream = container.add_stream("libx264", rate=_rate(recording, numbers))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "20", "preset": "veryfast", "threads": "1"}
        for done, (number, image) in enumerate(zip(numbers, images, strict=True), start=1):
            pixels = recording.frame(number, check=ctx.check)
            drawn = np.ascontiguousarray(draw_boxes(pixels, image)[:height, :width])
            for packet in stream.encode(av.VideoFrame.from_ndarray(drawn, format="rgb24")):
                container.mux(packet)
            yield done
        for packet in stream.encode():
            container.mux(packet)


def _rate(recording: Recording, numbers: Sequence[int]) -> Fraction:
    """Mean rate of the frames taken, so that the clip lasts as long as they did."""
    times = np.asarray(recording.times_s)[list(numbers)]
    seconds = float(times[-1] - times[0]) if len(times) > 1 else 0.0
    rate = (len(times) - 1) / seconds if seconds > 0 else 1.0
    return Fraction(rate).limit_denominator(1001)


def _color(number: int) -> tuple[int, int, int]:
    return rgb(DARK.mark(number))
