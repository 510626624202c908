"""Without a display: one sentence and exit code 2, before Qt can end the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui.display import why_no_window

ROOT = Path(__file__).parents[2]
NAMES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")


def start(*words: str, **named: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(
        [sys.executable, "main.py", *words],
        cwd=ROOT,
        env=kept | named,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@linux
@pytest.mark.parametrize(
    "named",
    [
        {},
        {"DISPLAY": ""},
        {"DISPLAY": ":4711"},
        {"DISPLAY": "no display"},
        {"WAYLAND_DISPLAY": "wayland-4711"},
        {"QT_QPA_PLATFORM": "xcb"},
        {"QT_QPA_PLATFORM": "wayland;xcb", "DISPLAY": ":4711"},
    ],
)
def test_nothing_to_open_a_window_on_is_one_line(named: dict[str, str]) -> None:
    sentence = why_no_window(named)
    assert "no display" in sentence
    assert "main.py run" in sentence


@linux
@pytest.mark.parametrize("words", [(), ("lst",), ("--demo",), ("recording.mp4",)])
def test_the_door_says_so_and_opens_nothing(words: tuple[str, ...]) -> None:
    done = start(*words, DISPLAY=":4711")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == why_no_window({}) + "\n"


def test_commands_need_no_display() -> None:
    assert start("list", "--json").returncode == 0


@linux
def test_the_display_of_these_tests_is_seen() -> None:
    assert why_no_window() == ""


@linux
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:enable_fonts", "vnc"])
def test_platforms_without_a_display_are_let_through(platform: str) -> None:
    assert why_no_window({"QT_QPA_PLATFORM": platform}) == ""
