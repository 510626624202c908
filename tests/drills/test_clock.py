"""Clock jumps: nothing that measures a duration reads the clock on the wall."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

from engine.history import Change, History
from engine.jobs import Jobs
from engine.run import RunRequest
from engine.session import Session, read_newest, save_session
from tests.engine.fakes import CountParams, counting
from tests.engine.test_jobs import Recorder, until
from tests.walls import sources

ROOT = Path(__file__).parents[2]
#: What reads the clock on the wall to tell a person when something was.
_DATES = ("datetime.datetime.now", "datetime.now")
#: Files whose dates are named, not reckoned with.
WALL_TIME = {"time.time", "time.localtime", "time.gmtime", "datetime.datetime.utcnow"}


def test_no_duration_is_read_from_the_wall_clock_and_no_date_is_subtracted() -> None:
    found = []
    for source in sources(ROOT, "engine", "gui", "main.py"):
        named = [(name, call) for name, call in source.calls if name in WALL_TIME]
        found += [f"{source.place}:{call.lineno}: {name}" for name, call in named]
        for node in ast.walk(source.tree):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
                sides = [node.left, node.right]
                named = [source.dotted(s.func) for s in sides if isinstance(s, ast.Call)]
                if any(name in _DATES for name in named):
                    found.append(f"{source.place}:{node.lineno}")
    assert found == []


@pytest.mark.parametrize("jump_s", [-86_400.0, 86_400.0])
def test_remaining_time_and_undo_do_not_see_a_jump(
    jump_s: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs(Recorder())
    params = CountParams(count=60, pause_s=0.01)
    job = jobs.submit(RunRequest(counting(), (), params), tmp_path, "count")
    until(lambda: job.status().step > 5)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jump_s)
    values: dict[str, int] = {}
    history = History()
    history.remember(Change("a", 0, 1, values.__setitem__))
    history.remember(Change("a", 1, 2, values.__setitem__))
    while not job.ended:
        remaining = job.status().remaining_s
        assert remaining is None or 0 <= remaining < 60
        assert 0 <= job.status().seconds < 60
        time.sleep(0.01)
    assert jobs.close(5)
    # One change, as without the jump.
    assert history.undo()
    assert values == {"a": 0}
    assert job.result is not None
    assert 0 < job.result.seconds < 60


def test_a_session_kept_before_the_clock_was_set_back_is_still_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datetime as datetime_module

    from engine import session as engine_session

    class Past(datetime_module.datetime):
        @classmethod
        def now(cls, tz: datetime_module.tzinfo | None = None) -> datetime_module.datetime:
            return cls(2001, 1, 1, tzinfo=datetime_module.UTC)

    save_session(Session(title="first"), tmp_path)
    monkeypatch.setattr(engine_session, "datetime", Past)
    save_session(Session(title="second"), tmp_path)
    assert read_newest(tmp_path).session.title == "second"
    (tmp_path / "session.json").write_text("")
    assert read_newest(tmp_path).session.title == "first"
