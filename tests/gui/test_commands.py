from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from engine.errors import BadInput
from gui.command_search import search
from gui.commands import Command, CommandRegistry, normal_shortcut


class Bench:
    """A window whose commands write down what was done."""

    def __init__(self, qtbot: QtBot, overrides: dict[str, str] | None = None) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.done: list[str] = []
        self.open_file, self.dark = True, False
        self.registry = CommandRegistry(self.window, overrides)
        self.registry.add(
            Command("file.open", "Open…", self.open, "Ctrl+O", "File", icon="open"),
            Command("file.save", "Save", self.save, "Ctrl+S", "File", enabled=self.can_save),
            Command("file.quit", "Quit", self.quit, "Ctrl+Q", "File", section="end"),
            Command(
                "view.dark",
                "Dark theme",
                self.toggle,
                menu="View/Theme",
                checked=self.is_dark,
                keywords=("night",),
            ),
        )

    def open(self) -> None:
        self.done.append("open")

    def save(self) -> None:
        raise BadInput("The disk is full.")

    def can_save(self) -> bool:
        return self.open_file

    def quit(self) -> None:
        self.done.append("quit")

    def toggle(self) -> None:
        self.dark = not self.dark

    def is_dark(self) -> bool:
        return self.dark


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_menus_come_from_commands(bench: Bench) -> None:
    bar = bench.window.menuBar()
    bench.registry.fill_menu_bar(bar, ("View", "File"))
    assert [action.text() for action in bar.actions()] == ["View", "File"]
    file_menu = bar.actions()[1].menu()
    assert [action.text() for action in file_menu.actions()] == ["Open…", "Save", "", "Quit"]
    theme_menu = bar.actions()[0].menu().actions()[0].menu()
    assert theme_menu.actions()[0] is bench.registry.action("view.dark")


def test_filling_again_does_not_double(bench: Bench) -> None:
    bar = bench.window.menuBar()
    bench.registry.fill_menu_bar(bar)
    bench.registry.fill_menu_bar(bar)
    assert [action.text() for action in bar.actions()] == ["File", "View"]


def test_action_runs_and_is_told(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.registry.ran) as heard:
        bench.registry.action("file.open").trigger()
    assert (bench.done, heard.args) == (["open"], ["file.open"])


def test_shortcut_runs_in_the_window(bench: Bench, qtbot: QtBot) -> None:
    bench.window.show()
    qtbot.waitExposed(bench.window)
    bench.window.activateWindow()
    bench.window.setFocus()
    qtbot.waitUntil(bench.window.isActiveWindow)
    qtbot.keyClick(bench.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert bench.done == ["open"]


def test_an_error_a_person_can_mend_becomes_a_sentence(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.registry.failed) as heard:
        bench.registry.run("file.save")
    assert heard.args == ["The disk is full."]


def test_what_cannot_be_done_is_disabled_and_not_run(bench: Bench, qtbot: QtBot) -> None:
    bench.open_file = False
    bench.registry.refresh()
    assert not bench.registry.action("file.save").isEnabled()
    with qtbot.assertNotEmitted(bench.registry.failed):
        bench.registry.run("file.save")


def test_a_switch_shows_its_state(bench: Bench) -> None:
    action = bench.registry.action("view.dark")
    assert (action.isCheckable(), action.isChecked()) == (True, False)
    action.trigger()
    assert (bench.dark, action.isChecked()) == (True, True)


def test_overrides_replace_shortcuts(qtbot: QtBot) -> None:
    bench = Bench(qtbot, {"file.open": "Ctrl+P", "file.quit": ""})
    assert bench.registry.action("file.open").shortcut().toString() == "Ctrl+P"
    assert bench.registry.shortcut("file.quit") == ""
    assert bench.registry.is_changed("file.quit")
    assert not bench.registry.is_changed("file.save")


def test_changed_shortcuts_are_told_for_keeping(bench: Bench) -> None:
    kept: list[dict[str, str]] = []
    bench.registry.shortcuts_changed.connect(kept.append)
    bench.registry.set_shortcut("file.open", "ctrl+shift+o")
    bench.registry.set_shortcut("file.save", "")
    bench.registry.set_shortcut("file.open", None)
    bench.registry.reset_shortcuts()
    assert kept == [
        {"file.open": "Ctrl+Shift+O"},
        {"file.open": "Ctrl+Shift+O", "file.save": ""},
        {"file.save": ""},
        {},
    ]
    assert bench.registry.action("file.save").shortcut().toString() == "Ctrl+S"


def test_conflicts_are_found_also_of_beginnings(bench: Bench) -> None:
    registry = bench.registry
    assert registry.conflicts() == {}
    other = registry.conflict("file.open", "Ctrl+S")
    assert other is not None
    assert other.id == "file.save"
    registry.set_shortcut("view.dark", "Ctrl+S, D")
    assert registry.conflicts() == {"file.save": "view.dark", "view.dark": "file.save"}
    assert registry.conflict("file.open", "") is None
    assert registry.conflict("file.open", "Ctrl+O") is None


def test_an_id_is_given_once_and_can_be_freed(bench: Bench) -> None:
    with pytest.raises(ValueError, match=r"file\.open"):
        bench.registry.add(Command("file.open", "Again", bench.open))
    bench.registry.remove("file.open")
    bench.registry.add(Command("file.open", "Again", bench.open))
    assert bench.registry.action("file.open").text() == "Again"


def test_normal_shortcut() -> None:
    assert normal_shortcut("shift+ctrl+a") == normal_shortcut("Ctrl+Shift+A") == "Ctrl+Shift+A"
    assert normal_shortcut("") == ""


@pytest.mark.parametrize(
    ("query", "first"),
    [("ope", "file.open"), ("qiut", "file.quit"), ("dt", "view.dark"), ("night", "view.dark")],
)
def test_search_finds(bench: Bench, query: str, first: str) -> None:
    assert search(query, bench.registry.commands)[0].id == first


def test_search_of_nonsense_finds_nothing(bench: Bench) -> None:
    assert search("zzxy", bench.registry.commands) == []


def test_recent_come_first_and_break_ties(bench: Bench) -> None:
    commands = bench.registry.commands
    assert search("", commands, ["file.quit"])[0].id == "file.quit"
    assert search(" ", commands) == list(commands)
    pair = [Command(f"go.{name}", f"Go to {name}", bench.open) for name in ("one", "two")]
    assert search("go to", pair, ["go.two"])[0].id == "go.two"
    assert search("quit", commands, ["file.open"])[0].id == "file.quit"


def test_a_word_that_only_begins_alike_is_no_match() -> None:
    motifs = Command("motifs", "Find motifs", lambda: None)
    assert search("motifzzzz", [motifs]) == []
    assert search("motfs", [motifs]) == [motifs]
    assert search("fnd motivs", [motifs]) == [motifs]
