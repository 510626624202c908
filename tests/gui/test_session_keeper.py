"""The writer of a session: one thread, whole files, and nothing of Qt in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from engine.session import Session, read_newest
from gui import session_keeper, sessions
from gui.session_keeper import PICTURE_NAME, Keeper

COLOR = (200, 40, 7)


def picture() -> QImage:
    image = QImage(144, 90, QImage.Format.Format_RGB32)
    image.fill(QColor(*COLOR))
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


def test_the_writer_is_handed_pixels_and_nothing_of_qt(
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
    assert isinstance(handed[0], np.ndarray)
    written = QImage(str(tmp_path / "s" / PICTURE_NAME))
    assert (written.width(), written.height()) == (144, 90)
    assert written.pixelColor(3, 4).getRgb()[:3] == COLOR


def test_what_changes_all_the_time_is_kept_at_each_look_and_not_more_often(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a video plays every look finds another frame."""
    titles = count()
    written: list[str] = []
    real = session_keeper.save_session

    def save(session: Session, *words: object) -> Path:
        written.append(session.title)
        return real(session, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(session_keeper, "save_session", save)
    monkeypatch.setattr(session_keeper, "SOON_MS", 10)
    keeper = Keeper(lambda: (Session(title=str(next(titles))), tmp_path / "s"), picture)
    told: list[object] = []
    keeper.kept.connect(told.append)
    keeper.look()
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    qtbot.wait(200)
    keeper.close(None, None, None)
    assert len(written) == 1
