"""Finding the animal without poses: what differs from the still background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.behavior.crops import side_for
from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.video.recording import Recording

#: Frames the background and the usual size of the animal are taken from.
_SAMPLED = 61
#: A pixel belongs to the animal when it departs by so many times the noise, and so many levels.
_TIMES_NOISE, _LEAST_LEVELS = 6.0, 12.0
_LEAST_PX = 9
_STRIP_ROWS = 32


@dataclass(frozen=True, slots=True)
class Background:
    """The still part of a recording.

    Attributes
    ----------
    picture
        (h, w) uint8 temporal median.
    threshold
        Grey levels by which an animal departs from it.
    length_px
        Median length of the largest departure.
    """

    picture: Array
    threshold: float
    length_px: float

    @property
    def side(self) -> int:
        """Side of a box around the animal, in pixels."""
        return side_for(self.length_px)

    def find(self, gray: Array) -> tuple[Array, float] | None:
        """Centre (2,) x and y and length of the largest blob of a frame; None where none is."""
        import cv2

        apart = cv2.absdiff(gray, self.picture) > self.threshold
        count, _, stats, centres = cv2.connectedComponentsWithStats(apart.astype("u1"))
        if count < 2:
            return None
        largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        if stats[largest, cv2.CC_STAT_AREA] < _LEAST_PX:
            return None
        spread = np.hypot(*stats[largest, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].astype("f8"))
        return centres[largest], float(spread)


def background_of(recording: Recording, check: Callable[[], None]) -> Background:
    """The background of a recording with a still camera, from frames spread over it.

    Raises
    ------
    BadInput
        Nothing moves in front of it.
    """
    stride = max(1, recording.readable_frames // _SAMPLED)
    sampled = np.stack(
        list(recording.gray_frames(0, recording.readable_frames, stride, check=check))
    )
    picture = _median(sampled, check)
    # Half of the departures of still pixels are smaller than 0.6745 standard deviations.
    noise = (
        float(np.median(np.abs(sampled[:, ::4, ::4].astype("f4") - picture[::4, ::4]))) / 0.6745
    )
    still = Background(picture, max(_TIMES_NOISE * noise, _LEAST_LEVELS), 1.0)
    found = []
    for gray in sampled:
        check()
        found.append(still.find(gray))
    lengths = [blob[1] for blob in found if blob is not None]
    if not lengths:
        raise BadInput(
            f"Nothing moves before the background of {recording.name}; embed the whole frame "
            "or a fixed crop instead."
        )
    return Background(picture, still.threshold, float(np.median(lengths)))


def _median(sampled: Array, check: Callable[[], None]) -> Array:
    """Temporal median (h, w) uint8, a strip at a time: one call on large frames takes seconds."""
    picture = np.empty(sampled.shape[1:], "u1")
    for top in range(0, len(picture), _STRIP_ROWS):
        check()
        picture[top : top + _STRIP_ROWS] = np.median(sampled[:, top : top + _STRIP_ROWS], axis=0)
    return picture
