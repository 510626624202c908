"""Clouds drawn by OpenGL, on whatever renderer there is, beside the same drawn by numpy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStackedWidget, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.model import Axis, Cloud, Figure, Scatter
from gui import gl_probe
from gui.theme import theme
from gui.widgets.cloud_view import CloudView

POINTS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [0.3, 0.6, 0.9]], "f8")
CATEGORIES = np.array([0, 1, 2, 3, 4, 6])


@pytest.fixture
def vispy(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not gl_probe.probe().usable:
        pytest.skip(f"no OpenGL: {gl_probe.probe().reason}")
    monkeypatch.setenv(gl_probe.ENVIRONMENT, "vispy")
    theme().apply(qapp, "dark")
    yield
    theme().apply(qapp, "dark")


def shown(qtbot: QtBot, widget: QWidget, size: tuple[int, int] = (500, 400)) -> None:
    qtbot.addWidget(widget)
    widget.resize(*size)
    widget.show()
    qtbot.waitExposed(widget)


def cloud(qtbot: QtBot, position: Array = POINTS) -> CloudView:
    view = CloudView("nothing")
    shown(qtbot, view)
    view.set_figure(figure(position))
    return view


def figure(position: Array = POINTS) -> Figure:
    """Six large points, each of a colour of its own."""
    axes = Axis("a"), Axis("b"), Axis("c")
    if position.shape[1] == 2:
        layer = Scatter(*position.T, category=CATEGORIES, size_px=7)
        return Figure("plane", (layer,), *axes[:2])
    return Figure("space", (Cloud(position, category=CATEGORIES, size_px=7),), *axes)


def pixels(picture: QPixmap) -> Array:
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), "u4").reshape(image.height(), -1) & 0xFFFFFF


def centroids(image: Array) -> Array:
    """Middle (6, 2) of the pixels that have exactly the colour of a point."""
    middles = []
    for category in CATEGORIES:
        red, green, blue = tokens.rgb(theme().palette.mark(int(category)))
        places = np.argwhere(image == (red << 16 | green << 8 | blue))
        assert len(places)
        middles.append(places.mean(axis=0))
    return np.array(middles)


def on_screen(view: CloudView) -> Array:
    """What the display shows, not what the widget would paint if it were asked again."""
    corner = view.mapToGlobal(QPoint(0, 0))
    screen = view.screen()
    return pixels(screen.grabWindow(0, corner.x(), corner.y(), view.width(), view.height()))


def wait_for_points(qtbot: QtBot, view: CloudView) -> Array:
    red, green, blue = tokens.rgb(theme().palette.mark(int(CATEGORIES[0])))
    color = red << 16 | green << 8 | blue
    qtbot.waitUntil(lambda: bool((on_screen(view) == color).any()), timeout=3000)
    return on_screen(view)


@pytest.mark.usefixtures("vispy")
@pytest.mark.parametrize("flat", [False, True], ids=["space", "plane"])
def test_points_are_where_numpy_puts_them(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, flat: bool
) -> None:
    position = POINTS[:, :2] + POINTS[:, 2:] * (0.2, 0.1) if flat else POINTS
    view = cloud(qtbot, position)
    assert view.backend.startswith("vispy on ")
    monkeypatch.setenv(gl_probe.ENVIRONMENT, "numpy")
    peer = cloud(qtbot, position)
    assert peer.backend.startswith("numpy")
    views = (view, peer)
    for turned in (view.camera, view.camera.rotated(40, -15).zoomed(0.8)):
        for each in views:
            each.set_camera(turned)
        ours, theirs = (centroids(pixels(each.grab())) for each in views)
        assert np.abs(ours - theirs).max() < 2
    assert (ours[:, 1].max() - ours[:, 1].min()) > 50


@pytest.mark.usefixtures("vispy")
def test_what_is_drawn_reaches_the_screen(qtbot: QtBot) -> None:
    view = cloud(qtbot)
    image = wait_for_points(qtbot, view)
    assert np.abs(centroids(image) - centroids(pixels(view.grab()))).max() < 1
    red, green, blue = tokens.rgb(tokens.DARK.surface)
    assert image[5, 5] == red << 16 | green << 8 | blue


@pytest.mark.usefixtures("vispy")
def test_nearer_points_cover_and_selected_points_cover_all(qtbot: QtBot) -> None:
    view = CloudView()
    shown(qtbot, view)
    direction = view.camera.matrix()[2]
    corners = [np.full(3, -1.0), np.full(3, 1.0)]
    view.set_cloud(np.stack([direction, -direction, *corners]), category=[0, 1, 2, 2])
    near, far = tokens.DARK.categories[:2]
    at = view.scene.places(np.array([0]), view.frame, view.area)[0].astype(int)
    assert f"#{pixels(view.grab())[at[1], at[0]]:06X}" == near
    view.set_selected([1])
    assert f"#{pixels(view.grab())[at[1], at[0]]:06X}" == far


@pytest.mark.usefixtures("vispy")
def test_it_survives_hiding_resizing_and_another_theme(qtbot: QtBot, qapp: QApplication) -> None:
    view = cloud(qtbot)
    wait_for_points(qtbot, view)
    view.hide()
    view.show()
    wait_for_points(qtbot, view)
    before = centroids(pixels(view.grab()))
    view.resize(700, 560)
    qtbot.waitUntil(lambda: view.grab().size() == view.size())
    after = centroids(pixels(view.grab()))
    np.testing.assert_allclose(after / (560, 700), before / (400, 500), atol=0.02)
    theme().apply(qapp, "light")
    image = wait_for_points(qtbot, view)
    red, green, blue = tokens.rgb(tokens.LIGHT.surface)
    assert image[5, 5] == red << 16 | green << 8 | blue


@pytest.mark.usefixtures("vispy")
@pytest.mark.parametrize("make", [QStackedWidget, QTabWidget])
def test_it_survives_switches_of_tabs(
    qtbot: QtBot, make: type[QStackedWidget] | type[QTabWidget]
) -> None:
    tabs, view = make(), CloudView()
    for page in (QWidget(), view, QWidget()):
        tabs.addTab(page, "page") if isinstance(tabs, QTabWidget) else tabs.addWidget(page)
    view.set_figure(figure())
    shown(qtbot, tabs)
    for _ in range(8):
        for number in (1, 2, 0):
            tabs.setCurrentIndex(number)
            QApplication.processEvents()
    tabs.setCurrentIndex(1)
    assert len(centroids(wait_for_points(qtbot, view))) == 6


@pytest.mark.usefixtures("vispy")
def test_the_mouse_reaches_the_view_through_the_canvas(qtbot: QtBot) -> None:
    view = cloud(qtbot)
    wait_for_points(qtbot, view)
    window = view.findChildren(QWidget, "vispy")[0].windowHandle()
    ((x, y),) = view.scene.places(np.array([4]), view.frame, view.area)
    with qtbot.waitSignal(view.point_clicked) as caught:
        QTest.mouseClick(window, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert caught.args == [4]
    with qtbot.waitSignal(view.camera_changed):
        QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
        QTest.mouseMove(window, QPoint(90, 60))
        QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=QPoint(90, 60))


@pytest.mark.usefixtures("vispy")
def test_a_growing_cloud_is_drawn_anew_each_time(qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    view = CloudView()
    shown(qtbot, view)
    position = rng.uniform(size=(4000, 3))
    counts = []
    for count in (100, 1000, 4000):
        view.set_cloud(position[:count])
        red, green, blue = tokens.rgb(tokens.DARK.measured)
        counts.append(int((pixels(view.grab()) == (red << 16 | green << 8 | blue)).sum()))
    assert all(more > 2 * fewer for fewer, more in pairwise(counts))


@pytest.mark.usefixtures("vispy")
def test_the_rest_of_the_window_is_not_composed_through_opengl(qtbot: QtBot) -> None:
    view = cloud(qtbot)
    wait_for_points(qtbot, view)
    handle = view.window().windowHandle()
    assert handle.surfaceType() == handle.SurfaceType.RasterSurface


@pytest.mark.usefixtures("vispy")
def test_where_vispy_cannot_start_numpy_draws_and_says_why(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gui.widgets.space.vispy_canvas", None)
    view = cloud(qtbot)
    assert view.backend.startswith("numpy: vispy cannot start (")
    assert len(centroids(pixels(view.grab()))) == 6
