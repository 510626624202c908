"""`kill -9` of the window: it is offered, restored, begun again, and at most 10 s are lost."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine.behavior.data import write_recording
from engine.session import read_newest

ROOT = Path(__file__).parents[2]
LOST_S = 10.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs Xvfb and SIGKILL"),
    pytest.mark.skipif(not os.environ.get("DISPLAY"), reason="needs a display"),
]


def driver(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.drills.window_driver", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def lines(process: subprocess.Popen[str], event: str) -> list[dict[str, Any]]:
    """What it says, up to an event."""
    assert process.stdout is not None
    found = []
    for line in process.stdout:
        found.append(json.loads(line))
        if found[-1]["event"] == event:
            break
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_window_that_is_killed_comes_back(seed: int, tmp_path: Path) -> None:
    recording = tmp_path / "mouse.mp4"
    write_recording(recording, seconds=20, seed=seed)
    first = driver("use", str(recording))
    assert first.stdout is not None
    (embedded,) = lines(first, "embedded")
    time.sleep(random.Random(seed).uniform(9.0, 14.0))
    first.kill()
    killed = time.monotonic()
    first.wait()
    moves = [json.loads(line) for line in first.stdout if line.endswith("}\n")]
    first.stdout.close()
    folder = Path(embedded["folder"])
    session = read_newest(folder).session
    assert session.runs == (embedded["run"],)
    assert [item.run for item in session.pending] == ["0002-behavior.embed"]
    kept = session.tabs["behavior"].state["index"]
    safe = [item["index"] for item in moves if item["at"] < killed - LOST_S]
    assert kept >= max(safe, default=0)
    assert moves[-1]["index"] > 10
    second = driver("restore")
    (offered, restored) = lines(second, "restored")
    second.wait(30)
    assert second.stdout is not None
    second.stdout.close()
    assert second.returncode == 0
    assert "1 finished run is kept" in offered["words"]
    assert "Will be done again: Embedding mouse.mp4" in offered["words"]
    assert restored == {
        "event": "restored",
        "index": kept,
        "state": "done",
        "latent": 5,
        "run": "0003-behavior.embed",
    }
    after = read_newest(folder).session
    assert after.pending == ()
    assert after.runs == (embedded["run"], "0003-behavior.embed")
