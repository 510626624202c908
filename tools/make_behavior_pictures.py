"""Regenerate the pictures of maps, motifs, redrawing and scores from the real window.

    python tools/make_behavior_pictures.py [--steps N] [VIDEO POSES]

Without a video the product's own recordings are shown and pictures go to ``docs/pictures``;
pictures of other recordings go to ``out/pictures``, which is not tracked.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("Training", "Map", "Motifs", "Redraw", "Scores")


def main() -> None:
    """Embed with DBE, find motifs, and keep what each page looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        own = not options.files
        files = [path.resolve() for path in options.files] or _own(Path(places) / "dishes")
        folder = ROOT / ("docs" if own else "out") / "pictures"
        _picture(files, folder, "latents" if own else files[0].stem, options.steps)


def _own(folder: Path) -> list[Path]:
    """Two recordings of the product's own, with poses: the same kind of dish in two scenes."""
    from engine.behavior.data import write_pair

    for number, name in enumerate(("white dish", "infrared")):
        write_pair(folder, name, seconds=20, seed=7 + number, scene=number, twins=("analysis",))
    return sorted(folder.iterdir())


def _picture(files: list[Path], folder: Path, name: str, steps: int) -> None:
    from gui.app import make_application, make_window
    from tools.make_pictures import Camera

    camera = Camera(make_window(make_application()))
    window = camera.window
    camera.wait(lambda: window.warm.warm_up.done, 0.5)
    window.show_tab("behavior")
    camera.wait(lambda: "behavior" in window.tabs)
    tab = window.tabs["behavior"]
    window.open_paths(files)
    camera.wait(lambda: tab._recording is not None and tab.recordings.pose_file is not None, 1.0)
    tab.side.show_column("Embed")
    tab.form.form.set_values({"method": "dbe", "crop": "egocentric", "steps": steps})
    tab.embed()
    camera.wait(lambda: tab._job is not None and tab._job.ended)
    camera.wait(lambda: tab.study.map.figure is not None, 0.5)
    tab.study.run_motifs()
    camera.wait(lambda: "motif" in tab.study.map.coloring_names, 0.5)
    tab.evaluate()
    camera.wait(lambda: tab.trials._job is not None and tab.trials._job.ended, 0.5)
    tab.seek(len(tab._recording.times_s) // 3)
    for page in PAGES:
        column = page if page in ("Map", "Motifs") else "Embed"
        tab.side.show_column(column)
        tab.pages.show_page(page)
        camera.shoot(folder, f"{name}_{page.lower()}")
    window.close()


if __name__ == "__main__":
    main()
