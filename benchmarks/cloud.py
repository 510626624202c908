"""Clouds and surfaces turned by a little and drawn, beside vispy's and pyqtgraph's own.

Every view is drawn into a picture of 800 by 600 pixels, so that all pay for the same pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from _harness import paired, row
from PySide6.QtWidgets import QApplication, QWidget

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.camera import Camera
from engine.figures.splat import Splatter
from gui import gl_probe
from gui.app import make_application
from gui.theme import theme
from gui.widgets.cloud_view import CloudView
from gui.widgets.space.canvas import Scene
from gui.widgets.space.frame import Area, Frame
from gui.widgets.surface_view import SurfaceView

WIDTH, HEIGHT = 800, 600
REPEAT = 20
BUDGETS_MS = {100_000: 12.0, 300_000: 20.0, 1_000_000: None}
SURFACE_BUDGET_MS = 25.0


def positions(count: int) -> Array:
    """A ball, denser in the middle."""
    return np.random.default_rng(0).normal(size=(count, 3))


def shown(widget: QWidget) -> QWidget:
    """The widget at the size of the benchmark, painted once."""
    widget.resize(WIDTH, HEIGHT)
    widget.show()
    for _ in range(5):
        QApplication.processEvents()
    return widget


class Turning:
    """Draws a scene from a little further round each time."""

    def __init__(self, scene: Scene, *, quick: bool) -> None:
        self._scene, self._quick = scene, quick
        self._camera, self._splatter = Camera(), Splatter()

    def __call__(self) -> None:
        """Draw once."""
        self._camera = self._camera.rotated(2, 0.5)
        area = Area.bare(WIDTH, HEIGHT)
        self._scene.draw(self._splatter, Frame(self._camera), area, 1.0, quick=self._quick)


def turned_view(view: CloudView | SurfaceView) -> Callable[[], None]:
    """Turns a view and paints it with its axes."""

    def work() -> None:
        view.set_camera(view.camera.rotated(2, 0.5))
        view.grab()

    return work


def vispy_markers(count: int) -> Callable[[], None]:
    """The markers of vispy on a turntable."""
    from vispy import scene

    canvas = _vispy_canvas()
    view = canvas.central_widget.add_view(camera="turntable")
    markers = scene.visuals.Markers(method="points", parent=view.scene)
    colors = tokens.VIRIDIS[np.arange(count) * 255 // count] / 255
    markers.set_data(positions(count).astype("f4"), size=3, edge_width=0, face_color=colors)
    view.camera.set_range()

    def work() -> None:
        view.camera.azimuth += 2
        canvas.render(alpha=False)

    return work


def _vispy_canvas() -> object:
    from vispy import app, scene

    app.use_app("pyside6")
    canvas = scene.SceneCanvas(size=(WIDTH, HEIGHT), show=False)
    shown(canvas.native)
    return canvas


def scatter_item(count: int) -> Callable[[], None]:
    """The scatter of pyqtgraph, in the plane: it has no depth to sort."""
    x, y, _ = positions(count).T
    plot = shown(pg.PlotWidget())
    brushes = [pg.mkBrush(*tokens.VIRIDIS[i]) for i in range(0, 256, 4)]
    chosen = [brushes[i * len(brushes) // count] for i in range(count)]
    plot.addItem(pg.ScatterPlotItem(x, y, size=3, pen=None, brush=chosen))

    def work() -> None:
        plot.getViewBox().scaleBy((0.999, 0.999))
        plot.grab()

    return work


def vispy_surface(z: Array, line: Array) -> Callable[[], None]:
    """The surface plot of vispy."""
    from vispy import scene

    canvas = _vispy_canvas()
    view = canvas.central_widget.add_view(camera="turntable")
    plot = scene.visuals.SurfacePlot(x=line, y=line, z=z, shading="smooth", parent=view.scene)
    view.camera.set_range()
    assert plot.visible

    def work() -> None:
        view.camera.azimuth += 2
        canvas.render(alpha=False)

    return work


def clouds() -> None:
    """All points each time, and what the window draws while it turns."""
    for count, budget_ms in BUDGETS_MS.items():
        view = CloudView()
        view.set_cloud(positions(count), value=np.arange(count))
        shown(view)
        scene = view.scene
        assert scene is not None
        what = f"cloud, {count} points of {count}"
        repeat = REPEAT if count < 1_000_000 else 5
        mine, theirs, ratio = paired(Turning(scene, quick=False), vispy_markers(count), repeat)
        row(what, mine * 1e3, "vispy Markers", theirs * 1e3, ratio, budget_ms)
        if count < 1_000_000:
            mine, theirs, ratio = paired(turned_view(view), scatter_item(count), repeat)
            what = f"cloud view with axes, {count} points"
            row(what, mine * 1e3, "pyqtgraph ScatterPlotItem", theirs * 1e3, ratio, None)
        else:
            mine, theirs, ratio = paired(Turning(scene, quick=True), vispy_markers(count), repeat)
            what = f"cloud while turning, 300000 points of {count}"
            row(what, mine * 1e3, "vispy Markers, all", theirs * 1e3, ratio, 20)


def surfaces() -> None:
    """A surface of 101 by 101 heights."""
    line = np.linspace(-2, 2, 101)
    x, y = np.meshgrid(line, line)
    z = np.sin(2 * x) * np.cos(2 * y)
    view = SurfaceView()
    view.set_surface(line, line, z)
    shown(view)
    scene = view.scene
    assert scene is not None
    peer = vispy_surface(z, line)
    mine, theirs, ratio = paired(Turning(scene, quick=True), peer, REPEAT)
    row("surface 101x101", mine * 1e3, "vispy SurfacePlot", theirs * 1e3, ratio, SURFACE_BUDGET_MS)
    mine, theirs, ratio = paired(turned_view(view), peer, REPEAT)
    row("surface view with axes", mine * 1e3, "vispy SurfacePlot", theirs * 1e3, ratio, None)


if __name__ == "__main__":
    application = make_application()
    theme().apply(application, "dark")
    gl_probe.set_preference("numpy")
    print(gl_probe.probe().renderer)
    clouds()
    surfaces()
