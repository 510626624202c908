"""One window a session, and no lock that outlives its window."""

import json
import os
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine import session_lock
from engine.session_lock import FILE_NAME, HeldError, Holder, SessionLock, holder_of

ROOT = Path(__file__).parents[2]
HOLD = """
    import sys, time
    from pathlib import Path
    from engine.session_lock import SessionLock, HeldError
    lock = SessionLock(Path(sys.argv[1]))
    try:
        lock.acquire()
    except HeldError as error:
        print("refused " + error.sentence, flush=True)
    else:
        print("held", flush=True)
        time.sleep(float(sys.argv[2]))
        lock.release()
"""


def holding(folder: Path, seconds: float = 60.0) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", textwrap.dedent(HOLD), str(folder), str(seconds)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ended(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_it_is_taken_and_let_go(tmp_path: Path) -> None:
    lock = SessionLock(tmp_path / "session")
    assert lock.acquire() is None
    assert lock.held
    holder = holder_of(lock.folder)
    assert holder is not None
    assert holder.alive
    assert holder.pid == os.getpid()
    lock.release()
    assert holder_of(lock.folder) is None
    assert not (lock.folder / FILE_NAME).exists()


def test_a_second_process_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    first = holding(tmp_path)
    try:
        assert said(first) == "held"
        with pytest.raises(HeldError, match="open in another window") as told:
            SessionLock(tmp_path).acquire()
        assert f"process {first.pid}" in told.value.sentence
        assert "\n" not in told.value.sentence
    finally:
        ended(first)
    left = SessionLock(tmp_path)
    before = left.acquire()
    assert before is not None
    assert before.pid == first.pid
    assert not before.alive
    left.release()


def test_of_many_at_once_one_has_it(tmp_path: Path) -> None:
    # A lock of a dead process stands there, which each of them must take over.
    (tmp_path / FILE_NAME).write_text(json.dumps(_gone()))
    several = [holding(tmp_path) for _ in range(4)]
    try:
        answers = [said(process) for process in several]
    finally:
        for process in several:
            ended(process)
    assert sum(answer == "held" for answer in answers) == 1
    assert sum(answer.startswith("refused") for answer in answers) == 3


def test_a_reused_process_number_holds_nothing(tmp_path: Path) -> None:
    other = {**_here(), "pid": os.getppid(), "began": "1"}
    (tmp_path / FILE_NAME).write_text(json.dumps(other))
    assert SessionLock(tmp_path).acquire() is not None


def test_a_lock_from_before_the_machine_was_started_again_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(json.dumps({**_here(), "boot": "another"}))
    assert SessionLock(tmp_path).acquire() is not None


def test_a_lock_of_another_machine_is_believed(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(
        json.dumps({**_here(), "host": "elsewhere", "machine": "another", "pid": 1})
    )
    with pytest.raises(HeldError, match="on elsewhere"):
        SessionLock(tmp_path).acquire()


def test_a_machine_that_was_renamed_knows_its_own_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_lock, "machine", lambda: "this one")
    (tmp_path / FILE_NAME).write_text(json.dumps({**_gone(), "host": "before", "boot": "another"}))
    lock = SessionLock(tmp_path)
    assert lock.acquire() is not None
    # The window that has it open is alive, and lets go under the new name.
    monkeypatch.setattr(session_lock.platform, "node", lambda: "after")
    holder = holder_of(tmp_path)
    assert holder is not None
    assert holder.alive
    assert " on " not in holder.told
    lock.release()
    assert holder_of(tmp_path) is None


def test_a_lock_is_let_go_after_a_renaming_where_no_machine_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_lock, "machine", lambda: "")
    lock = SessionLock(tmp_path)
    lock.acquire()
    monkeypatch.setattr(session_lock.platform, "node", lambda: "after")
    lock.release()
    assert holder_of(tmp_path) is None


def test_what_may_be_the_same_on_two_machines_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_lock.uuid, "getnode", lambda: 0x010000000001)
    assert session_lock.machine() == ""
    monkeypatch.setattr(session_lock.uuid, "getnode", lambda: 0x02_42_AC_11_00_02)
    monkeypatch.setattr(session_lock.sys, "platform", "linux")
    monkeypatch.setattr(session_lock.os, "readlink", lambda path: "pid:[4026532200]")
    assert session_lock.machine() == ""


def test_a_lock_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    earlier = {name: value for name, value in _here().items() if name != "machine"}
    (tmp_path / FILE_NAME).write_text(json.dumps(earlier))
    holder = holder_of(tmp_path)
    assert holder is not None
    assert holder.alive


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "\0\0"])
def test_half_a_lock_holds_nothing(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    lock = SessionLock(tmp_path)
    assert lock.acquire() is None
    lock.release()


def test_a_change_of_the_wall_clock_moves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = SessionLock(tmp_path)
    lock.acquire()
    holder = holder_of(tmp_path)
    for jump in (-86400.0, 86400.0):
        monkeypatch.setattr(time, "time", lambda jump=jump: 1.7e9 + jump)
        assert holder is not None
        assert holder.alive
    lock.release()


def _here() -> dict[str, object]:
    here = Holder.here()
    return {name: getattr(here, name) for name in Holder.__slots__}


def _gone() -> dict[str, object]:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return {**_here(), "pid": process.pid, "began": "1"}


def test_a_lock_that_cannot_be_taken_away_names_nobody_after_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_use(*_: object, **__: object) -> None:
        raise PermissionError

    lock = SessionLock(tmp_path)
    lock.acquire()
    monkeypatch.setattr(Path, "unlink", in_use)
    lock.release()
    assert (tmp_path / FILE_NAME).exists()
    assert holder_of(tmp_path) is None
    monkeypatch.undo()
    assert SessionLock(tmp_path).acquire() is None


def test_a_start_that_was_rounded_the_other_way_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_lock.sys, "platform", "darwin")
    monkeypatch.setattr(session_lock, "boot", lambda: "29000001")
    monkeypatch.setattr(session_lock, "process_start", lambda pid: "1740000001")
    here = Holder.here()
    assert replace(here, boot="29000000", began="1740000000").alive
    assert not replace(here, boot="28999000").alive
    monkeypatch.setattr(session_lock, "process_start", lambda pid: "")
    assert not here.alive
