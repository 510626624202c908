from __future__ import annotations

from dataclasses import replace

import pytest

from engine.job_status import JobStatus
from gui.job_text import duration_text, grouped, progress_text

RUNNING = JobStatus(1, "Embedding", "behavior.embed", "batch", "running", seconds=80.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (64.4, "1:04"),
        (59.6, "1:00"),
        (3600, "1:00:00"),
        (7389, "2:03:09"),
        (-1, "0:00"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_grouped() -> None:
    assert grouped(412331) == "412\u202f331"
    assert grouped(900) == "900"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"step": 558, "total": 900, "remaining_s": 64.0}, "step 558 / 900 · 1:04 left"),
        ({"step": 558, "total": 900}, "step 558 / 900 · 1:20"),
        ({"step": 558}, "step 558 · 1:20"),
        ({"step": 5, "total": 9, "note": "decoding"}, "step 5 / 9 · 1:20 · decoding"),
        ({"step": 5, "total": 9, "counts": "frame"}, "frame 5 / 9 · 1:20"),
        ({"seconds": 0.0}, "starting"),
        ({"seconds": 7.0, "note": "playing"}, "0:07 · playing"),
        ({"state": "paused", "step": 5, "total": 9, "remaining_s": 4.0}, "paused · step 5 / 9"),
        ({"state": "cancelling", "step": 5}, "cancelling · step 5"),
        ({"state": "queued"}, "queued"),
        ({"state": "waiting", "note": "loading torch"}, "waiting: loading torch"),
        ({"state": "done"}, "done after 1:20"),
        ({"state": "cancelled"}, "cancelled after 1:20"),
        ({"state": "failed", "message": "Disk full."}, "failed"),
    ],
)
def test_progress(changes: dict[str, object], text: str) -> None:
    assert progress_text(replace(RUNNING, **changes)) == text  # type: ignore[arg-type]
