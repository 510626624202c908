"""A process to be killed: it imports once, then forks a child for each repetition.

    python -m tests.drills.killed save|job SEED REPETITIONS FOLDER

Each child works in its own folder and says through a pipe what it has finished; the parent
kills it with SIGKILL at a moment drawn from the seed, looks at what lies there, and writes one
line of JSON for each repetition.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

from engine.errors import BadInput
from engine.results import read_history, read_result
from engine.run import Run, RunRequest
from engine.session import PREVIOUS_NAME, Session, read_newest, save_session
from engine.unfinished import read_unfinished
from tests.engine.fakes import CountParams, counting

#: What a job says when it has ended.
_ENDED = 10**9
_WORD = struct.Struct("<qd")
Say = Callable[[int], None]


def save(folder: Path, say: Say) -> None:
    """Keep one session after the other, and say the number of each when it is kept."""
    number = 0
    while True:
        number += 1
        padding = {"padding": "x" * (number * 397 % 20_000)}
        save_session(Session(title=str(number), tabs={"a": {"state": padding}}), folder)
        say(number)


def job(folder: Path, say: Say) -> None:
    """Run a job, and say the number of each step when it is shown."""
    experiment = counting(lambda step, ctx: None)
    params = CountParams(count=400, pause_s=0.001)
    run = Run(RunRequest(experiment, (), params), folder, watch=lambda shown: say(shown.step))
    run.execute()
    say(_ENDED)


def look_at_save(folder: Path, said: list[tuple[int, float]], killed: float) -> dict[str, object]:
    """Both generations are whole, and the newest is at least what was said to be kept."""
    try:
        read = read_newest(folder)
    except BadInput as error:
        return {"kept": 0, "said": said[-1][0] if said else 0, "fault": error.sentence}
    previous = folder / PREVIOUS_NAME
    older = json.loads(previous.read_text()) if previous.exists() else {"title": "0"}
    kept = int(read.session.title)
    return {
        "kept": kept,
        "said": said[-1][0] if said else 0,
        "older": int(older["title"]),
        "told": read.told,
    }


def look_at_job(folder: Path, said: list[tuple[int, float]], killed: float) -> dict[str, object]:
    """The folder tells what it is, and holds every step that was shown."""
    try:
        status = read_result(folder).status
    except BadInput as error:
        status = "interrupted" if "was interrupted" in error.sentence else error.sentence
    rows = read_history(folder) if (folder / "metrics.csv").exists() else ()
    begun = read_unfinished(folder)
    shown = [step for step, _ in said if step < _ENDED]
    return {
        "status": status,
        "steps": [step for step, _ in rows] == list(range(1, len(rows) + 1)),
        "sums": [values["sum"] for _, values in rows] == [float(s) for s, _ in rows],
        "rows": len(rows),
        "shown": max(shown, default=0),
        "began": bool(said),
        "again": begun is not None and begun.experiment == "fake.count",
    }


def repeat(work: Callable[[Path, Say], None], folder: Path, delay_s: float):  # type: ignore[no-untyped-def]
    """Do `work` in a child and kill it after a while; returns what it said, and when it died."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(here)

        def say(number: int) -> None:
            os.write(there, _WORD.pack(number, time.monotonic()))

        try:
            work(folder, say)
        finally:
            os._exit(0)
    os.close(there)
    said: list[tuple[int, float]] = []
    deadline = time.monotonic() + delay_s
    while (left := deadline - time.monotonic()) > 0:
        if select.select([here], [], [], left)[0]:
            words = os.read(here, 4096)
            if not words:
                break
            said += _WORD.iter_unpack(words)
    os.kill(child, signal.SIGKILL)
    killed = time.monotonic()
    os.waitpid(child, 0)
    while words := os.read(here, 4096):
        said += _WORD.iter_unpack(words)
    os.close(here)
    return said, killed


def main(what: str, seed: int, repetitions: int, folder: Path) -> None:
    """Kill again and again, and tell what was found each time."""
    draw = random.Random(seed)
    work, look = {"save": (save, look_at_save), "job": (job, look_at_job)}[what]
    longest = {"save": 0.15, "job": 0.7}[what]
    for number in range(repetitions):
        place = folder / f"{number:04d}"
        place.mkdir(parents=True)
        said, killed = repeat(work, place, draw.uniform(0.0, longest))
        sys.stdout.write(json.dumps(look(place, said, killed)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
