"""Pictures of recordings for the documentation: overlay, measures, pairing dialog, project list.

python tools/picture_recordings.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from make_pictures import ROOT, Camera

#: (stem, seed, scene, twins, animal, condition)
_STUDY = (
    ("m01_day1", 1, 0, ("slp",), "m01", "saline"),
    ("m01_day2", 2, 0, ("dlc_csv",), "m01", "drug"),
    ("m02_day1", 3, 1, ("analysis",), "m02", "saline"),
    ("m02_day2", 4, 1, ("slp",), "m02", "drug"),
    ("m03_day1", 5, 3, (), "m03", "saline"),
)


def main() -> None:
    """Make a study of synthetic recordings, open it, and keep what it looks like."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        study = Path(places) / "study"
        _write(study)
        _picture(study)


def _write(study: Path) -> None:
    from engine.behavior.data import write_pair

    for stem, seed, scene, twins, _, _ in _STUDY:
        write_pair(study, stem, seconds=8, seed=seed, scene=scene, twins=twins)


def _picture(study: Path) -> None:
    from gui.app import make_application, make_window

    application = make_application()
    camera = Camera(make_window(application))
    window = camera.window
    camera.wait(lambda: window.warm.warm_up.done, 0.5)
    window.show_tab("behavior")
    window.open_paths([study])
    camera.wait(lambda: "behavior" in window.tabs)
    tab = window.tabs["behavior"]
    camera.wait(lambda: tab._recording is not None, 1.0)
    _fill(camera, tab)
    pictures = ROOT / "docs" / "pictures"
    camera.shoot(pictures, "recordings")
    tab.recordings.column._scroll.verticalScrollBar().setValue(560)
    camera.shoot(pictures, "measuring")
    _pairing(camera, tab, study, pictures)
    window.close()


def _fill(camera: Camera, tab: Any) -> None:
    from engine.behavior.project import Edit

    recordings = tab.recordings
    for at, (_, _, _, _, animal, condition) in enumerate(_STUDY):
        before = recordings.project
        after = before.changed(at, animal=animal, condition=condition)
        recordings._do("groups", Edit(before, after))
    recordings.drawing.calibrate(((22, 160), (298, 160)), 90.0)
    recordings.drawing.add_region("ellipse", True, ((22, 22), (298, 298)))
    recordings.drawing.add_region("rectangle", False, ((60, 60), (150, 140)))
    for start, stop, label in ((1.2, 2.3, "groom"), (3.0, 4.1, "chase"), (4.1, 4.9, "sing")):
        tab._on_range(start, stop)
        recordings.noting._on_note(label, "animal 1", "")
    tab.clear_selection()
    tab.selection.index = 100
    camera.wait(lambda: recordings._readings is not None, 1.5)
    camera.window.notes.clear()


def _pairing(camera: Camera, tab: Any, study: Path, pictures: Path) -> None:
    """One pair is wrong on purpose: the poses of another recording."""
    from engine.behavior.project import Edit
    from engine.session import FilePath
    from gui.recordings.pairing_dialog import PairingDialog

    recordings = tab.recordings
    wrong = FilePath.of(study / "m02_day2.slp", recordings.folder)
    before = recordings.project
    recordings._do("pairing", Edit(before, before.changed(4, poses=wrong)))
    for mode in ("dark", "light"):
        camera.window.settings.update(theme=mode)
        dialog = PairingDialog(
            recordings.project,
            recordings._candidates,
            recordings.folder,
            recordings.workspace.background,
            tab,
        )
        dialog.open()
        camera.wait(lambda d=dialog: "made on" in d._told(4).text(), 1.5)
        path = pictures / f"pairing_{mode}.png"
        dialog.grab().save(str(path))
        print(path)
        dialog.close()
        camera.wait(lambda: True, 0.3)


if __name__ == "__main__":
    main()
