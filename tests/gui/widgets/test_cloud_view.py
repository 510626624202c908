"""Clouds: what is drawn where, and what mouse and keyboard do to them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.model import Axis, Bars, Cloud, Figure, Scatter
from gui.theme import theme
from gui.widgets.cloud_view import _HINT, CloudView
from gui.widgets.empty_state import EmptyState
from gui.widgets.space import cloud_scene
from gui.widgets.space.key import CategoryKey, lines_of

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> Iterator[CloudView]:
    theme().apply(qapp, "dark")
    made = CloudView("Drop something")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    yield made
    theme().apply(qapp, "dark")


def curve(count: int) -> Figure:
    x = np.linspace(0, 1, count)
    points = Scatter(x, x**2, value=x, value_axis=Axis("time", "s"))
    return Figure("curve", (points,), Axis("component 1"), Axis("component 2"))


def ball(count: int) -> Figure:
    position = np.random.default_rng(0).normal(size=(count, 3))
    return Figure("ball", (Cloud(position),), Axis("a"), Axis("b"), Axis("c"))


def grabbed(view: CloudView) -> Array:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    memory = np.frombuffer(image.constBits(), "u4").reshape(image.height(), -1)
    return memory[:, : image.width()] & 0xFFFFFF


def place(view: CloudView, row: int) -> QPoint:
    scene = view.scene
    assert scene is not None
    ((x, y),) = scene.places(np.array([row]), view.frame, view.area)
    return QPoint(math.floor(x), math.floor(y))


def drag(qtbot: QtBot, view: CloudView, *path: tuple[int, int], button=LEFT, keys=None) -> None:
    modifier = keys or Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(view, button, modifier, QPoint(*path[0]))
    for stop in path[1:]:
        qtbot.mouseMove(view, QPoint(*stop))
    qtbot.mouseRelease(view, button, modifier, QPoint(*path[-1]))


def test_points_are_drawn_where_the_axes_say_in_the_colour_of_their_value(view: CloudView) -> None:
    view.set_figure(curve(3))
    image = grabbed(view)
    for row, number in ((0, 0), (1, 127), (2, 255)):
        at = place(view, row)
        red, green, blue = (int(part) for part in tokens.VIRIDIS[number])
        assert image[at.y(), at.x()] == red << 16 | green << 8 | blue


def test_categories_have_their_colours_and_none_is_faint(view: CloudView) -> None:
    position = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    view.set_cloud(position, category=[0, 4, -1], category_names=("walk",))
    image = grabbed(view)
    colors = [tokens.DARK.categories[0], tokens.DARK.categories[4], tokens.DARK.faint]
    for row, color in enumerate(colors):
        at = place(view, row)
        assert f"#{image[at.y(), at.x()]:06X}" == color


def test_the_nearer_point_is_seen(view: CloudView) -> None:
    direction = view.camera.matrix()[2]
    corners = [np.full(3, -1.0), np.full(3, 1.0)]
    position = np.stack([-direction, direction, direction * 0.1, *corners])
    view.set_cloud(position, category=[0, 1, 2, 3, 3])
    at = place(view, 1)
    assert (place(view, 0) - at).manhattanLength() <= 2
    assert f"#{grabbed(view)[at.y(), at.x()]:06X}" == tokens.DARK.categories[1]


@pytest.mark.parametrize("figure", [curve(50), ball(50)], ids=["plane", "space"])
def test_a_click_picks_the_point_under_it(qtbot: QtBot, view: CloudView, figure: Figure) -> None:
    view.set_figure(figure)
    with qtbot.waitSignal(view.point_clicked) as caught:
        qtbot.mouseClick(view, LEFT, pos=place(view, 31))
    (row,) = caught.args
    assert (place(view, row) - place(view, 31)).manhattanLength() <= 4


def test_a_click_beside_all_points_picks_none(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(curve(50))
    with qtbot.assertNotEmitted(view.point_clicked):
        qtbot.mouseClick(view, LEFT, pos=place(view, 0) + QPoint(20, -60))


def test_a_lasso_drawn_with_control_takes_what_is_inside(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(curve(50))
    first, last = place(view, 10), place(view, 20)
    left, right = first.x() - 1, last.x() + 1
    with qtbot.waitSignal(view.lassoed) as caught:
        drag(qtbot, view, (left, 1), (right, 1), (right, 299), (left, 299), keys=CONTROL)
    assert caught.args[0].tolist() == list(range(10, 21))
    assert view.frame.middle == (0, 0)


def test_a_lasso_from_the_keyboard(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(curve(50))
    qtbot.keyClick(view, Qt.Key.Key_L)
    assert view.lasso_action.isChecked()
    arrows = Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down
    with qtbot.waitSignal(view.lassoed) as caught:
        for key, times in zip(arrows, (40, 40, 25, 60), strict=True):
            for _ in range(times):
                qtbot.keyClick(view, key)
            qtbot.keyClick(view, Qt.Key.Key_Return)
        for _ in range(25):
            qtbot.keyClick(view, Qt.Key.Key_Left)
        qtbot.keyClick(view, Qt.Key.Key_Return)
        qtbot.keyClick(view, Qt.Key.Key_Return)
    middle = 200 - 15 * theme().px(8)
    expected = [row for row in range(50) if place(view, row).x() <= middle]
    assert caught.args[0].tolist() == expected
    assert 0 < len(expected) < 50
    assert not view.lasso_action.isChecked()


def test_escape_gives_a_lasso_up(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(curve(50))
    view.start_lasso()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(view.lassoed):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not view.lasso_action.isChecked()
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_lasso_needs_points_and_ends_with_them(qtbot: QtBot, view: CloudView) -> None:
    view.start_lasso()
    qtbot.keyClick(view, Qt.Key.Key_L)
    assert not view.lasso_action.isChecked()
    assert not view.lasso_action.isEnabled()
    view.set_figure(curve(50))
    view.start_lasso()
    assert view.lasso_action.isChecked()
    view.set_figure(None)
    assert not view.lasso_action.isChecked()
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_lasso_ends_when_its_view_is_hidden(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(curve(50))
    view.start_lasso()
    view.hide()
    assert not view.lasso_action.isChecked()


def test_the_hint_of_a_lasso_has_room_beside_the_video(view: CloudView) -> None:
    view.set_figure(curve(50))
    metrics = QFontMetricsF(theme().ui_font(11))
    lines = lines_of(_HINT, 300, metrics)
    assert max(metrics.horizontalAdvance(line) for line in lines) <= 300
    assert "Esc" in lines[-1]


def test_drag_turns_a_space_and_moves_a_plane(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(ball(500))
    before = grabbed(view)
    with qtbot.waitSignal(view.camera_changed) as caught:
        drag(qtbot, view, (200, 150), (250, 150))
    assert caught.args[0].azimuth == pytest.approx(-60 - 50 * 0.4)
    assert (grabbed(view) != before).any()
    view.set_figure(curve(50))
    at = place(view, 10)
    drag(qtbot, view, (200, 150), (230, 140))
    assert place(view, 10) - at == QPoint(30, -10)


def test_right_drag_moves_a_space(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(ball(500))
    at, camera = place(view, 3), view.camera
    drag(qtbot, view, (100, 100), (140, 120), button=RIGHT)
    assert place(view, 3) - at == QPoint(40, 20)
    assert view.camera == camera


def test_wheel_zooms_about_the_pointer_and_home_shows_all(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(ball(500))
    at, home = place(view, 3), view.frame
    wheel = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, wheel)
    assert view.camera.zoom > 1.3
    assert (place(view, 3) - at).manhattanLength() <= 1
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.frame == home


def test_arrows_and_signs_turn_and_zoom(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(ball(50))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.camera.azimuth == pytest.approx(-65)
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.camera.zoom == pytest.approx(1.2)
    qtbot.mouseDClick(view, LEFT, pos=QPoint(3, 3))
    assert (view.camera.azimuth, view.camera.zoom) == (-60, 1)


def test_growing_keeps_camera_and_box(view: CloudView) -> None:
    view.set_figure(ball(2000))
    view.set_camera(view.camera.rotated(30, 10).zoomed(2))
    camera, box = view.camera, view.box
    view.set_figure(ball(1000))
    view.set_figure(ball(1999))
    assert view.camera == camera
    assert view.box is box


def test_from_plane_to_space_the_camera_is_the_usual(view: CloudView) -> None:
    view.set_figure(curve(50))
    view.set_camera(view.camera.zoomed(3))
    view.set_figure(ball(50))
    assert (view.camera.azimuth, view.camera.zoom) == (-60, 1)


def test_selected_points_keep_their_colour_and_others_are_dimmed(view: CloudView) -> None:
    position = np.array([[0.0, 0.0], [1.0, 1.0]])
    view.set_cloud(position, category=[0, 0])
    bright = grabbed(view)
    for rows in (np.array([1]), np.array([False, True])):
        view.set_selected(rows)
        image = grabbed(view)
        first, second = place(view, 0), place(view, 1)
        assert image[second.y(), second.x()] == bright[second.y(), second.x()]
        assert image[first.y(), first.x()] < bright[first.y(), first.x()]
    view.set_selected(())
    np.testing.assert_array_equal(grabbed(view), bright)


def test_cursor_and_trail_are_over_the_points(view: CloudView) -> None:
    view.set_figure(curve(50))
    plain = grabbed(view)
    view.set_cursor(30, np.arange(20, 31))
    changed = np.argwhere(grabbed(view) != plain)
    at, start = place(view, 30), place(view, 20)
    assert changed[:, 1].min() == pytest.approx(start.x(), abs=3)
    assert changed[:, 1].max() == pytest.approx(at.x() + theme().px(7), abs=4)
    view.set_cursor(None)
    np.testing.assert_array_equal(grabbed(view), plain)


def test_what_is_under_the_pointer_is_told(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(curve(5))
    plain = grabbed(view)
    qtbot.mouseMove(view, place(view, 2))
    qtbot.waitUntil(lambda: view._hover_words != "")
    assert view._hover_words == "row 2 · time 0.5 s · component 1 0.5 · component 2 0.25"
    assert (grabbed(view) != plain).any()


def test_a_large_cloud_is_sampled_at_once_and_whole_at_rest(
    qtbot: QtBot, view: CloudView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud_scene, "AT_ONCE", 500)
    with qtbot.waitSignal(view.shown_changed) as caught:
        view.set_figure(ball(4000))
    assert caught.args == ["500 of 4 000 points while turning"]
    sampled = view.grab().toImage()
    with qtbot.waitSignal(view.shown_changed) as caught:
        pass
    assert caught.args == [""]
    assert view.grab().toImage() != sampled
    monkeypatch.setattr(cloud_scene, "AT_ONCE", 5000)
    whole = CloudView()
    qtbot.addWidget(whole)
    whole.resize(view.size())
    whole.set_figure(ball(4000))
    np.testing.assert_array_equal(grabbed(view), grabbed(whole))


def test_a_click_in_a_sample_tells_the_row_of_the_data(
    qtbot: QtBot, view: CloudView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud_scene, "AT_ONCE", 40)
    view.set_figure(curve(400))
    with qtbot.waitSignal(view.point_clicked) as caught:
        qtbot.mouseClick(view, LEFT, pos=place(view, 200))
    assert abs(caught.args[0] - 200) <= 20
    assert (place(view, caught.args[0]) - place(view, 200)).manhattanLength() <= 12


def test_theme_changes_ground_and_colours(qapp: QApplication, view: CloudView) -> None:
    view.set_cloud(np.array([[0.0, 0.0], [1.0, 1.0]]), category=[0, 1])
    theme().apply(qapp, "light")
    image = grabbed(view)
    at = place(view, 0)
    assert f"#{image[at.y(), at.x()]:06X}" == tokens.LIGHT.categories[0]
    assert f"#{image[20, 100]:06X}" == tokens.LIGHT.surface


def test_an_empty_view_says_what_to_do(view: CloudView) -> None:
    (empty,) = view.findChildren(EmptyState)
    assert empty.isVisible()
    view.set_figure(curve(5))
    assert not empty.isVisible()
    view.set_figure(None)
    assert empty.isVisible()
    view.set_cloud(np.zeros((0, 2)))
    assert empty.isVisible()


def test_rows_without_a_place_are_left_out(view: CloudView) -> None:
    position = np.array([[0.0, 0.0], [np.nan, 1.0], [1.0, 1.0]])
    view.set_cloud(position, value=[1.0, 2.0, np.nan])
    assert view.box is not None
    assert (view.box.low, view.box.high) == ((0, 0), (1, 1))
    at = place(view, 2)
    assert f"#{grabbed(view)[at.y(), at.x()]:06X}" == tokens.DARK.faint


def test_what_cannot_be_shown_is_refused(view: CloudView) -> None:
    with pytest.raises(ValueError, match="no points"):
        view.set_figure(Figure("b", (Bars(("a",), np.ones(1)),), Axis("x"), Axis("y")))
    with pytest.raises(ValueError, match=r"\(n, 2\) or \(n, 3\)"):
        view.set_cloud(np.zeros((5, 4)))
    with pytest.raises(ValueError, match="lengths differ"):
        view.set_cloud(np.zeros((5, 2)), value=np.zeros(4))


def test_it_tells_a_screen_reader_what_it_shows(view: CloudView) -> None:
    view.set_figure(curve(50))
    view.set_selected([1, 2])
    assert view.accessibleName() == "curve"
    assert "50 points over component 1, component 2; 2 selected" in view.accessibleDescription()


def test_rows_are_called_and_numbered_as_the_tab_says(qtbot: QtBot, view: CloudView) -> None:
    view.set_figure(curve(5))
    view.name_rows("frame", [0, 10, 20, 30, 40])
    qtbot.mouseMove(view, place(view, 2))
    qtbot.waitUntil(lambda: view._hover_words != "")
    assert view._hover_words.startswith("frame 20 · ")


def test_a_reading_stays_inside_and_off_the_legend(qtbot: QtBot, view: CloudView) -> None:
    view.resize(230, 300)
    view.set_figure(curve(5))
    qtbot.mouseMove(view, QPoint(1, 1))
    plain = grabbed(view)
    view._hover_words = "frame 1200 · time 40 s · component 1 -0.5 · component 2 0.25"
    changed = np.argwhere(grabbed(view) != plain)
    assert len(changed)
    assert changed[:, 0].min() > view.height() / 2
    assert changed[:, 1].max() < view.width() - 2
    metrics = QFontMetricsF(theme().ui_font(11))
    lines = lines_of(view._hover_words.split(" · "), 160, metrics)
    assert " · ".join(lines) == view._hover_words
    assert all(metrics.horizontalAdvance(line) <= 160 for line in lines)


@pytest.mark.parametrize("third", [0, 1])
def test_names_of_categories_stand_above_the_data(view: CloudView, third: int) -> None:
    position = np.random.default_rng(0).random((60, 2 + third))
    names = tuple(f"motif {k + 1}" for k in range(12))
    view.set_cloud(position, category=np.arange(60) % 12, category_names=names)
    key = view._key
    assert [words for _, _, words, _ in key.entries] == list(names)
    assert view.scene is not None
    places = view.scene.places(np.arange(60), view.frame, view.area)
    assert places[:, 1].min() > key.height


def test_names_that_have_no_room_are_counted(view: CloudView) -> None:
    names = [f"motif {k + 1}" for k in range(90)]
    key = CategoryKey.of(names, 300, 64)
    assert key.height <= 64
    *shown, (_, _, rest, number) = key.entries
    assert (rest, number) == (f"and {90 - len(shown)} more", -1)


def test_the_bar_of_directions_closes(view: CloudView) -> None:
    axis = Axis("heading of animal 1", "°", low=-180, high=180, cyclic=True)
    view.set_cloud(np.array([[0, 0], [1, 1.0]]), value=np.array([-180.0, 180.0]), value_axis=axis)
    assert view.scene is not None
    colors = view.scene.whole().colors
    assert colors[0] == colors[1]
