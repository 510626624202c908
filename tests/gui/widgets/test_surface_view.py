"""Surfaces: where they are drawn, what a click picks, paths on them, both back ends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot
from scipy.interpolate import RegularGridInterpolator

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.model import Axis, Cloud, Figure, Surface
from gui import gl_probe
from gui.theme import theme
from gui.widgets.empty_state import EmptyState
from gui.widgets.space import surface_scene
from gui.widgets.space.surface_scene import SurfaceData, SurfacePath
from gui.widgets.surface_view import AXES, SurfaceView

LEFT = Qt.MouseButton.LeftButton
X, Y = np.linspace(-1, 1, 101), np.linspace(0, 2, 81)


def hills() -> Array:
    x, y = np.meshgrid(X, Y)
    return np.sin(3 * x) * np.cos(2 * y) + 0.3 * x


@pytest.fixture(params=["numpy", "vispy"])
def backend(
    request: pytest.FixtureRequest, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    if request.param == "vispy" and not gl_probe.probe().usable:
        pytest.skip(f"no OpenGL: {gl_probe.probe().reason}")
    monkeypatch.setenv(gl_probe.ENVIRONMENT, request.param)
    theme().apply(qapp, "dark")
    yield request.param
    theme().apply(qapp, "dark")


def shown(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.resize(500, 400)
    widget.show()
    qtbot.waitExposed(widget)


@pytest.fixture
def view(qtbot: QtBot, backend: str) -> SurfaceView:
    made = SurfaceView("Pick depth and widths")
    shown(qtbot, made)
    made.set_surface(X, Y, hills(), (Axis("w1"), Axis("w2"), Axis("loss", "nats")))
    assert made.backend.startswith(backend)
    return made


def grabbed(view: SurfaceView) -> Array:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), "u4").reshape(image.height(), -1) & 0xFFFFFF


def covered(image: Array) -> Array:
    """Pixels with a hue, as the surface has and the neutral words and lines do not."""
    channels = np.stack([image >> 16, image >> 8 & 255, image & 255]).astype("i4")
    return channels.max(axis=0) - channels.min(axis=0) > 30


def place(view: SurfaceView, x: float, y: float) -> QPoint:
    scene = view.scene
    assert scene is not None
    z = scene.mesh.data.height(np.array([x]), np.array([y]))
    unit = scene.mesh.box.unit(np.array([[x, y, z[0]]]))
    across, down, _ = view.frame.places(unit, view.area)
    return QPoint(int(across[0]), int(down[0]))


def test_height_is_bilinear_and_missing_beyond_the_grid() -> None:
    data = SurfaceData(X, Y, hills(), AXES)
    x, y = np.random.default_rng(0).uniform((-1, 0), (1, 2), (200, 2)).T
    expected = RegularGridInterpolator((Y, X), hills())(np.stack([y, x], axis=1))
    np.testing.assert_allclose(data.height(x, y), expected, atol=1e-12)
    assert np.isnan(data.height(np.array([1.01, 0.0]), np.array([1.0, -0.1]))).all()
    np.testing.assert_allclose(data.place(80.0, 50.0), (0.0, 2.0), atol=1e-12)


def test_a_path_in_the_plane_is_laid_onto_the_surface() -> None:
    data = SurfaceData(X, Y, hills(), AXES)
    path = SurfacePath.over(data, np.array([[-0.9, 0.1], [0.9, 1.9]]))
    x, y, z = path.position.T
    assert len(x) > 100
    np.testing.assert_allclose((x + 0.9) / 1.8, (y - 0.1) / 1.8, atol=1e-9)
    np.testing.assert_allclose(z, data.height(x, y))
    kept = np.array([[0.0, 1.0, 9.0], [0.5, 1.0, 8.0]])
    np.testing.assert_array_equal(SurfacePath.over(data, kept).position, kept)
    with pytest.raises(ValueError, match=r"\(k, 2\) or \(k, 3\)"):
        SurfacePath.over(data, np.zeros((3, 4)))


def test_the_surface_is_drawn_within_its_outline(view: SurfaceView) -> None:
    view.set_camera(view.camera.rotated(20, 50))
    mask = covered(grabbed(view))
    mask[: theme().px(50)] = False
    for x, y in ((-0.9, 0.1), (0.9, 0.1), (0.0, 1.0), (-0.9, 1.9), (0.9, 1.9)):
        at = place(view, x, y)
        assert mask[at.y(), at.x()], (x, y)
    scene = view.scene
    assert scene is not None
    across, down, _ = view.frame.places(scene.mesh.unit, view.area)
    row, column = np.nonzero(mask)
    assert abs(row.min() - max(down.min(), theme().px(50))) <= 3
    assert abs(row.max() - down.max()) <= 3
    assert abs(column.min() - across.min()) <= 3
    assert abs(column.max() - across.max()) <= 3


def test_both_back_ends_draw_the_same(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not gl_probe.probe().usable:
        pytest.skip(f"no OpenGL: {gl_probe.probe().reason}")
    masks = []
    for name in ("numpy", "vispy"):
        monkeypatch.setenv(gl_probe.ENVIRONMENT, name)
        view = SurfaceView()
        shown(qtbot, view)
        view.set_surface(X, Y, hills())
        masks.append(covered(grabbed(view)))
    middles = [np.argwhere(mask).mean(axis=0) for mask in masks]
    assert np.abs(middles[0] - middles[1]).max() < 2
    assert (masks[0] != masks[1]).mean() < 0.02


@pytest.mark.parametrize(("x", "y"), [(0.0, 1.0), (-0.7, 0.3), (0.55, 1.4)])
def test_a_click_picks_the_place_on_the_surface(
    qtbot: QtBot, view: SurfaceView, x: float, y: float
) -> None:
    view.set_camera(view.camera.rotated(0, 60))
    with qtbot.waitSignal(view.picked) as caught:
        qtbot.mouseClick(view, LEFT, pos=place(view, x, y))
    np.testing.assert_allclose(caught.args, (x, y), atol=0.03)


def test_a_click_beside_picks_nothing_and_enter_picks_the_middle(
    qtbot: QtBot, view: SurfaceView
) -> None:
    with qtbot.assertNotEmitted(view.picked):
        qtbot.mouseClick(view, LEFT, pos=QPoint(5, 5))
    view.set_camera(view.camera.rotated(0, 65))
    with qtbot.waitSignal(view.picked) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    at = place(view, *caught.args)
    assert (at - QPoint(250, 200)).manhattanLength() <= 4


def test_a_path_is_drawn_over_the_surface_and_hidden_behind_it(view: SurfaceView) -> None:
    view.set_camera(view.camera.rotated(30, 65))
    plain = grabbed(view)
    view.set_paths([[[-0.8, 0.5], [0.8, 0.5]]])
    image = grabbed(view)
    red, green, blue = tokens.rgb(tokens.DARK.text)
    line = np.argwhere(image == (red << 16 | green << 8 | blue))
    assert len(line) > len(np.argwhere(plain == (red << 16 | green << 8 | blue))) + 100
    for x in np.linspace(-0.75, 0.75, 7):
        at = place(view, float(x), 0.5)
        assert np.abs(line - (at.y(), at.x())).max(axis=1).min() <= 3
    view.set_surface(X, Y, hills())
    view.set_paths(
        [np.column_stack([np.linspace(-0.8, 0.8, 9), np.full(9, 0.5), np.full(9, -1.6)])]
    )
    inner = (slice(100, 300), slice(185, 315))
    np.testing.assert_array_equal(grabbed(view)[inner], plain[inner])


def test_cells_without_a_value_are_a_hole(view: SurfaceView) -> None:
    z = hills()
    z[30:51, 40:61] = np.nan
    view.set_camera(view.camera.rotated(0, 65))
    assert covered(grabbed(view))[200, 250]
    view.set_surface(X, Y, z)
    assert not covered(grabbed(view))[200, 250]


def test_cameras_are_linked_without_an_echo(
    qtbot: QtBot, view: SurfaceView, qapp: QApplication
) -> None:
    other = SurfaceView()
    shown(qtbot, other)
    other.set_surface(X, Y, hills())
    view.camera_changed.connect(other.set_camera)
    other.camera_changed.connect(view.set_camera)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert other.camera == view.camera
    assert view.camera.azimuth == pytest.approx(-65)
    qtbot.keyClick(other, Qt.Key.Key_Plus)
    assert other.camera == view.camera
    assert view.camera.zoom == pytest.approx(1.2)


def test_it_survives_tabs_resizing_and_another_theme(
    qtbot: QtBot, backend: str, qapp: QApplication
) -> None:
    stack, view = QStackedWidget(), SurfaceView()
    for page in (QWidget(), view):
        stack.addWidget(page)
    shown(qtbot, stack)
    view.set_surface(X, Y, hills())
    for number in (1, 0, 1, 0, 1):
        stack.setCurrentIndex(number)
        QApplication.processEvents()
    stack.resize(640, 500)
    theme().apply(qapp, "light")
    qtbot.waitUntil(lambda: view.size() == stack.size())
    image = grabbed(view)
    assert covered(image).sum() > 10_000
    red, green, blue = tokens.rgb(tokens.LIGHT.surface)
    assert image[3, 3] == red << 16 | green << 8 | blue


def test_a_large_view_is_drawn_coarsely_and_then_finely(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(gl_probe.ENVIRONMENT, "numpy")
    monkeypatch.setattr(surface_scene, "AT_ONCE", 20_000)
    view = SurfaceView()
    shown(qtbot, view)
    view.set_surface(X, Y, hills())
    coarse = grabbed(view)
    qtbot.waitUntil(lambda: bool((grabbed(view) != coarse).any()), timeout=3000)
    monkeypatch.setattr(surface_scene, "AT_ONCE", 2_000_000)
    peer = SurfaceView()
    shown(qtbot, peer)
    peer.set_surface(X, Y, hills())
    np.testing.assert_array_equal(grabbed(view), grabbed(peer))


def test_figures_and_empty_states(qtbot: QtBot, view: SurfaceView) -> None:
    (empty,) = view.findChildren(EmptyState)
    assert not empty.isVisible()
    axes = Axis("w1"), Axis("w2"), Axis("loss", "nats")
    view.set_figure(Figure("landscape", (Surface(X, Y, hills()),), *axes))
    assert view.accessibleName() == "landscape"
    assert "81 by 101 heights over w1, w2, loss (nats)" in view.accessibleDescription()
    view.set_figure(None)
    assert empty.isVisible()
    with pytest.raises(ValueError, match="no surface"):
        view.set_figure(Figure("cloud", (Cloud(np.zeros((1, 3))),), *axes))
    with pytest.raises(ValueError, match="two by two"):
        view.set_surface(X, Y, hills()[:1])
    with pytest.raises(ValueError, match="need a surface"):
        view.set_paths([])
