"""A full disk and a folder that becomes read-only: one sentence, and what was there stays."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.archive import read_archive, write_archive
from engine.cli.main import main
from engine.context import Context
from engine.errors import PeerscopeError
from engine.jobs import Jobs
from engine.results import read_history, read_result
from engine.run import Run, RunRequest
from engine.session import FILE_NAME, Session, TabState, new_run_folder, read_newest, save_session
from engine.session_lock import SessionLock
from tests.drills.mounts import read_only, small_disk
from tests.engine.fakes import CountParams, counting
from tests.engine.test_jobs import Recorder, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as place:
        yield place


def fill(place: Path) -> None:
    """Leave no byte free."""
    with (place / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return


def one_sentence(text: str) -> bool:
    return "\n" not in text and "Traceback" not in text and text.endswith(".")


def test_a_full_disk_keeps_the_session_that_was_there(disk: Path) -> None:
    folder = disk / "session"
    for number in range(3):
        save_session(Session(title=f"kept {number}"), folder)
    fill(disk)
    big = TabState(state={"x": "y" * 50_000})
    with pytest.raises(PeerscopeError) as told:
        save_session(Session(title="lost", tabs={"a": big}), folder)
    assert "no space left on device" in told.value.sentence
    assert one_sentence(told.value.sentence)
    read = read_newest(folder)
    assert read.session.title == "kept 2"
    assert read.told == ""
    assert not list(folder.glob("*.part"))
    (disk / "filler").unlink()
    save_session(Session(title="again", tabs={"a": big}), folder)
    assert read_newest(folder).session.title == "again"


def test_a_disk_that_fills_during_a_job_is_a_sentence_and_keeps_the_history(disk: Path) -> None:
    folder = disk / "run"

    def on_step(step: int, ctx: Context) -> None:
        if step == 5:
            ctx.artifact("big.bin").write_bytes(b"\0" * 2_000_000)

    listener = Recorder()
    jobs = Jobs(listener)
    job = jobs.submit(RunRequest(counting(on_step), (), CountParams()), folder, "count")
    until(lambda: job.ended)
    assert jobs.close(5)
    assert job.status().state == "failed"
    assert "no space left on device" in job.status().message
    assert one_sentence(job.status().message)
    (folder / "big.bin").unlink()
    rows = read_history(folder)
    assert [step for step, _ in rows] == list(range(1, len(rows) + 1))


def test_a_disk_that_is_full_before_a_job_refuses_it(disk: Path) -> None:
    fill(disk)
    with pytest.raises(PeerscopeError) as told:
        Run(RunRequest(counting(), (), CountParams()), disk / "run").execute()
    assert one_sentence(told.value.sentence)
    session = disk / "session"
    with pytest.raises(PeerscopeError):
        SessionLock(session).acquire()


def test_an_archive_on_a_full_disk_is_a_sentence_and_leaves_nothing(
    disk: Path, tmp_path: Path
) -> None:
    import random

    folder = tmp_path / "session"
    run = new_run_folder(folder, "a.b")
    (run / "weights.bin").write_bytes(random.Random(0).randbytes(600_000))
    save_session(Session(), folder)
    with pytest.raises(PeerscopeError, match="no space left"):
        write_archive(folder, disk / "x.peerscope")
    assert list(disk.iterdir()) == []
    path = write_archive(folder, tmp_path / "x.peerscope")
    with pytest.raises(PeerscopeError, match="than there is room for"):
        read_archive(path, disk / "session")
    assert list(disk.iterdir()) == []


def test_the_command_line_on_a_full_disk(
    disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(disk)
    monkeypatch.setattr("engine.registry.experiment", lambda name: counting())
    assert main(["run", "fake.count", "--out", str(disk / "run")]) == 2
    told = capsys.readouterr().err
    assert one_sentence(told.strip())
    assert len(told.splitlines()) == 1


def test_a_folder_that_becomes_read_only_is_a_sentence_and_stays_readable(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def on_step(step: int, ctx: Context) -> None:
        if step == 5:
            ctx.artifact("late.bin").write_bytes(b"\0")

    folder.mkdir()
    held = []

    def lock_it(step: int, ctx: Context) -> None:
        if step == 4:
            stack = read_only(folder)
            stack.__enter__()
            held.append(stack)
        on_step(step, ctx)

    jobs = Jobs(Recorder())
    job = jobs.submit(RunRequest(counting(lock_it), (), CountParams()), folder, "count")
    try:
        until(lambda: job.ended)
        assert jobs.close(5)
        assert job.status().state == "failed"
        message = job.status().message
        assert one_sentence(message)
        assert "choose another folder" in message
        rows = read_history(folder)
        assert [step for step, _ in rows] == list(range(1, len(rows) + 1))
        with pytest.raises(PeerscopeError, match="was interrupted"):
            read_result(folder)
    finally:
        for stack in held:
            stack.__exit__(None, None, None)


def test_a_session_folder_that_becomes_read_only_keeps_what_it_has(tmp_path: Path) -> None:
    save_session(Session(title="kept"), tmp_path)
    with read_only(tmp_path):
        with pytest.raises(PeerscopeError) as told:
            save_session(Session(title="lost"), tmp_path)
        assert one_sentence(told.value.sentence)
        assert read_newest(tmp_path).session.title == "kept"
        with pytest.raises(PeerscopeError) as refused:
            new_run_folder(tmp_path, "a.b")
        assert one_sentence(refused.value.sentence)
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME]
