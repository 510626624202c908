"""Holding back what nobody waits for."""

import pytest
from pytestqt.qtbot import QtBot

from gui import hold
from gui.hold import Hold


def test_what_is_held_is_released_once(qtbot: QtBot) -> None:
    held, told = Hold(), []
    held.released.connect(lambda: told.append(held.on))
    held.release()
    assert (held.on, told) == (False, [])
    held.begin()
    assert held.on
    held.release()
    held.release()
    assert told == [False]


def test_nothing_is_held_for_ever(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "_LONGEST_MS", 20)
    held = Hold()
    with qtbot.waitSignal(held.released, timeout=5000):
        held.begin()
    assert not held.on
