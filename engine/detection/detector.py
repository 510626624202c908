"""What every detector is to the rest: pixels in, boxes before suppression out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from engine.figures.arrays import Array
from engine.layers import checked_between_layers

if TYPE_CHECKING:
    from engine.detection.network import BetaRCNN
    from engine.detection.weights import WeightsFile

Check = Callable[[], None]
#: Boxes below this score are not kept at all.
LEAST_SCORE = 0.01
#: The detector that comes with the product, trained on drawn crowds alone.
OWN_WEIGHTS = Path(__file__).resolve().parents[2] / "assets" / "detector_small.safetensors"
LIMITS = (
    "trained on drawn crowds alone: on real video it takes poles, signs and shadows for people "
    "and misses people of unusual size or pose"
)


@dataclass(frozen=True, slots=True, eq=False)
class RawFrame:
    """Boxes of one image before suppression, in its pixels. Boxes (n, 4), scores (n,) float64.

    `first` and `second` are the class probabilities of the two heads; of a detector with one
    head both are its score.
    """

    full: Array
    visible: Array
    score: Array
    first: Array
    second: Array

    def __len__(self) -> int:
        return len(self.score)

    @classmethod
    def plain(cls, full: Array, score: Array) -> RawFrame:
        """Of a detector that knows full boxes alone: they are taken as visible."""
        order = np.argsort(-score, kind="stable")
        order = order[score[order] >= LEAST_SCORE]
        full, score = np.asarray(full, "f8")[order].reshape(-1, 4), np.asarray(score, "f8")[order]
        return cls(full, full, score, score, score)


class Detector(Protocol):
    """A detector of people.

    Attributes
    ----------
    name
        For a person.
    suppressed
        True when duplicates were already removed, so that suppression has little left to do.
    sees_visible
        True when it predicts visible boxes of its own.
    """

    @property
    def name(self) -> str:
        """For a person."""
        ...

    @property
    def suppressed(self) -> bool:
        """Duplicates were already removed."""
        ...

    @property
    def sees_visible(self) -> bool:
        """It predicts visible boxes of its own."""
        ...

    def detect(self, pixels: Array, check: Check) -> RawFrame:
        """Detect in an image (h, w, 3) uint8 RGB."""
        ...

    def close(self) -> None:
        """End whatever runs for it."""
        ...


class OwnDetector:
    """A network of ours on one image at a time.

    Parameters
    ----------
    file
        Its weights.
    short_side_px
        Larger images are shrunk so that their shorter side is this; none is enlarged.
    """

    suppressed = False

    def __init__(self, file: WeightsFile, short_side_px: int) -> None:
        from engine.detection.weights import load_network

        self.name = file.path.stem
        self.sees_visible = file.design.get("head") == "beta"
        self._network: BetaRCNN = load_network(file)
        self._short = short_side_px

    def detect(self, pixels: Array, check: Check) -> RawFrame:
        """Detect in an image (h, w, 3) uint8 RGB; boxes in its pixels."""
        from engine.detection.training import as_images

        shrunk, factor = shrink(pixels, self._short)
        # A ResNet of the published size takes seconds for a large image.
        with checked_between_layers(self._network, check):
            raw = self._network.detect(as_images([shrunk]), LEAST_SCORE, check)[0]
        full, visible, score, first, second = (
            value.double().numpy()
            for value in (raw.full, raw.visible, raw.score, raw.first, raw.second)
        )
        return RawFrame(full * factor, visible * factor, score, first, second)

    def close(self) -> None:
        """Nothing runs for it."""


def shrink(pixels: Array, short_side_px: int) -> tuple[Array, Array]:
    """An image with its shorter side at most that long, and factors (4,) back to its pixels."""
    import cv2

    height, width = pixels.shape[:2]
    scale = min(1.0, short_side_px / min(height, width))
    if scale == 1.0:
        return pixels, np.ones(4)
    size = (round(width * scale), round(height * scale))
    shrunk: Array = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    factor = np.array([width / size[0], height / size[1]])
    return shrunk, np.tile(factor, 2)
