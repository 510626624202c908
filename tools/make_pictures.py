"""Regenerate the pictures of the documentation from the real window.

    python tools/make_pictures.py [VIDEO ...]

Without a video the product's own synthetic recording is shown and pictures go to
``docs/pictures``. Pictures of other recordings go to ``out/pictures``, which is not tracked.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = ((1280, 800), (1920, 1080))
MODES = ("dark", "light")
PATIENCE_S = 180


def main(videos: list[Path]) -> None:
    """Open the window, show each tab, and keep what it looks like."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        _picture_all(videos)


def _picture_all(videos: list[Path]) -> None:
    from PySide6.QtWidgets import QApplication

    from gui.app import make_application, make_window

    application = make_application()
    window = make_window(application)
    window.show()

    def wait(condition: Callable[[], bool], extra_s: float = 0.0) -> None:
        deadline = time.perf_counter() + PATIENCE_S
        while not condition():
            QApplication.processEvents()
            time.sleep(0.01)
            if time.perf_counter() > deadline:
                raise TimeoutError("the window did not get there")
        settled = time.perf_counter() + extra_s
        while time.perf_counter() < settled:
            QApplication.processEvents()
            time.sleep(0.005)

    def shoot(folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for mode in MODES:
            window.settings.update(theme=mode)
            for width, height in SIZES:
                window.resize(width, height)
                wait(lambda: True, 0.8)
                path = folder / f"{name}_{mode}_{width}.png"
                window.grab().save(str(path))
                print(path)

    def embed(start: Callable[[], None]) -> None:
        before = len(window.workspace.jobs.jobs)
        start()
        wait(lambda: len(window.workspace.jobs.jobs) > before)
        job = window.workspace.jobs.jobs[-1]
        wait(lambda: job.ended, 1.0)
        tab = window.tabs["behavior"]
        count = len(tab._recording.times_s)
        tab.selection.index = count // 3
        tab.clear_selection()

    wait(lambda: window.warm.warm_up.done, 0.5)
    if not videos:
        pictures = ROOT / "docs" / "pictures"
        embed(lambda: window.open_example("behavior"))
        shoot(pictures, "behavior")
        window.show_tab("home")
        window.home.refresh_cards()
        shoot(pictures, "home")
    for video in videos:

        def open_and_embed(video: Path = video) -> None:
            window.open_paths([video])
            wait(lambda: "behavior" in window.tabs)
            tab = window.tabs["behavior"]
            wait(lambda: tab._file is not None and tab._file.path == video, 0.3)
            window.commands.run("behavior.embed")

        embed(open_and_embed)
        shoot(ROOT / "out" / "pictures", video.stem)
    window.close()


if __name__ == "__main__":
    main([Path(word).resolve() for word in sys.argv[1:]])
