"""The example recording of the Behavior tab, written on first use."""

from __future__ import annotations

from pathlib import Path

_SECONDS = 40.0
_NAME = "head-fixed mouse (synthetic).mp4"


def example_recording(folder: Path) -> Path:
    """The synthetic recording in `folder`, written there if it is missing."""
    path = folder / _NAME
    if not path.exists():
        from engine.behavior.data import write_recording

        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / "unfinished.mp4"
        write_recording(unfinished, seconds=_SECONDS, seed=0)
        unfinished.replace(path)
    return path
