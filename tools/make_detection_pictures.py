"""Regenerate the pictures of the Detection tab from the real window.

    python tools/make_detection_pictures.py [STREET_VIDEO]

Without a video the drawn street is shown. Pictures go to ``docs/pictures``; those of a video are
named after it, so give only one that may be published.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import make_pictures
from make_pictures import ROOT, Camera

PICTURES = ROOT / "docs" / "pictures"


def main(videos: list[Path]) -> None:
    """Open the window, detect, and keep what it looks like."""
    # A detector on a processor takes its time.
    make_pictures.PATIENCE_S = 3600
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        _picture(videos)


def _picture(videos: list[Path]) -> None:
    from gui.app import make_application, make_window

    application = make_application()
    camera = Camera(make_window(application))
    window = camera.window
    camera.wait(lambda: window.warm.warm_up.done, 0.5)
    window.show_tab("detection")
    camera.wait(lambda: "detection" in window.tabs)
    tab = window.tabs["detection"]
    if videos:
        _of_video(camera, tab, videos[0])
    else:
        _of_street(camera, tab)
    window.close()


def _of_street(camera: Camera, tab: Any) -> None:
    tab.open_example()
    _finished(camera, tab)
    camera.wait(lambda: tab.desk.first.review.curve is not None, 0.5)
    tab.selection.index = 30
    camera.wait(lambda: tab._shown == 30, 0.5)
    tab.picture.chosen.emit(int(tab.picture.first.people.rows[0]), False)
    tab.controls.set_view("split")
    camera.wait(lambda: tab.desk.second.review is not None, 0.5)
    camera.shoot(PICTURES, "detection_split")


def _of_video(camera: Camera, tab: Any, video: Path) -> None:
    camera.window.open_paths([video])
    camera.wait(lambda: tab.recording is not None and tab.recording.path == video, 0.3)
    tab.controls.form.set_values({"stride": 5})
    tab.controls.set_score(0.7)
    tab.detect()
    _finished(camera, tab)
    tab.selection.index = 100
    camera.wait(lambda: tab._shown == 100, 0.5)
    camera.shoot(PICTURES, f"detection_{video.stem}")


def _finished(camera: Camera, tab: Any) -> None:
    """Wait until the run has ended and every frame is reviewed."""
    camera.wait(lambda: tab._job is not None)
    camera.wait(lambda: tab._job.ended, 0.5)
    frames = int(tab._job.result.metrics["frames"])
    camera.wait(lambda: len(tab.desk.boxes.raw) == frames)
    camera.wait(lambda: tab.desk.first.review is not None, 0.5)


if __name__ == "__main__":
    main([Path(word).resolve() for word in sys.argv[1:]])
