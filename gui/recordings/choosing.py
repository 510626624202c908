"""The dialogs that ask for recordings and poses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from engine.behavior.project import in_folder
from engine.errors import PeerscopeError

if TYPE_CHECKING:
    from gui.recordings.controller import Recordings

_POSES = "Poses (*.slp *.h5 *.csv *.nwb)"


def choose_files(owner: Recordings) -> None:
    """Ask for recordings and poses, and add them to the list."""
    paths, _ = QFileDialog.getOpenFileNames(owner.window, "Add recordings and poses")
    if paths:
        owner.add([Path(path) for path in paths], open_first=owner.current < 0)


def choose_folder(owner: Recordings) -> None:
    """Ask for a folder, and add its recordings to the list; errors as `in_folder`."""
    path = QFileDialog.getExistingDirectory(owner.window, "Add a folder of recordings")
    if path:
        owner.add(in_folder(Path(path)), open_first=owner.current < 0)


def choose_poses(owner: Recordings) -> None:
    """Ask for other poses of the open recording.

    Raises
    ------
    PeerscopeError
        No recording is open.
    """
    if owner.entry is None:
        raise PeerscopeError("Open a recording first, then choose its poses.")
    start = str(Path(owner.entry.path.absolute).parent)
    path, _ = QFileDialog.getOpenFileName(owner.window, "Poses", start, _POSES)
    if path:
        owner.use_poses(Path(path))
