"""Small recordings for tests."""

from pathlib import Path

from engine.behavior.data import write_recording


def short_recording(folder: Path, seconds: float = 4.0) -> Path:
    path = folder / "mouse é 1.mp4"
    write_recording(path, seconds=seconds, seed=1)
    return path
