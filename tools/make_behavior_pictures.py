"""Regenerate the pictures of maps, motifs, redrawing, training and scores from the real window.

    python tools/make_behavior_pictures.py
    python tools/make_behavior_pictures.py --steps 700 VIDEO POSES

Without files the demo is shown, and a small DBE is trained on and scored with its first recording;
pictures go to ``docs/pictures``. With files the same is done on them; their pictures go to
``out/pictures``, which is not tracked.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LATENT_PAGES, TRAINED_PAGES = ("Map", "Motifs", "Redraw"), ("Training", "Scores")


def main() -> None:
    """Show latents, find motifs, and keep what each page looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        _picture([path.resolve() for path in options.files], options.steps)


def _picture(files: list[Path], steps: int) -> None:
    import tools.make_pictures as pictures
    from gui.app import make_application, make_window

    # A network is trained here.
    pictures.PATIENCE_S = 1800
    camera = pictures.Camera(make_window(make_application()))
    window = camera.window
    camera.wait(lambda: window.warm.warm_up.done, 0.5)
    window.show_tab("behavior")
    camera.wait(lambda: "behavior" in window.tabs)
    tab = window.tabs["behavior"]
    folder = ROOT / ("out" if files else "docs") / "pictures"
    stem = files[0].stem if files else "latents"
    if files:
        window.open_paths(files)
        camera.wait(lambda: tab.recordings.pose_file is not None, 1.0)
        _train(camera, tab, steps)
    else:
        tab.open_demo()
    camera.wait(lambda: tab.study.map.figure is not None, 0.5)
    tab.study.motif_column.form.set_values({"method": "kmeans", "motifs": 8})
    tab.study.run_motifs()
    camera.wait(lambda: "motif" in tab.study.map.coloring_names, 0.5)
    tab.seek(len(tab._recording.times_s) // 3)
    _shoot(camera, tab, folder, stem, LATENT_PAGES)
    if not files:
        _train(camera, tab, steps)
    tab.evaluate()
    camera.wait(lambda: tab.trials._job is not None and tab.trials._job.ended, 1.0)
    _shoot(camera, tab, folder, stem, TRAINED_PAGES)
    window.close()


def _shoot(camera: Any, tab: Any, folder: Path, stem: str, pages: tuple[str, ...]) -> None:
    for page in pages:
        tab.side.show_column(page if page in ("Map", "Motifs") else "Embed")
        tab.pages.show_page(page)
        camera.shoot(folder, f"{stem}_{page.lower()}")


def _train(camera: Any, tab: Any, steps: int) -> None:
    """Embed the recording on show with DBE."""
    tab.form.form.set_values({"method": "dbe", "crop": "egocentric", "steps": steps})
    tab.embed()
    camera.wait(lambda: tab._job is not None and tab._job.ended, 0.5)


if __name__ == "__main__":
    main()
