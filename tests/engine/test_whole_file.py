"""Files that are whole whoever writes them at once."""

from pathlib import Path

import pytest

from engine.whole_file import named_whole, written_whole


def test_two_writers_at_once_do_not_share_a_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    with written_whole(path) as first:
        first.write(b"first, ")
        with written_whole(path) as second:
            second.write(b"second")
        assert path.read_bytes() == b"second"
        first.write(b"whole")
    assert path.read_bytes() == b"first, whole"
    assert [item.name for item in tmp_path.iterdir()] == ["session.json"]


def test_a_writing_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_bytes(b"old")

    def fail() -> None:
        with written_whole(path) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["session.json"]


def test_a_writer_by_name_has_a_name_of_the_same_kind_that_nobody_else_has(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with named_whole(path) as first, named_whole(path) as second:
        assert first != second
        assert first.suffix == second.suffix == ".mp4"
        first.write_bytes(b"first")
        second.write_bytes(b"second")
        assert not path.exists()
    assert path.read_bytes() == b"first"
    assert [item.name for item in tmp_path.iterdir()] == ["film.mp4"]


def test_a_writer_by_name_that_fails_or_writes_nothing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")

    def fail() -> None:
        with named_whole(path) as temporary:
            temporary.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with pytest.raises(FileNotFoundError), named_whole(path):
        pass
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["film.mp4"]
