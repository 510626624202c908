import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from pytestqt.qtbot import QtBot

from gui.playback import Playback
from gui.theme import theme
from gui.widgets.timeline import Timeline, _tick_step, clock_text
from gui.widgets.video_view import VideoView


@pytest.fixture
def line(qtbot: QtBot) -> Timeline:
    line = Timeline()
    qtbot.addWidget(line)
    line.resize(600, 120)
    line.show()
    return line


def uneven(count: int = 500) -> np.ndarray:
    times = np.arange(count) / 25.0
    times[250:] += 10
    return times


@pytest.mark.parametrize(
    ("seconds", "step", "words"),
    [
        (56.48, 0.001, "0:56.480"),
        (0, 5, "0:00"),
        (75, 5, "1:15"),
        (3605.25, 0.01, "60:05.25"),
        (59.9999, 0.001, "1:00.000"),
    ],
)
def test_clock_text(seconds: float, step: float, words: str) -> None:
    assert clock_text(seconds, step) == words


@pytest.mark.parametrize("hours", [0.5, 3, 9.5, 24, 24 * 14])
def test_labels_of_a_long_recording_have_room(hours: float) -> None:
    room = hours * 3600 * 84 / 800
    assert room <= _tick_step(room) <= 6 * room


def test_a_click_seeks_the_nearest_frame_by_time(qtbot: QtBot, line: Timeline) -> None:
    times = uneven()
    line.set_clock(times)
    with qtbot.waitSignal(line.sought) as caught:
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(450, 30))
    seconds = 450 / 600 * times[-1]
    assert abs(times[caught.args[0]] - seconds) == np.abs(times - seconds).min()


def test_arrows_step_by_frames_and_stay_inside(qtbot: QtBot, line: Timeline) -> None:
    line.set_clock(uneven())
    seen: list[int] = []
    line.sought.connect(seen.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(line, key)
    qtbot.keyClick(line, Qt.Key.Key_Left)
    qtbot.keyClick(line, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert seen == [1, 2, 1, 0, 0, 10]


def test_shift_drag_selects_a_stretch(qtbot: QtBot, line: Timeline) -> None:
    line.set_clock(np.arange(601) / 10)
    with qtbot.waitSignal(line.range_selected) as caught:
        shift = Qt.KeyboardModifier.ShiftModifier
        qtbot.mousePress(line, Qt.MouseButton.LeftButton, shift, QPoint(300, 20))
        qtbot.mouseMove(line, QPoint(100, 20))
        qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, shift, QPoint(100, 20))
    assert caught.args == pytest.approx([10, 30], abs=0.2)


def test_the_view_follows_the_cursor(line: Timeline) -> None:
    line.set_clock(np.arange(1000) / 10)
    line._show(0, 10)
    line.set_cursor_index(500)
    low, high = line.view
    assert low <= 50 <= high
    assert high - low == pytest.approx(10)


def test_traces_are_drawn_in_their_colours(line: Timeline) -> None:
    line.set_clock(np.arange(500) / 25)
    empty = line.grab().toImage()
    line.set_traces(("a", "b"), np.stack([np.sin(np.arange(500)), np.arange(500)], axis=1))
    assert line.grab().toImage() != empty


def inked_columns(line: Timeline) -> np.ndarray:
    """How many rows of each column of pixels the first trace has coloured."""
    image = line.grab().toImage()
    color = theme().palette.mark(0)
    assert image.devicePixelRatio() == 1
    inked = [
        sum(image.pixelColor(x, y).name() == color.lower() for y in range(line.height()))
        for x in range(line.width())
    ]
    return np.array(inked)


def test_a_trace_is_true_up_to_its_last_pixel(line: Timeline) -> None:
    # No number of frames is a multiple of the width: the rest must not become a diagonal.
    times = np.arange(1799) / 30
    line.set_clock(times)
    line.set_traces(["x"], (np.arange(len(times)) % 2).astype("f8")[:, None])
    inked = inked_columns(line)[line._gutter + 2 : -2]
    assert inked.min() > 0.5 * inked.max()


def test_a_gap_in_a_trace_stays_a_gap(line: Timeline) -> None:
    times = np.arange(3000) / 30
    values = np.sin(times)[:, None]
    values[1500:2000] = np.nan
    line.set_clock(times)
    line.set_traces(["x"], values)
    inked = inked_columns(line)
    left, right = (round(line._x(times[row])) for row in (1500, 1999))
    assert inked[left + 2 : right - 2].sum() == 0
    assert (inked[line._gutter + 2 : left - 2] > 0).mean() > 0.9
    line.set_traces(["x"], np.full_like(values, np.nan))
    assert inked_columns(line)[line._gutter :].sum() == 0


def test_the_frame_is_painted_pixel_for_pixel(qtbot: QtBot) -> None:
    view = VideoView()
    qtbot.addWidget(view)
    view.resize(64, 48)
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype("u1")
    view.set_frame(pixels)
    image = view.grab().toImage()
    for x, y in ((0, 0), (10, 30), (63, 40)):
        color = image.pixelColor(x, y)
        assert (color.red(), color.green(), color.blue()) == tuple(pixels[y, x])


def test_a_crop_is_drawn_in_pixels_of_the_frame(qtbot: QtBot) -> None:
    view = VideoView()
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.set_frame(np.zeros((200, 200), "u1"))
    view.set_crop_mode(True)
    with qtbot.waitSignal(view.crop_changed) as caught:
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(40, 60))
        qtbot.mouseMove(view, QPoint(100, 100))
        qtbot.mouseMove(view, QPoint(240, 300))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(240, 300))
    assert caught.args == [20, 30, 100, 120]
    assert view._crop == QRectF(20, 30, 100, 120)


def test_frame_and_widget_coordinates_are_inverse(qtbot: QtBot) -> None:
    view = VideoView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.set_frame(np.zeros((120, 160), "u1"))
    view._zoom, view._centre = 3.0, QPointF(0.4, 0.6)
    place = view.from_frame(QRectF(33, 44, 1, 1)).topLeft()
    back = view.to_frame(place)
    assert (back.x(), back.y()) == pytest.approx((33, 44))


def test_playing_follows_an_uneven_clock_and_stops(qtbot: QtBot) -> None:
    playback = Playback()
    times = np.array([0.0, 0.05, 0.1, 0.4, 0.45])
    playback.set_clock(times)
    seen: list[int] = []
    playback.moved.connect(seen.append)
    with qtbot.waitSignal(playback.playing_changed):
        playback.play(0)
    qtbot.waitUntil(lambda: not playback.playing, timeout=3000)
    assert seen == sorted(set(seen))
    assert seen[-1] == 4
