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
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZES = ((1280, 800), (1920, 1080))
MODES = ("dark", "light")
PATIENCE_S = 180
#: A live agent is watched so long.
LIVE_S = 6.0


def main(videos: list[Path]) -> None:
    """Open the window, show each tab, and keep what it looks like."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        _picture_all(videos)


def _picture_all(videos: list[Path]) -> None:
    from engine.registry import systems
    from gui.app import make_application, make_window

    application = make_application()
    camera = Camera(make_window(application))
    window = camera.window
    camera.wait(lambda: window.warm.warm_up.done, 0.5)
    if not videos:
        pictures = ROOT / "docs" / "pictures"
        for system in (item.name for item in systems() if item.tab and item.name != "behavior"):
            for mode in MODES:
                window.settings.update(theme=mode)
                camera.run_example(system)
                camera.keep_loop(system, mode)
        for mode in MODES:
            window.settings.update(theme=mode)
            camera.embed(lambda: window.open_example("behavior"))
            camera.keep_loop("behavior", mode)
        camera.shoot(pictures, "behavior")
        window.show_tab("home")
        camera.shoot(pictures, "home")
    for video in videos:
        camera.embed(partial(camera.open_and_embed, video))
        camera.shoot(ROOT / "out" / "pictures", video.stem)
    window.close()


class Camera:
    """Drives a window and keeps what it looks like."""

    def __init__(self, window: Any) -> None:
        self.window = window
        window.show()

    def wait(self, condition: Callable[[], bool], extra_s: float = 0.0) -> None:
        """Let the window work until something holds, and a little longer."""
        from PySide6.QtWidgets import QApplication

        deadline = time.perf_counter() + PATIENCE_S
        while not condition():
            QApplication.processEvents()
            time.sleep(0.005)
            if time.perf_counter() > deadline:
                raise TimeoutError("the window did not get there")
        settled = time.perf_counter() + extra_s
        while time.perf_counter() < settled:
            QApplication.processEvents()
            time.sleep(0.005)

    def shoot(self, folder: Path, name: str) -> None:
        """Save the window in both themes and sizes."""
        folder.mkdir(parents=True, exist_ok=True)
        for mode, (width, height) in product(MODES, SIZES):
            self.window.settings.update(theme=mode)
            self.window.resize(width, height)
            self.wait(lambda: True, 0.8)
            path = folder / f"{name}_{mode}_{width}.png"
            self.window.grab().save(str(path))
            print(path)

    def run_example(self, system: str) -> None:
        """Open a system's example and watch its job: to the end, or for a while if it is live."""
        jobs = self.window.workspace.jobs
        before = len(jobs.jobs)
        self.window.open_example(system)
        self.wait(lambda: len(jobs.jobs) > before)
        job = jobs.jobs[-1]
        self.wait(lambda: job.status().step > 0 or job.ended)
        watched = time.perf_counter() + LIVE_S
        live = job.request.experiment.lane == "interactive"
        self.wait(lambda: job.ended or (live and time.perf_counter() > watched), 1.5)
        if not job.ended:
            job.cancel()
            self.wait(lambda: job.ended)

    def keep_loop(self, system: str, mode: str) -> None:
        """Ship what the last job left as the moving picture of a method's card."""
        from gui.thumbnails import save_strip

        path = ROOT / "assets" / "thumbnails" / f"{system}-{mode}.png"
        save_strip(tuple(self.window.workspace.thumbnails.frames(system)), path)
        print(path)

    def open_and_embed(self, video: Path) -> None:
        """Open a recording as if it had been dropped, and press Embed."""
        # Several tabs take videos: the one in view has it without being asked.
        self.window.show_tab("behavior")
        self.window.open_paths([video])
        self.wait(lambda: "behavior" in self.window.tabs)
        tab = self.window.tabs["behavior"]
        self.wait(lambda: tab._file is not None and tab._file.path == video, 0.3)
        self.window.commands.run("behavior.embed")

    def embed(self, start: Callable[[], None]) -> None:
        """Start a job by `start`, wait for its end, and move the cursor to a third."""
        jobs = self.window.workspace.jobs
        before = len(jobs.jobs)
        start()
        self.wait(lambda: len(jobs.jobs) > before)
        job = jobs.jobs[-1]
        self.wait(lambda: job.ended, 1.0)
        tab = self.window.tabs["behavior"]
        tab.selection.index = len(tab._recording.times_s) // 3
        tab.clear_selection()


if __name__ == "__main__":
    main([Path(word).resolve() for word in sys.argv[1:]])
