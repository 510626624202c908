"""Video frames, beside the widget one would take instead."""

from __future__ import annotations

import numpy as np
from _harness import paired, row

from gui.app import make_application
from gui.theme import theme
from gui.widgets.video_view import VideoView


def video() -> None:
    """Paint a 1024 x 1024 RGB frame, beside pyqtgraph's image item."""
    import pyqtgraph as pg

    pixels = np.random.default_rng(0).integers(0, 256, (1024, 1024, 3)).astype("u1")
    view = VideoView()
    view.resize(1024, 1024)
    plot = pg.GraphicsLayoutWidget()
    plot.resize(1024, 1024)
    image = pg.ImageItem(axisOrder="row-major")
    plot.addViewBox(lockAspect=True).addItem(image)

    def ours() -> None:
        view.set_frame(pixels)
        view.grab()

    def peer() -> None:
        image.setImage(pixels, autoLevels=False)
        plot.grab()

    mine, theirs, ratio = paired(ours, peer)
    row("video frame 1024x1024, set and grabbed", mine * 1e3, "ImageItem", theirs * 1e3, ratio)


if __name__ == "__main__":
    application = make_application()
    theme().apply(application, "dark")
    video()
