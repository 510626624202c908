"""Inputs of a recorded run, found again by their bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine import moved
from engine.errors import BadInput, Cancelled
from engine.files.digest import quick_digest, sha256
from engine.moved import find_input
from engine.results import InputRecord

MIB = 2**20
DATA = b"start" + bytes(3 * MIB) + b"end"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with data, a session with one run, and somewhere else to stand."""
    for name in ("project/data/raw", "project/session/runs/0001-x/figures", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "project"


@pytest.fixture
def run(project: Path) -> Path:
    return project / "session/runs/0001-x"


@pytest.fixture
def video(project: Path) -> Path:
    path = project / "data" / "mouse ü.mp4"
    path.write_bytes(DATA)
    return path


def record_of(path: Path) -> InputRecord:
    quick = quick_digest(path) if path.is_file() else ""
    size = path.stat().st_size if path.is_file() else 0
    return InputRecord("video", path.name, size, sha256(path), str(path), quick)


def test_it_is_found_at_its_old_place(video: Path, run: Path) -> None:
    assert find_input(record_of(video), run) == video


@pytest.mark.parametrize(
    "place",
    [
        "data/renamed.bin",
        "data/raw/mouse ü.mp4",
        "data/raw/renamed.mp4",
        "session/runs/0001-x/renamed.mp4",
        "session/mouse ü.mp4",
        "session/renamed.mp4",
        "renamed.mp4",
        "renamed folder/renamed.mp4",
        "../elsewhere/renamed.mp4",
    ],
)
@pytest.mark.parametrize("of", ["", "figures"])
def test_it_is_found_where_it_was_moved(
    of: str, place: str, video: Path, run: Path, project: Path
) -> None:
    record = record_of(video)
    there = project / place
    there.parent.mkdir(exist_ok=True)
    video.rename(there)
    assert find_input(record, run / of).resolve() == there.resolve()


def test_a_project_moved_as_a_whole_is_found(video: Path, run: Path, project: Path) -> None:
    record = record_of(video)
    there = project.rename(project.with_name("another name"))
    found = find_input(record, there / run.relative_to(project))
    assert found == there / video.relative_to(project)


def test_the_full_hash_decides_among_files_of_equal_size_and_ends(
    video: Path, run: Path, project: Path
) -> None:
    record = record_of(video)
    video.rename(project / "data" / "z.mp4")
    decoy = bytearray(DATA)
    decoy[len(DATA) // 2] ^= 1
    (project / "data" / "a.mp4").write_bytes(decoy)
    assert quick_digest(project / "data" / "a.mp4") == record.quick
    assert find_input(record, run) == project / "data" / "z.mp4"


def test_only_files_alike_at_both_ends_are_read_whole(
    video: Path, run: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_of(video)
    video.rename(project / "data" / "z.mp4")
    for number in range(5):
        (project / "data" / f"{number}.mp4").write_bytes(b"START" + DATA[5:])
    read: list[str] = []

    def watched(path: Path, check: moved.Check | None = None) -> str:
        read.append(path.name)
        return sha256(path, check)

    monkeypatch.setattr(moved, "sha256", watched)
    find_input(record, run)
    assert read == ["z.mp4"]


@pytest.mark.parametrize("changed", [DATA[:-1] + b"D", DATA + b"x", b"short"])
def test_changed_bytes_are_refused_by_name(changed: bytes, video: Path, run: Path) -> None:
    record = record_of(video)
    video.write_bytes(changed)
    with pytest.raises(BadInput, match=r"mouse ü\.mp4 has changed since the run"):
        find_input(record, run)


def test_changed_at_its_place_but_kept_elsewhere(video: Path, run: Path, project: Path) -> None:
    record = record_of(video)
    video.rename(project / "session" / "kept.mp4")
    video.write_bytes(b"another")
    assert find_input(record, run) == project / "session" / "kept.mp4"


def test_one_that_is_gone_is_named_with_its_old_place(video: Path, run: Path) -> None:
    record = record_of(video)
    video.unlink()
    with pytest.raises(BadInput, match=r"mouse ü\.mp4 is no longer at .*data"):
        find_input(record, run)


def test_a_folder_is_found_by_name_and_bytes(project: Path, run: Path) -> None:
    folder = project / "data" / "raw"
    (folder / "a.png").write_bytes(b"picture")
    record = record_of(folder)
    there = folder.rename(project / "session" / "raw")
    assert find_input(record, run) == there
    (there / "a.png").write_bytes(b"another")
    with pytest.raises(BadInput, match="raw has changed"):
        find_input(record, run)


def test_a_record_without_a_quick_digest_is_found_by_name_alone(
    video: Path, run: Path, project: Path
) -> None:
    record = replace(record_of(video), quick="")
    video.rename(project / "data" / "raw" / video.name)
    assert find_input(record, run) == project / "data" / "raw" / video.name
    (project / "data" / "raw" / video.name).rename(project / "data" / "renamed.mp4")
    with pytest.raises(BadInput, match="no longer"):
        find_input(record, run)


def test_a_record_without_a_hash_is_not_called_changed(video: Path, run: Path) -> None:
    with pytest.raises(BadInput, match="did not record"):
        find_input(replace(record_of(video), sha256=""), run)


def test_the_search_has_an_end(
    video: Path, run: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_of(video)
    video.rename(project / "data" / "z.mp4")
    (project / "data" / "loop").symlink_to(project / "data" / "loop")
    assert find_input(record, run) == project / "data" / "z.mp4"
    monkeypatch.setattr(moved, "MOST_ENTRIES", 2)
    with pytest.raises(BadInput, match="no longer"):
        find_input(record, run)


def test_the_search_can_be_cancelled(video: Path, run: Path, project: Path) -> None:
    record = record_of(video)
    video.rename(project / "data" / "z.mp4")

    def cancelled() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        find_input(record, run, cancelled)
