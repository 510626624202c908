from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.places import cache_dir
from engine.registry import systems
from gui.bridge import Background
from gui.theme import theme
from gui.thumbnails import FRAME_PX, Thumbnails
from gui.widgets.method_card import LoopView, MethodCard


def picture(color: str) -> QPixmap:
    pixmap = QPixmap(300, 300)
    pixmap.fill(QColor(color))
    return pixmap


@pytest.fixture
def thumbnails(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PEERSCOPE_CACHE_DIR", str(tmp_path))
    theme().apply(qapp, "dark")
    background = Background()
    yield Thumbnails(background)
    background.close()


def test_a_loop_keeps_the_last_picture_and_survives(
    qtbot: QtBot, thumbnails: Thumbnails, monkeypatch: pytest.MonkeyPatch
) -> None:
    thumbnails.begin("method")
    thumbnails.offer("method", lambda: picture("#ffffff"))  # too soon after the beginning
    monkeypatch.setattr("gui.thumbnails._INTERVAL_S", 0.0)
    thumbnails.offer("method", lambda: picture("#ff0000"))
    monkeypatch.setattr("gui.thumbnails._INTERVAL_S", 60.0)
    thumbnails.offer("method", lambda: picture("#00ff00"))  # too soon after the first
    thumbnails.offer("method", lambda: picture("#0000ff"), last=True)
    qtbot.waitUntil(lambda: len(thumbnails.frames("method")) == 2)
    frames = thumbnails.frames("method")
    assert [frame.pixelColor(9, 9).name() for frame in frames] == ["#ff0000", "#0000ff"]
    kept = cache_dir() / "thumbnails" / "method-dark.png"
    qtbot.waitUntil(kept.is_file)
    qtbot.waitUntil(lambda: len(Thumbnails(thumbnails._background).frames("method")) == 2)
    again = Thumbnails(thumbnails._background).frames("method")
    assert [frame.pixelColor(9, 9).name() for frame in again] == ["#ff0000", "#0000ff"]


def test_the_newest_is_one_of_this_window_and_not_of_the_disk(
    qtbot: QtBot, qapp: QApplication, thumbnails: Thumbnails
) -> None:
    assert thumbnails.frames("behavior"), "the product ships one"
    theme().apply(qapp, "light")
    assert thumbnails.newest("behavior") is None
    thumbnails.offer("method", lambda: picture("#0000ff"))
    qtbot.waitUntil(lambda: thumbnails.newest("method") is not None)
    theme().apply(qapp, "dark")
    newest = thumbnails.newest("method")
    assert newest is not None
    assert newest.pixelColor(9, 9).name() == "#0000ff"


def test_a_long_loop_is_thinned_from_end_to_end(
    qtbot: QtBot, thumbnails: Thumbnails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.thumbnails._INTERVAL_S", 0.0)
    for number in range(100):
        thumbnails.offer("method", lambda shade=number: picture(QColor(shade, 0, 0).name()))

    def shades_now() -> list[int]:
        return [frame.pixelColor(9, 9).red() for frame in thumbnails.frames("method")]

    qtbot.waitUntil(lambda: shades_now()[-1:] == [99])
    shades = shades_now()
    assert shades[0] == 0
    assert shades == sorted(shades)
    assert len(shades) <= 12


def test_what_is_no_strip_is_no_loop(thumbnails: Thumbnails) -> None:
    folder = cache_dir() / "thumbnails"
    folder.mkdir(parents=True)
    (folder / "method-dark.png").write_bytes(b"no picture")
    assert thumbnails.frames("method") == []


def test_a_card_plays_while_it_is_seen(qtbot: QtBot, thumbnails: Thumbnails) -> None:
    system = next(item for item in systems() if item.name == "behavior")
    card = MethodCard(system, thumbnails)
    card.loop.load()
    qtbot.addWidget(card)
    card.show()
    qtbot.waitExposed(card)
    first = card.loop.frame
    qtbot.waitUntil(lambda: card.loop.frame != first)
    card.hide()
    assert not card.loop._timer.isActive()


def test_the_product_ships_a_loop_for_every_tab(thumbnails: Thumbnails, qapp) -> None:
    for mode in ("dark", "light"):
        theme().apply(qapp, mode)
        for system in systems():
            if system.tab:
                frames = thumbnails.frames(system.name)
                assert frames, f"assets/thumbnails lacks {system.name}-{mode}.png: run make docs"
                assert (frames[0].width(), frames[0].height()) == FRAME_PX


def test_an_empty_loop_says_so(qtbot: QtBot, thumbnails: Thumbnails) -> None:
    view = LoopView("never", thumbnails)
    view.load()
    qtbot.addWidget(view)
    view.resize(200, 88)
    view.show()
    qtbot.waitExposed(view)
    colors = {view.grab().toImage().pixelColor(x, y).name() for x in range(200) for y in range(88)}
    assert len(colors) > 1
