import json
import os
from pathlib import Path

import pytest

from engine.errors import BadInput, PeerscopeError
from engine.files.digest import quick_digest
from engine.results import read_result, write_json
from engine.session import (
    FilePath,
    Session,
    TabState,
    new_run_folder,
    read_session,
    run_folders,
    save_session,
)


def test_a_session_comes_back_as_it_was(tmp_path: Path) -> None:
    video = tmp_path / "data" / "a b.mp4"
    video.parent.mkdir()
    video.write_bytes(b"moving pictures")
    folder = tmp_path / "session"
    tab = TabState(files={"video": FilePath.of(video, folder)}, state={"index": 3})
    path = save_session(Session(title="t", tabs={"behavior": tab}, runs=("0001-x",)), folder)
    session, found = read_session(path)
    assert found == folder
    kept = session.tabs["behavior"]
    assert kept.state == tab.state
    assert kept.files["video"].find(folder) == tab.files["video"].find(folder)
    assert (kept.files["video"].size, kept.files["video"].quick) == (15, quick_digest(video))
    assert session.runs == ("0001-x",)
    assert session.saved
    assert read_session(folder)[0] == session
    assert not list(folder.glob("*.part"))


def test_a_moved_session_finds_files_that_moved_with_it(tmp_path: Path) -> None:
    old = tmp_path / "old"
    (old / "session").mkdir(parents=True)
    (old / "a.mp4").touch()
    place = FilePath.of(old / "a.mp4", old / "session")
    old.rename(tmp_path / "new")
    found = place.find(tmp_path / "new" / "session")
    assert found is not None
    assert found.resolve() == (tmp_path / "new" / "a.mp4").resolve()
    assert place.find(tmp_path / "elsewhere" / "deeper") is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ("{}", "damaged"),
        ('{"peerscope_session": 99}', "newer"),
        ('{"peerscope_session": 1, "tabs": 3}', "damaged at tabs"),
    ],
)
def test_damaged_and_newer_sessions_are_one_sentence(
    content: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "session.json").write_text(content)
    with pytest.raises(BadInput, match=told):
        read_session(tmp_path)


def test_a_folder_without_a_session_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no session"):
        read_session(tmp_path)


def test_runs_are_numbered_and_only_finished_ones_count(tmp_path: Path) -> None:
    first = new_run_folder(tmp_path, "a.b")
    second = new_run_folder(tmp_path, "a.b")
    assert (first.name, second.name) == ("0001-a.b", "0002-a.b")
    (second / "result.json").touch()
    session = Session(runs=("0001-a.b", "0002-a.b"))
    assert run_folders(session, tmp_path) == (second,)


@pytest.mark.parametrize("content", ["", "{}", '{"schema_version": 99}', "[1]"])
def test_a_damaged_result_is_one_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(content)
    with pytest.raises(BadInput, match="cannot be read as a result"):
        read_result(tmp_path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PeerscopeError, match="no space left"):
        write_json(path, {"a": 2})
    monkeypatch.undo()
    assert json.loads(path.read_text()) == {"a": 1}
    assert [item.name for item in tmp_path.iterdir()] == ["a.json"]
