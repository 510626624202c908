"""What a finished run has shown, read back from its results folder."""

from __future__ import annotations

from pathlib import Path

from engine.figures.store import load
from engine.results import read_history, read_result
from gui.bridge import Update


def stored_update(run: Path) -> Update:
    """Everything a finished run has shown, from its results folder."""
    names = [str(figure["name"]) for figure in read_result(run).figures]
    figures = {name: load(run / "figures" / f"{name}.npz") for name in names}
    return Update(0, read_history(run), figures)
