"""Projects: what is in a folder, who belongs together, and few files open at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.behavior.data import write_pair
from engine.behavior.project import Project, in_folder
from engine.errors import BadInput
from engine.files.pool import Pool


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_a_folder_is_listed_without_opening_anything(tmp_path) -> None:
    touch(tmp_path, "b.mp4", "a.avi", "aDLC_net.h5", "b.slp", "notes.txt", ".c.mp4", "s/1.png",
          "s/2.png", "empty/readme.md", "stack.tif")  # fmt: skip
    project = Project().with_paths(in_folder(tmp_path), tmp_path)
    assert [entry.name for entry in project.entries] == ["a.avi", "b.mp4", "stack.tif", "s"]
    poses = [entry.poses and Path(entry.poses.absolute).name for entry in project.entries]
    assert poses == ["aDLC_net.h5", "b.slp", None, None]
    again = project.with_paths(in_folder(tmp_path), tmp_path)
    assert again == project
    assert Project.model_validate_json(project.model_dump_json()) == project


def test_one_video_and_one_pose_file_belong_together(tmp_path) -> None:
    touch(tmp_path, "a.mp4", "predictions.slp", "b.mp4")
    paths = [tmp_path / "a.mp4", tmp_path / "predictions.slp"]
    (entry,) = Project().with_paths(paths, tmp_path).entries
    assert entry.poses is not None
    more = Project().with_paths([*paths, tmp_path / "b.mp4"], tmp_path)
    assert [item.poses for item in more.entries] == [None, None]


def test_folders_without_recordings_give_one_sentence(tmp_path) -> None:
    touch(tmp_path, "a.txt")
    with pytest.raises(BadInput, match="holds no recordings"):
        in_folder(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        in_folder(tmp_path / "nothing")


def test_groups_and_changes(tmp_path) -> None:
    touch(tmp_path, *(f"m{k}.mp4" for k in range(4)))
    project = Project().with_paths(in_folder(tmp_path), tmp_path)
    for at, animal in enumerate(["x", "y", "x", ""]):
        project = project.changed(at, animal=animal)
    assert project.groups("animal") == {"x": (0, 2), "y": (1,), "": (3,)}
    shifted = project.changed(1, offset=-7, stride=2)
    assert shifted.entries[1].mapping.to_pose(-5) == 1
    assert len(shifted.without(0).entries) == 3
    assert project.entries[1].offset == 0


class Handle:
    opened, closed = 0, 0

    def __init__(self, path: Path) -> None:
        self.path = path
        self.users = 0
        type(self).opened += 1

    def close(self) -> None:
        type(self).closed += 1


def test_the_pool_keeps_the_last_used_and_shares_nothing() -> None:
    Handle.opened = Handle.closed = 0
    pool = Pool(3, Handle)
    paths = [Path(str(k)) for k in range(6)]
    for path in paths:
        with pool.borrowed(path):
            pass
    assert (len(pool), Handle.opened, Handle.closed) == (3, 6, 3)
    with pool.borrowed(paths[5]) as one, pool.borrowed(paths[5]) as two:
        assert one is not two
    assert Handle.opened == 7

    def use() -> None:
        for k in range(200):
            with pool.borrowed(paths[k % 6]) as handle:
                handle.users += 1
                assert handle.users == 1
                handle.users -= 1

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pool) <= 3
    pool.close()
    assert Handle.opened == Handle.closed


def test_recordings_are_opened_when_borrowed(tmp_path) -> None:
    write_pair(tmp_path, "pair", seconds=1, seed=0, twins=("slp",))
    project = Project().with_paths(in_folder(tmp_path), tmp_path)
    (entry,) = project.entries
    pool = Pool(2)
    with pool.borrowed(Path(entry.path.absolute)) as source:
        assert source.frame_count == 30
    with pool.borrowed(Path(entry.poses.absolute)) as poses:
        assert poses.tracks == ("animal 1", "animal 2")
    pool.close()


def test_a_file_that_changed_is_opened_anew(tmp_path) -> None:
    Handle.opened = Handle.closed = 0
    path = tmp_path / "a"
    path.write_bytes(b"one")
    pool = Pool(3, Handle)
    with pool.borrowed(path) as first:
        pass
    with pool.borrowed(path) as again:
        assert again is first
    path.write_bytes(b"longer")
    with pool.borrowed(path) as other:
        assert other is not first
    assert (Handle.opened, Handle.closed, len(pool)) == (2, 1, 1)
    taken = pool.take(path)
    path.write_bytes(b"while it is in use")
    pool.give_back(path, taken)
    with pool.borrowed(path) as newest:
        assert newest is not taken
    assert (Handle.opened, Handle.closed) == (3, 2)


def test_what_was_worked_on_is_told_from_what_was_only_listed(tmp_path: Path) -> None:
    project = Project().with_paths([tmp_path / "m.mp4"], tmp_path)
    assert project.entries[0].untouched
    assert not project.changed(0, mm_per_px=0.5).entries[0].untouched
    assert not project.changed(0, fingerprint={"frames": 3}).entries[0].untouched
