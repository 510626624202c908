import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from engine.figures.model import Axis, Cloud, Figure, Scatter
from gui.widgets.cloud_view import CloudView
from gui.widgets.space.point_image import inside_polygon, point_image

BACK = 0xFF000000


def test_a_point_covers_its_disc_and_nothing_else() -> None:
    image = point_image(
        np.array([10.5]), np.array([20.5]), None, np.array([0xFFFF0000], "u4"), (40, 30), 3, BACK
    )
    rows, columns = np.nonzero(image != BACK)
    assert rows.mean() == 20
    assert columns.mean() == 10
    assert len(rows) == 9


def test_the_nearest_point_is_seen() -> None:
    x = y = np.full(3, 5.0)
    colors = np.array([1, 2, 3], "u4")
    image = point_image(x, y, np.array([0.0, 9.0, 4.0]), colors, (11, 11), 5, BACK)
    assert set(np.unique(image)) == {2, BACK}


def test_points_outside_are_left_out() -> None:
    x, y = np.array([-3.0, 50.0, 5.0]), np.array([5.0, 5.0, -1.0])
    image = point_image(x, y, None, np.arange(3, dtype="u4"), (20, 20), 1, BACK)
    assert (image == BACK).all()


def peer_inside(x: float, y: float, polygon: np.ndarray) -> bool:
    """The textbook loop."""
    inside = False
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def test_the_lasso_equals_the_textbook_loop() -> None:
    random = np.random.default_rng(0)
    angle = np.sort(random.uniform(0, 2 * np.pi, 60))
    radius = random.uniform(0.3, 1.0, 60)
    polygon = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    x, y = random.uniform(-1, 1, (2, 3000))
    expected = [peer_inside(a, b, polygon) for a, b in zip(x, y, strict=True)]
    assert inside_polygon(x, y, polygon).tolist() == expected


@pytest.fixture
def view(qtbot: QtBot) -> CloudView:
    view = CloudView("Drop something")
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    return view


def flat(count: int) -> Figure:
    x = np.linspace(0, 1, count)
    points = Scatter(x, x**2, value=x, value_axis=Axis("time", "s"))
    return Figure("e", (points,), Axis("component 1"), Axis("component 2"))


def test_a_click_picks_the_point_under_it(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(flat(50))
    ((x, y),) = view._scene.places_of(np.array([31]), view._size())
    with qtbot.waitSignal(view.point_clicked) as caught:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPointF(x, y).toPoint())
    assert caught.args == [31]


def test_the_keyboard_draws_a_lasso(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(flat(50))
    qtbot.keyClick(view, Qt.Key.Key_L)
    path = [
        (Qt.Key.Key_Left, 25),
        (Qt.Key.Key_Up, 20),
        (Qt.Key.Key_Right, 50),
        (Qt.Key.Key_Down, 40),
    ]
    with qtbot.waitSignal(view.lassoed) as caught:
        for key, times in path:
            for _ in range(times):
                qtbot.keyClick(view, key)
            qtbot.keyClick(view, Qt.Key.Key_Return)
        qtbot.keyClick(view, Qt.Key.Key_Left)
        qtbot.keyClick(view, Qt.Key.Key_Return)
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert 0 < len(caught.args[0]) <= 50


def test_growing_keeps_the_view(view: CloudView) -> None:
    view.set_figure(flat(20))
    view._scene.camera = view._scene.camera.zoomed(2.0)
    view._scene.pan = (15.0, -4.0)
    view.set_figure(flat(40))
    assert view._scene.camera.zoom == 2.0
    assert view._scene.pan == (15.0, -4.0)


def test_the_box_is_kept_while_points_stay_inside(view: CloudView) -> None:
    view.set_figure(flat(20))
    low, high = view._scene.low, view._scene.high
    view.set_figure(flat(40))
    assert (view._scene.low == low).all()
    assert (view._scene.high == high).all()


def test_a_cloud_in_space_turns(qtbot: QtBot, view: CloudView) -> None:
    random = np.random.default_rng(0)
    cloud = Cloud(random.normal(size=(2000, 3)), value=np.arange(2000))
    view.set_figure(Figure("c", (cloud,), Axis("a"), Axis("b"), Axis("c")))
    before = view.grab().toImage()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPointF(200, 150).toPoint())
    qtbot.mouseMove(view, QPointF(260, 170).toPoint())
    qtbot.mouseMove(view, QPointF(300, 180).toPoint())
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPointF(300, 180).toPoint())
    assert view._scene.camera.azimuth != -60
    assert view.grab().toImage() != before


def test_selected_points_stand_out(view: CloudView) -> None:
    view.set_figure(flat(50))
    bright = view._scene._shades(BACK).astype(int).sum()
    view.set_selected(np.arange(5))
    assert view._scene._shades(BACK).astype(int).sum() < bright / 2
    view.set_selected(np.zeros(0, dtype="i8"))
    assert view._scene._shades(BACK).astype(int).sum() == bright


def test_an_empty_view_says_what_to_do(view: CloudView) -> None:
    view.set_figure(None)
    blank = CloudView("")
    blank.resize(view.size())
    assert view.grab().toImage() != blank.grab().toImage()
    blank.deleteLater()
