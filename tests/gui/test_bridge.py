"""What may go over the bridge, and what comes back."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from engine.errors import PeerscopeError
from gui.bridge import Aside, Background, JobBridge


class View(QObject):
    def work(self, *words: object) -> str:
        return self.objectName()


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_method_of_a_qt_object_is_kept_out_of_threads(wrapped: bool, qapp: QObject) -> None:
    view = View()
    work = partial(view.work, 1) if wrapped else view.work
    background, aside = Background(), Aside()
    with pytest.raises(TypeError, match="may not run in a thread"):
        background.run(work, print, print)
    with pytest.raises(TypeError, match="may not run in a thread"):
        aside.ask(work)
    with pytest.raises(TypeError, match="may not run in a thread"):
        JobBridge(None, work)
    background.close()


def test_the_newest_answer_arrives_in_the_window_s_thread(qtbot: QtBot) -> None:
    aside = Aside()
    go, arrived = threading.Event(), []
    aside.arrived.connect(lambda answer: arrived.append((answer, threading.current_thread())))

    def slow() -> str:
        assert go.wait(10)
        return "old"

    aside.ask(slow)
    aside.ask(lambda: "new")
    go.set()
    qtbot.waitUntil(lambda: bool(arrived), timeout=5000)
    assert arrived == [("new", threading.main_thread())]
    qtbot.waitUntil(lambda: not aside.busy, timeout=5000)


def test_a_dropped_request_is_never_answered(qtbot: QtBot) -> None:
    aside = Aside()
    go, arrived = threading.Event(), []
    aside.arrived.connect(arrived.append)
    aside.ask(lambda: go.wait(10))
    aside.drop()
    assert not aside.busy
    go.set()
    qtbot.wait(100)
    assert arrived == []


def test_what_cannot_be_queued_is_told_by_the_one_who_asked(qtbot: QtBot) -> None:
    background, told = Background(), []

    def submit(_: object) -> None:
        raise PeerscopeError("Cannot write here.")

    background.run(lambda: 1, submit, told.append)
    qtbot.waitUntil(lambda: told == ["Cannot write here."], timeout=5000)
    background.close()


def test_closing_ends_long_work_that_asks(qtbot: QtBot) -> None:
    background, begun, told = Background(), threading.Event(), []

    def endless() -> None:
        begun.set()
        while True:
            background.control.check()

    background.run(endless, told.append, told.append)
    assert begun.wait(10)
    background.close()
    assert told == []
