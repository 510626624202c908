"""The writer of a session: one thread, whole files, and nothing of Qt in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from engine.session import Session, read_newest
from gui import session_keeper, sessions
from gui.session_keeper import PICTURE_NAME, Keeper


def picture() -> QImage:
    image = QImage(144, 90, QImage.Format.Format_RGB32)
    image.fill(0)
    return image


@pytest.fixture
def keeper(qtbot: QtBot, tmp_path: Path) -> Iterator[Keeper]:
    session = Session(title="mouse")
    made = Keeper(lambda: (session, tmp_path / "s"), picture)
    yield made
    made.close(None, None, None)


def test_an_archive_waits_for_the_one_who_writes_the_session(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers: list[str] = []
    real = session_keeper.save_session

    def save(*words: object) -> Path:
        writers.append(threading.current_thread().name)
        return real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(session_keeper, "save_session", save)
    kept = keeper.keep_now()
    assert kept is not None
    written = sessions._archived(kept, tmp_path / "sent", lambda: None)
    assert written.name == "sent.peerscope"
    assert writers == ["peerscope-session_0"]
    assert read_newest(tmp_path / "s").session.title == "mouse"


def test_the_writer_is_handed_a_packed_picture(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[object] = []
    real = session_keeper._keep

    def keep(*words: object) -> Path:
        handed.append(words[-1])
        return real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(session_keeper, "_keep", keep)
    kept = keeper.keep_now()
    assert kept is not None
    kept()
    assert isinstance(handed[0], bytes)
    assert not QImage(str(tmp_path / "s" / PICTURE_NAME)).isNull()
