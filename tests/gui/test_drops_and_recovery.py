"""Small promises of the shell that need no window."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent

from engine.errors import PeerscopeError
from gui import gl_probe
from gui.app import _on_fault
from gui.recovery import Recovery
from gui.window import Window, _accept_copy


def test_a_drop_never_asks_for_a_move(qapp: object) -> None:
    data = QMimeData()
    event = QDropEvent(
        QPointF(1, 1),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ShiftModifier,
    )
    assert event.proposedAction() == Qt.DropAction.MoveAction
    _accept_copy(event)
    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction


@pytest.mark.parametrize("fails", [True, False])
def test_a_run_is_forgotten_only_once_it_is_begun_again(
    fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    window = SimpleNamespace(workspace=SimpleNamespace(note=told.append))
    recovery = Recovery(window, lambda folder: None)  # type: ignore[arg-type]
    forgotten: list[object] = []
    monkeypatch.setattr(recovery, "forget", lambda pending, folder: forgotten.append(pending))

    def begin() -> None:
        if fails:
            raise PeerscopeError("Cannot write runs.")

    recovery._begin_one(begin, "pending", Path())  # type: ignore[arg-type]
    assert forgotten == ([] if fails else ["pending"])
    assert told == (["Cannot write runs."] if fails else [])


def test_a_person_s_error_that_no_slot_caught_is_not_told_as_a_fault() -> None:
    told: list[str] = []
    window = SimpleNamespace(workspace=SimpleNamespace(note=told.append))
    error = PeerscopeError("Cannot write runs.")
    _on_fault(window, PeerscopeError, error, None)  # type: ignore[arg-type]
    assert told == ["Cannot write runs."]


def test_the_choice_of_drawing_counts_for_the_next_view(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(gl_probe, "set_preference", asked.append)
    settings = SimpleNamespace(cloud="vispy")
    window = SimpleNamespace(settings=SimpleNamespace(settings=settings))
    Window._on_settings(window, {"cloud"})  # type: ignore[arg-type]
    assert asked == ["vispy"]
