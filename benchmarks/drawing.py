"""Clouds, lasso and video frames, beside the widgets and functions one would take instead."""

from __future__ import annotations

import numpy as np
from _harness import paired, row
from matplotlib.path import Path as Outline

from engine.figures.model import Axis, Cloud, Figure
from gui.app import make_application
from gui.theme import theme
from gui.widgets.cloud_view import CloudView
from gui.widgets.space.point_image import inside_polygon
from gui.widgets.video_view import VideoView

SIZE = (800, 600)


def cloud(count: int, budget_ms: float) -> None:
    """Turn a cloud by a little and draw it, beside pyqtgraph's scatter of as many points."""
    import pyqtgraph as pg

    random = np.random.default_rng(0)
    position = random.normal(size=(count, 3))
    view = CloudView()
    view.resize(*SIZE)
    points = Cloud(position, value=np.arange(count))
    view.set_figure(Figure("c", (points,), Axis("a"), Axis("b"), Axis("c")))
    plot = pg.PlotWidget()
    plot.resize(*SIZE)
    scatter = pg.ScatterPlotItem(position[:, 0], position[:, 1], size=3, pen=None)
    plot.addItem(scatter)

    def ours() -> None:
        view._scene.camera = view._scene.camera.rotated(2, 1)
        view._draw()

    def peer() -> None:
        plot.getViewBox().scaleBy((0.999, 0.999))
        plot.grab()

    mine, theirs, ratio = paired(ours, peer, repeat=9)
    name = f"cloud of {count} points, 800x600, turned and drawn"
    row(name, mine * 1e3, "pyqtgraph scatter", theirs * 1e3, ratio, budget_ms)


def lasso() -> None:
    """Points inside a polygon of 200 corners, beside matplotlib's."""
    random = np.random.default_rng(0)
    x, y = random.uniform(-1, 1, (2, 100_000))
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    radius = 0.7 + 0.2 * np.sin(7 * angle)
    polygon = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    points = np.stack([x, y], axis=1)
    mine, theirs, ratio = paired(
        lambda: inside_polygon(x, y, polygon), lambda: Outline(polygon).contains_points(points)
    )
    row("lasso of 100000 points", mine * 1e3, "matplotlib.path", theirs * 1e3, ratio, 50)


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
    cloud(100_000, 12)
    cloud(300_000, 20)
    lasso()
    video()
