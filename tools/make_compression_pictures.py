"""Regenerate the pictures of the Compression page from the real window.

    python tools/make_compression_pictures.py [MATRIX]

Without a matrix the product's own phantom is shown and pictures go to ``out/pictures``; those in
``docs/pictures`` show the camera photograph of scikit-image (CC0), whose path is then given.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def main(matrices: list[Path]) -> None:
    """Open a matrix, compress it, sweep, search, and keep what it looks like."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        _picture(matrices)


def _picture(matrices: list[Path]) -> None:
    from make_pictures import Camera

    from gui.app import make_application, make_window

    camera = Camera(make_window(make_application()))
    window = camera.window
    camera.wait(lambda: window.warm.warm_up.done, 0.5)
    # Several tabs take images: the one in view has them without being asked.
    window.show_tab("compression")
    camera.wait(lambda: "compression" in window.tabs, 0.2)
    if matrices:
        window.open_paths(matrices[:1])
    else:
        window.open_example("compression")
    tab: Any = window.tabs["compression"]
    camera.wait(lambda: tab._opened is not None, 0.5)
    for command in ("compression.run", "compression.sweep", "compression.recommend"):
        camera.wait(lambda: _idle(window), 1.0)
        window.commands.run(command)
    camera.wait(lambda: _idle(window), 2.0)
    camera.wait(lambda: not window.notes.notes, 0.2)
    folder = ROOT / ("docs/pictures" if matrices else "out/pictures")
    camera.shoot(folder, "compression")
    window.close()


def _idle(window: Any) -> bool:
    return all(job.ended for job in window.workspace.jobs.jobs)


if __name__ == "__main__":
    main([Path(word).resolve() for word in sys.argv[1:]])
