"""Recordings that come, go and come back: what is shown is always what the list says."""

from __future__ import annotations

from operator import methodcaller
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.behavior.data import write_pair
from engine.behavior.notes import Span
from engine.behavior.project import Edit, Project
from engine.errors import PeerscopeError
from gui.recordings.readings import _short
from gui.tabs.behavior import BehaviorTab
from gui.window import Window

WAIT_MS = 30_000
DISH, SAND = "two animals, white dish.mp4", "two animals, sand.mp4"


@pytest.fixture
def tab(qtbot: QtBot, window: Window) -> BehaviorTab:
    """The demo, its first recording on show."""
    window.with_tab("behavior", methodcaller("open_demo"))
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    wait_for(qtbot, tab, DISH)
    return tab


def wait_for(qtbot: QtBot, tab: BehaviorTab, name: str) -> None:
    def there() -> bool:
        recording = tab._recording
        return recording is not None and recording.name == name and tab.video.view.index >= 0

    qtbot.waitUntil(there, timeout=WAIT_MS)
    qtbot.wait(100)


def sentences(window: Window) -> str:
    return " ".join(note.sentence for note in window.notes.notes)


def check_agrees(tab: BehaviorTab, name: str) -> None:
    """The list, the poses and the video tell of one recording."""
    recordings = tab.recordings
    assert recordings.entry is not None
    assert recordings.entry.name == name
    assert recordings.project.entries[recordings.current].name == name
    assert recordings.entry_open is not None
    assert recordings.entry_open.entry == recordings.entry
    assert tab._recording is not None
    assert tab._recording.name == name
    stem = Path(name).stem
    assert recordings.column.poses._name.full_text == f"{stem}.analysis.h5"
    for entry in recordings.project.entries:
        assert entry.poses is not None
        assert Path(entry.poses.absolute).name == f"{Path(entry.name).stem}.analysis.h5"


def test_a_removal_is_undone_and_done_again_with_what_was_on_show(
    qtbot: QtBot, window: Window, tab: BehaviorTab
) -> None:
    recordings = tab.recordings
    recordings.noting.set_notes((Span(1.0, 2.0, "groom"),))
    recordings.column.list.remove.emit()
    wait_for(qtbot, tab, SAND)
    check_agrees(tab, SAND)
    assert recordings.noting.notes == {}
    window.commands.run("edit.undo")
    wait_for(qtbot, tab, DISH)
    check_agrees(tab, DISH)
    assert [entry.name for entry in recordings.project.entries] == [DISH, SAND]
    assert [span.label for span in recordings.noting.notes[0]] == ["groom"]
    window.commands.run("edit.redo")
    wait_for(qtbot, tab, SAND)
    check_agrees(tab, SAND)
    assert len(recordings.project.entries) == 1


def test_a_removal_undone_before_the_next_is_open_mixes_nothing_up(
    qtbot: QtBot, window: Window, tab: BehaviorTab
) -> None:
    recordings = tab.recordings
    before = recordings.project.entries[0]
    recordings.column.list.remove.emit()
    window.commands.run("edit.undo")
    qtbot.wait(500)
    wait_for(qtbot, tab, DISH)
    check_agrees(tab, DISH)
    assert recordings.project.entries[0] == before
    assert recordings.project.entries[1].fingerprint is None
    recordings.open_at(1)
    wait_for(qtbot, tab, SAND)
    check_agrees(tab, SAND)
    assert "is not the recording it was" not in sentences(window)


def test_a_recording_that_opens_after_it_was_taken_off_is_not_shown(
    qtbot: QtBot, tab: BehaviorTab
) -> None:
    recordings = tab.recordings
    recordings.open_at(1)
    recordings.column.list.remove.emit()
    qtbot.wait(500)
    wait_for(qtbot, tab, DISH)
    check_agrees(tab, DISH)
    assert len(recordings.project.entries) == 1


def test_what_is_being_opened_is_named_and_never_stands_over_another_picture(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)
    pane, recordings = tab.video, tab.recordings
    for number, name in enumerate(("one", "two")):
        write_pair(tmp_path, name, seconds=1, seed=number, twins=())
    recordings.add([tmp_path / "one.mp4", tmp_path / "two.mp4"], open_first=True)
    assert pane.view._message == "Opening one.mp4…"
    assert pane._body.currentIndex() == 1
    wait_for(qtbot, tab, "one.mp4")
    assert pane._detail.full_text == ""
    recordings.open_at(1)
    assert pane._detail.full_text == "Opening two.mp4…"
    assert pane._shown.full_text.startswith("frame 0 of 30")
    assert pane.view._image is not None, "what was on show stays till then, under its own header"
    seen: list[object] = []
    recordings.opened.connect(lambda opened: seen.append(pane.view._image))
    wait_for(qtbot, tab, "two.mp4")
    assert seen == [None]
    assert pane._detail.full_text == ""
    (tmp_path / "one.mp4").unlink()
    recordings.pool.close()
    recordings.open_at(0)
    qtbot.waitUntil(lambda: pane._detail.full_text == "", timeout=WAIT_MS)
    assert recordings.current == 1
    assert pane.view._image is not None


def test_an_example_that_fails_leaves_the_invitation(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window.show_tab("behavior")
    qtbot.waitUntil(lambda: "behavior" in window.tabs, timeout=WAIT_MS)
    tab = window.tabs["behavior"]
    assert isinstance(tab, BehaviorTab)

    def refused(name: str) -> Path:
        raise PeerscopeError("The disk is full; make room.")

    monkeypatch.setattr("gui.tabs.behavior_links.example_of", refused)
    tab.open_example()
    assert tab.video.view._message == "Writing the example recording…"
    qtbot.waitUntil(lambda: "disk is full" in sentences(window), timeout=WAIT_MS)
    assert tab.video._body.currentIndex() == 0
    broken = tmp_path / "broken.mp4"
    write_pair(tmp_path, "broken", seconds=1, seed=1, twins=())
    broken.write_bytes(broken.read_bytes()[:3000])
    monkeypatch.setattr("gui.tabs.behavior_links.example_of", lambda name: broken)
    window.notes.clear()
    tab.open_example()
    qtbot.waitUntil(lambda: bool(sentences(window)), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.video._body.currentIndex() == 0, timeout=WAIT_MS)
    assert tab._then is None, "the next recording is not embedded in its place"


def test_a_note_without_a_label_leads_to_the_label(
    qtbot: QtBot, window: Window, tab: BehaviorTab
) -> None:
    column = tab.recordings.column
    column.notes.folded = True
    tab.side.show_column("Embed")
    window.commands.run("behavior.note")
    assert tab.side.shown == "Recordings"
    assert not column.notes.folded
    label = column.notes.label

    def in_view() -> bool:
        top = label.mapTo(column._scroll.viewport(), label.rect().topLeft()).y()
        return top >= 0 and top + label.height() <= column._scroll.viewport().height()

    qtbot.waitUntil(in_view, timeout=WAIT_MS)
    assert window.focusWidget() is label


def test_readings_have_one_place_after_the_point_and_no_exponent() -> None:
    words = [_short(value) for value in (3.34e-08, 0.121, 9.96, 99.97, 123.4, 1e7, float("nan"))]
    assert words == ["0.0", "0.1", "10.0", "100", "123", "10000000", "–"]


def test_undo_takes_back_one_thing_and_not_what_came_since(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.mp4", "b.mp4", "c.mp4")]
    first = Project().with_paths(paths[:2], tmp_path)
    named = Edit(first, first.changed(0, animal="m1"))
    project = named.done_to(first)
    project = project.with_paths(paths, tmp_path).changed(0, fingerprint={"frames": 3})
    back = named.reversed.done_to(project)
    assert [entry.name for entry in back.entries] == ["a.mp4", "b.mp4", "c.mp4"]
    assert back.entries[0].animal == ""
    assert back.entries[0].fingerprint == {"frames": 3}
    removed = Edit(back, back.without(1), left="b", shows="a")
    assert [entry.name for entry in removed.done_to(back).entries] == ["a.mp4", "c.mp4"]
    assert removed.reversed.done_to(removed.done_to(back)) == back
    assert removed.reversed.shows == "b"
