"""Small disks that fill up, and folders that may no longer be written: real ones where allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size: str = "256k") -> Iterator[Path]:
    """A tmpfs of that size; skips where it may not be mounted."""
    place.mkdir(parents=True, exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing may be made, renamed or removed in a folder, also not by root."""
    if os.geteuid() == 0:
        _run("chattr", "+i", str(folder))
        try:
            yield
        finally:
            subprocess.run(["chattr", "-i", str(folder)], check=False)
        return
    mode = folder.stat().st_mode
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(mode)


def _run(*words: str) -> None:
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"{words[0]} is not allowed here: {done.stderr.strip()}")
