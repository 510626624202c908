"""The job strip, the list of jobs and the progress line."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.figures import tokens
from engine.job_status import JobStatus
from gui.theme import theme
from gui.widgets.job_list import ENDED_SHOWN, JobList
from gui.widgets.job_strip import JobStrip, foremost
from gui.widgets.labels import ElidedLabel
from gui.widgets.progress_line import ProgressLine

RUNNING = JobStatus(
    7,
    "Embedding mouse_3.mp4",
    "behavior.embed",
    "batch",
    "running",
    step=450,
    total=900,
    seconds=64.0,
    remaining_s=64.0,
    device="cpu · 1 thread",
    command="python main.py run behavior.embed mouse_3.mp4",
)


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    theme().apply(qapp, "dark")


@pytest.fixture
def strip(qtbot: QtBot) -> JobStrip:
    strip = JobStrip()
    qtbot.addWidget(strip)
    strip.resize(1280, 40)
    strip.show()
    qtbot.waitExposed(strip)
    return strip


@pytest.fixture
def job_list(qtbot: QtBot) -> JobList:
    job_list = JobList()
    qtbot.addWidget(job_list)
    job_list.resize(1000, 300)
    job_list.show()
    qtbot.waitExposed(job_list)
    return job_list


def texts(widget: JobStrip | JobList) -> set[str]:
    labels = [label for label in widget.findChildren(QLabel) if label.isVisible()]
    return {
        label.full_text if isinstance(label, ElidedLabel) else label.text() for label in labels
    }


def teal_columns(line: ProgressLine) -> list[int]:
    image, teal = line.grab().toImage(), QColor(tokens.DARK.measured)
    middle = image.height() // 2
    return [x for x in range(image.width()) if image.pixelColor(x, middle) == teal]


def test_line_is_filled_as_far_as_the_work_is_done(qtbot: QtBot) -> None:
    line = ProgressLine()
    qtbot.addWidget(line)
    line.resize(200, 4)
    line.show_status(RUNNING)
    columns = teal_columns(line)
    assert abs(len(columns) - 100) <= 4
    assert columns[-1] < 101
    line.show_status(replace(RUNNING, step=900, state="done"))
    assert len(teal_columns(line)) >= 196


def test_line_of_unknown_length_is_dashed_and_still(qtbot: QtBot) -> None:
    line = ProgressLine()
    qtbot.addWidget(line)
    line.resize(200, 4)
    line.show_status(replace(RUNNING, total=None))
    before = teal_columns(line)
    gaps = [b - a for a, b in pairwise(before) if b - a > 1]
    assert len(gaps) > 5
    qtbot.wait(60)
    assert teal_columns(line) == before


def test_strip_is_as_high_as_the_design_says_and_quiet_without_a_job(strip: JobStrip) -> None:
    assert strip.sizeHint().height() == tokens.JOB_STRIP_PX
    assert texts(strip) == {"No job running"}
    assert [b for b in strip.findChildren(QPushButton) if b.isVisible()] == []
    strip.set_device("cpu · 1 thread")
    assert texts(strip) == {"No job running", "cpu · 1 thread"}


def test_strip_tells_of_a_running_job(strip: JobStrip) -> None:
    strip.set_status(RUNNING)
    assert texts(strip) == {
        "cpu · 1 thread",
        "Embedding mouse_3.mp4",
        "step 450 / 900 · 1:04 left",
    }
    strip.set_status(None)
    assert "Embedding mouse_3.mp4" not in texts(strip)


def test_strip_shows_the_job_of_the_tab_on_show_and_how_many_more_run(strip: JobStrip) -> None:
    played = replace(RUNNING, key=8, title="Playing cartpole", experiment="agents.play")
    ended = replace(RUNNING, key=9, state="done")
    assert foremost((), "home") == (None, 0)
    assert foremost((ended,), "home") == (ended, 0)
    assert foremost((RUNNING, played, ended), "behavior") == (RUNNING, 1)
    assert foremost((RUNNING, played, ended), "agents") == (played, 1)
    assert foremost((RUNNING, played, ended), "compression") == (played, 1)
    strip.set_status(*foremost((RUNNING, played), "behavior"))
    assert strip._title.full_text == "Embedding mouse_3.mp4 · 1 more"


def test_strip_pauses_resumes_and_cancels(qtbot: QtBot, strip: JobStrip) -> None:
    strip.set_status(RUNNING)
    with qtbot.waitSignal(strip.pause_requested) as heard:
        qtbot.keyClick(strip.buttons.pause, Qt.Key.Key_Space)
    assert heard.args == [7]
    strip.set_status(replace(RUNNING, state="paused"))
    assert strip.buttons.pause.text() == "Resume"
    with qtbot.waitSignal(strip.resume_requested) as heard:
        strip.buttons.pause.click()
    with qtbot.waitSignal(strip.cancel_requested) as heard:
        strip.buttons.cancel.click()
    assert heard.args == [7]
    strip.set_status(replace(RUNNING, state="cancelling"))
    assert not strip.buttons.cancel.isEnabled()
    strip.set_status(replace(RUNNING, state="done"))
    assert not strip.buttons.cancel.isVisible()


def test_strip_tells_why_a_job_failed(strip: JobStrip) -> None:
    strip.set_status(replace(RUNNING, state="failed", message="The disk is full."))
    assert "The disk is full." in texts(strip)


def test_strip_unfolds_to_the_list(strip: JobStrip) -> None:
    strip.set_jobs([RUNNING])
    assert not strip.job_list.isVisible()
    strip.list_button.click()
    assert (strip.expanded, strip.job_list.isVisible()) == (True, True)
    assert strip.list_button.accessibleName() == "Hide the list of jobs"
    strip.expanded = False
    assert not strip.job_list.isVisible()


def test_the_list_says_the_step_of_the_strip_when_it_unfolds(strip: JobStrip) -> None:
    strip.set_jobs([RUNNING])
    later = replace(RUNNING, step=RUNNING.step + 56)
    strip.set_status(later)
    strip.set_jobs([later])
    strip.expanded = True
    (row,) = strip.job_list.rows.values()
    assert row.accessibleName().endswith(strip._text.full_text)


def test_list_says_what_appears_there(job_list: JobList) -> None:
    job_list.set_jobs([])
    assert "No jobs yet. What you run appears here." in texts(job_list)


def test_list_puts_jobs_under_way_first_and_keeps_rows(qtbot: QtBot, job_list: JobList) -> None:
    jobs = [
        replace(RUNNING, key=1, state="done"),
        replace(RUNNING, key=2, state="failed", message="The disk is full."),
        replace(RUNNING, key=3),
        replace(RUNNING, key=4, state="queued"),
    ]
    job_list.set_jobs(jobs)
    rows = job_list.rows
    qtbot.waitUntil(lambda: len({row.y() for row in rows.values()}) == 4)
    assert sorted(rows, key=lambda key: rows[key].y()) == [3, 4, 2, 1]
    assert {"The disk is full.", "queued", "2 under way · 2 ended"} <= texts(job_list)
    job_list.set_jobs([*jobs[:2], replace(jobs[2], step=451), jobs[3]])
    assert job_list.rows == rows
    assert "step 451 / 900 · 1:04 left" in texts(job_list)
    job_list.set_jobs(jobs[:1])
    assert set(job_list.rows) == {1}


def test_list_shows_the_newest_of_many_ended_and_says_so(job_list: JobList) -> None:
    job_list.set_jobs([replace(RUNNING, key=key, state="done") for key in range(ENDED_SHOWN + 9)])
    assert min(job_list.rows) == 9
    assert f"0 under way · {ENDED_SHOWN + 9} ended, the newest {ENDED_SHOWN} shown" in texts(
        job_list
    )


def test_list_copies_command_and_error(qtbot: QtBot, job_list: JobList) -> None:
    job_list.set_jobs([replace(RUNNING, state="failed", message="The disk is full.")])
    row = job_list.rows[7]
    with qtbot.waitSignal(job_list.copy_command_requested) as heard:
        row.copy_command.click()
    assert heard.args == [7]
    assert QGuiApplication.clipboard().text() == RUNNING.command
    row.copy_error.click()
    assert QGuiApplication.clipboard().text() == "The disk is full."


def test_list_forwards_requests(qtbot: QtBot, job_list: JobList) -> None:
    job_list.set_jobs([RUNNING, replace(RUNNING, key=8, state="queued")])
    assert not job_list.rows[8].buttons.pause.isVisible()
    with qtbot.waitSignal(job_list.cancel_requested) as heard:
        job_list.rows[8].buttons.cancel.click()
    assert heard.args == [8]
    with qtbot.waitSignal(job_list.pause_requested) as heard:
        job_list.rows[7].buttons.pause.click()
    assert heard.args == [7]


def test_a_run_that_is_done_and_kept_can_be_replayed(job_list: JobList, qtbot: QtBot) -> None:
    done = replace(RUNNING, state="done")
    job_list.set_jobs([done, replace(done, key=8, kept=False), replace(RUNNING, key=9)])
    rows = job_list.rows
    assert [rows[key].replay.isHidden() for key in (7, 8, 9)] == [False, True, True]
    with qtbot.waitSignal(job_list.replay_requested) as asked:
        rows[7].replay.click()
    assert asked.args == [7]


def test_the_list_is_as_high_as_its_rows_up_to_a_third_of_the_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    strip, body = JobStrip(), QWidget()
    column.addWidget(body, 1)
    column.addWidget(strip)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    strip.set_jobs([RUNNING])
    strip.expanded = True
    QApplication.processEvents()
    (row,) = strip.job_list.rows.values()
    assert row.height() >= row.sizeHint().height()
    assert strip.job_list.height() < row.height() + 60
    strip.set_jobs([replace(RUNNING, key=key) for key in range(12)])
    assert strip.job_list.height() == round(800 / 3)
