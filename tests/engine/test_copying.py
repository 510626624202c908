"""Copies of folders never touch what is there, and leave nothing when they are ended."""

from pathlib import Path

import pytest

from engine.copying import copy_folder, reserved_folder
from engine.errors import Cancelled, PeerscopeError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "inner").mkdir(parents=True)
    (folder / "result.json").write_text("mine")
    (folder / "inner" / "codes.bin").write_bytes(bytes(3 * 2**20))
    (folder / "session.lock").write_text("")
    return folder


def test_a_copy_takes_a_free_name_and_leaves_what_is_there(source: Path, tmp_path: Path) -> None:
    there = tmp_path / "out" / "0001-behavior.embed"
    there.mkdir(parents=True)
    (there / "result.json").write_text("of another session")
    copy = copy_folder(source, there, left_out=("*.lock",))
    assert copy.name == "0001-behavior.embed 2"
    assert (there / "result.json").read_text() == "of another session"
    names = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*"))
    assert names == ["inner", "inner/codes.bin", "result.json"]
    assert (copy / "inner" / "codes.bin").stat().st_size == 3 * 2**20


def test_a_copy_is_ended_amid_a_file_and_leaves_nothing(source: Path, tmp_path: Path) -> None:
    asked = []

    def check() -> None:
        asked.append(True)
        if len(asked) > 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        copy_folder(source, tmp_path / "copy", check)
    assert not (tmp_path / "copy").exists()


def test_a_copy_into_itself_and_one_that_cannot_be_written_are_refused(
    source: Path, tmp_path: Path
) -> None:
    with pytest.raises(PeerscopeError, match="would lie in"):
        copy_folder(source, source / "inner" / "copy")
    (tmp_path / "file").write_text("")
    with pytest.raises(PeerscopeError, match=r"cannot be copied .* choose another folder"):
        copy_folder(source, tmp_path / "file" / "copy")


def test_two_that_ask_for_one_name_get_two_folders(tmp_path: Path) -> None:
    first, second = reserved_folder(tmp_path / "a"), reserved_folder(tmp_path / "a")
    assert (first.name, second.name) == ("a", "a 2")
    assert first.is_dir()
    assert second.is_dir()
