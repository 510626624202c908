"""What jobs leave behind is collected and given back when nothing runs."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from engine.memory import give_back, resident_bytes
from gui.tidy import Tidy


class Jobs(QObject):
    """Jobs that a test begins and ends."""

    statuses_changed = Signal(object)
    jobs: tuple[Any, ...] = ()


class Collects:
    """Counts what it is asked for."""

    def __init__(self) -> None:
        self.times = 0
        self.given = 0

    def collect_at_rest(self) -> None:
        self.times += 1

    def run(self, work: Any, on_done: Any, on_error: Any) -> None:
        assert work is give_back
        self.given += 1
        on_done(True)


def test_it_tidies_once_nothing_runs(qapp: QApplication) -> None:
    jobs, asked = Jobs(), Collects()
    tidy = Tidy(jobs, asked, asked)  # type: ignore[arg-type]
    jobs.jobs = (SimpleNamespace(ended=True), SimpleNamespace(ended=False))
    jobs.statuses_changed.emit({})
    assert not tidy.soon
    tidy.tidy()
    assert (asked.times, asked.given) == (0, 0), "a job runs still"
    jobs.jobs[1].ended = True
    jobs.statuses_changed.emit({})
    assert tidy.soon
    tidy.tidy()
    assert (asked.times, asked.given) == (1, 1)
    tidy.stop()
    assert not tidy.soon


def test_it_tidies_now_and_then_only_where_there_is_more(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Collects()
    tidy = Tidy(Jobs(), asked, asked)  # type: ignore[arg-type]
    held = [500 * 2**20]
    monkeypatch.setattr("gui.tidy.resident_bytes", lambda: held[0])
    tidy.look()
    tidy.look()
    assert asked.given == 1
    held[0] += 100 * 2**20
    tidy.look()
    assert asked.given == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is Linux that tells")
def test_what_is_resident_is_told() -> None:
    assert 10 * 2**20 < resident_bytes() < 2**40


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone has malloc_trim")
def test_what_was_freed_is_given_back() -> None:
    assert isinstance(give_back(), bool)


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert not give_back()
