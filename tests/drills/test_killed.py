"""`kill -9` at random moments of a save and of a job: what lies there is whole and recent."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and kills as POSIX does")


def drill(what: str, seed: int, repetitions: int, folder: Path) -> list[dict[str, Any]]:
    words = [sys.executable, "-m", "tests.drills.killed", what]
    words += [str(seed), str(repetitions), str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == repetitions
    return found


def check_saves(found: list[dict[str, Any]]) -> None:
    for item in found:
        if item["said"] == 0 and "fault" in item:
            assert "holds no session" in item["fault"], item
            continue
        assert "fault" not in item, item
        # What was said to be kept is there, or something newer; and never a damaged one.
        assert item["kept"] >= item["said"], item
        assert item["told"] == "", item
        assert item["kept"] - item["older"] in (0, 1), item
    assert sum(item["said"] > 1 for item in found) > len(found) // 3


def check_jobs(found: list[dict[str, Any]]) -> None:
    for item in found:
        assert item["steps"], item
        assert item["sums"], item
        assert item["rows"] >= item["shown"], item
        if item["status"] != "done":
            ended_early = not item["began"] and "holds no result.json" in item["status"]
            assert ended_early or (item["status"] == "interrupted" and item["again"]), item
    assert sum(item["status"] == "interrupted" for item in found) > len(found) // 3


def test_a_save_that_is_killed_leaves_a_whole_session(tmp_path: Path) -> None:
    check_saves(drill("save", seed=1, repetitions=40, folder=tmp_path))


def test_a_job_that_is_killed_leaves_a_readable_folder(tmp_path: Path) -> None:
    check_jobs(drill("job", seed=2, repetitions=20, folder=tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_many_saves_that_are_killed(seed: int, tmp_path: Path) -> None:
    check_saves(drill("save", seed, repetitions=400, folder=tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [21, 22])
def test_many_jobs_that_are_killed(seed: int, tmp_path: Path) -> None:
    check_jobs(drill("job", seed, repetitions=150, folder=tmp_path))
