"""Pictures as PNG, packed without the interpreter's lock."""

from __future__ import annotations

from engine.figures.arrays import Array


def packed_png(pixels: Array) -> bytes:
    """The bytes of a PNG of (h, w, 3) uint8 in the order blue, green, red.

    Qt would hold the interpreter's lock, and with it the window, for some 25 ms; OpenCV does not.
    """
    import cv2

    packed: bytes = cv2.imencode(".png", pixels)[1].tobytes()
    return packed
