"""Nothing that an export or a copy would replace is replaced unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from engine.errors import PeerscopeError
from engine.figures.model import Figure
from gui import exports
from gui.bridge import WarmBridge
from gui.exports import ALL_FORMATS, Answer, Target
from gui.settings import SettingsStore
from gui.workspace import Workspace
from tests.engine.figures.samples import SAMPLES

Choose = Callable[[Path, Answer], list[Path]]


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Target]:
    """Where figures would be written; nothing is drawn."""
    found: list[Target] = []
    monkeypatch.setattr(Workspace, "_export", lambda self, figure, target, _: found.append(target))
    return found


@pytest.fixture
def workspace(tmp_path: Path, qtbot: QtBot) -> Workspace:
    made = Workspace(SettingsStore(tmp_path / "settings.json"), WarmBridge(()))
    yield made
    made.close()
    made.settings.close()


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Choose:
    """Answers the dialogs; returns the files that will have been asked about."""

    def answers(path: Path, answer: Answer) -> list[Path]:
        asked: list[Path] = []

        def ask(parent: QWidget, files: Sequence[Path], *, keep_both: bool = False) -> Answer:
            asked.extend(files)
            return answer

        for name in ("getSaveFileName", "getExistingDirectory"):
            given = str(path) if "Existing" in name else (str(path), "")
            monkeypatch.setattr(QFileDialog, name, lambda *a, given=given, **k: given)
        monkeypatch.setattr(exports, "ask", ask)
        return asked

    return answers


def figure() -> Figure:
    return SAMPLES["line"]


@pytest.mark.parametrize("answer", list(Answer))
def test_a_table_beside_the_figure_is_asked_about(
    tmp_path: Path,
    workspace: Workspace,
    parent: QWidget,
    written: list[Target],
    choose: Choose,
    answer: Answer,
) -> None:
    (tmp_path / "traces.csv").write_text("a person's data")
    asked = choose(tmp_path / "traces.svg", answer)
    workspace.ask_and_export(parent, figure())
    assert asked == [tmp_path / "traces.csv"]
    names = [target.name for target in written]
    expected = {Answer.REPLACE: ["traces"], Answer.KEEP_BOTH: ["traces 2"], Answer.CANCEL: []}
    assert names == expected[answer]


def test_the_chosen_file_itself_is_asked_about_by_its_dialog_alone(
    tmp_path: Path, workspace: Workspace, parent: QWidget, written: list[Target], choose: Choose
) -> None:
    (tmp_path / "a.svg").write_text("")
    assert choose(tmp_path / "a.svg", Answer.CANCEL) == []
    workspace.ask_and_export(parent, figure())
    assert written == [Target(tmp_path, "a", ("svg", "csv"))]


def test_every_file_of_all_figures_is_asked_about_once(
    tmp_path: Path, workspace: Workspace, parent: QWidget, written: list[Target], choose: Choose
) -> None:
    for name in ("loss.csv", "map.png"):
        (tmp_path / name).write_text("")
    asked = choose(tmp_path, Answer.KEEP_BOTH)
    workspace.ask_and_export_all(parent, {name: figure() for name in ("loss", "map", "other")})
    assert asked == [tmp_path / "loss.csv", tmp_path / "map.png"]
    assert [target.name for target in written] == ["loss 2", "map 2", "other"]
    assert {target.formats for target in written} == {ALL_FORMATS}


@pytest.mark.parametrize(
    ("asked", "files"),
    [
        ("Fig. 2", ["Fig. 2.svg", "Fig. 2.csv"]),
        ("map.v2", ["map.v2.svg", "map.v2.csv"]),
        ("Fig. 2.PDF", ["Fig. 2.pdf", "Fig. 2.csv"]),
        ("values.csv", ["values.csv"]),
    ],
)
def test_a_name_with_a_dot_is_taken_whole(tmp_path: Path, asked: str, files: list[str]) -> None:
    assert [path.name for path in Target.of(tmp_path / asked).files] == files


def test_a_picture_of_another_kind_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PeerscopeError, match="not as JPG; give a one of these endings"):
        Target.of(tmp_path / "a.jpg")


def test_two_archives_of_one_name_get_two_folders(workspace: Workspace) -> None:
    first, second = workspace.fresh_folder("session"), workspace.fresh_folder("session")
    assert (first.name, second.name) == ("session", "session 2")


def test_what_is_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    one, two = tmp_path / "a.svg", tmp_path / "a.csv"
    place = f"already in {tmp_path}. Export writes over what is there."
    assert exports.told([one]) == f"This file is {place}\n\na.svg"
    assert exports.told([one, two]) == f"These files are {place}\n\na.svg\na.csv"
