"""What the person does in `tools/soak.py`: one small thing after the other, drawn from a seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent

from engine.errors import PeerscopeError
from gui.window import Window

TABS = ("home", "behavior", "agents", "compression", "detection")
SIZES = ((1280, 800), (1600, 1000), (1100, 720), (1900, 1100))
#: Jobs that are started at once, and how many moves a scrub has.
_MOST_JOBS, _MOVES = 2, 25


class Person:
    """Uses a window.

    Parameters
    ----------
    window, recordings, out
        The window, videos to drop, and a folder for what is saved and exported.
    seed
        The same seed does the same things; what comes of them also depends on the machine.
    """

    def __init__(self, window: Window, recordings: list[Path], out: Path, seed: int) -> None:
        self.window = window
        self.did: Counter[str] = Counter()
        self._recordings = recordings
        self._out = out
        self._draw = random.Random(seed)
        self._scrub: list[int] = []
        self._scrubbing = QTimer(window, interval=20)
        self._scrubbing.timeout.connect(self._move)
        self._acts: dict[Callable[[], None], int] = {
            self.drop: 3,
            self.embed: 6,
            self.scrub: 10,
            self.lasso: 8,
            self.play: 5,
            self.switch_tab: 12,
            self.fold: 6,
            self.change_theme: 3,
            self.cancel: 4,
            self.undo: 6,
            self.redo: 4,
            self.edit: 6,
            self.agents: 4,
            self.shuffle: 3,
            self.compression: 3,
            self.detection: 2,
            self.save: 2,
            self.export: 2,
            self.palette: 3,
            self.job_list: 2,
            self.resize: 2,
            self.tell: 1,
        }

    def act(self) -> str:
        """Do one thing; its name."""
        (chosen,) = self._draw.choices(list(self._acts), list(self._acts.values()))
        name = chosen.__name__
        try:
            chosen()
        except PeerscopeError:
            # What a button would have shown as a note.
            name = f"{name} (refused)"
        self.did[name] += 1
        return name

    def rest(self) -> None:
        """Cancel everything, stop playing, and go home."""
        self._scrubbing.stop()
        for job in self._live():
            job.cancel()
        behavior = self.window.tabs.get("behavior")
        if behavior is not None:
            behavior.playback.stop()
        detection = self.window.tabs.get("detection")
        if detection is not None:
            detection.playback.stop()
        self.window.palette_box.hide()
        self.window.notes.clear()
        self.window.show_tab("home")

    @property
    def at_rest(self) -> bool:
        """True when no job runs."""
        return not self._live()

    def pause_s(self) -> float:
        """How long the person waits before the next thing."""
        return self._draw.uniform(0.1, 1.0)

    def drop(self) -> None:
        """Drop a video on the window while its tab is shown."""
        self.window.show_tab("behavior")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self._draw.choice(self._recordings)))])
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        place = QPointF(400, 300)
        event = QDropEvent(place, Qt.DropAction.CopyAction, data, buttons, keys)
        self.window.dropEvent(event)

    def embed(self) -> None:
        """Press Embed, unless enough runs."""
        tab = self._behavior()
        if tab is not None and len(self._live()) < _MOST_JOBS:
            self.window.show_tab("behavior")
            self.window.commands.run("behavior.embed")

    def scrub(self) -> None:
        """Drag along the timeline."""
        tab = self._behavior()
        if tab is None:
            return
        self.window.show_tab("behavior")
        last = tab._recording.readable_frames - 1
        ends = [self._draw.randrange(last) for _ in range(2)]
        self._scrub = np.linspace(*ends, _MOVES).astype(int).tolist()
        self._scrubbing.start()

    def lasso(self) -> None:
        """Draw a lasso over the points, and let it be."""
        tab = self._behavior()
        if tab is None or "embedding" not in tab.results.figures:
            return
        last = len(tab.embedding._frames)
        start = self._draw.randrange(max(1, last - 40))
        picked = np.arange(start, min(last, start + self._draw.randrange(5, 40)))
        tab.embedding.view.lassoed.emit(picked)

    def play(self) -> None:
        """Play, or stop."""
        if self._behavior() is not None:
            self.window.show_tab("behavior")
            self.window.commands.run("behavior.play")

    def switch_tab(self) -> None:
        """Look at another tab."""
        known = [name for name in TABS if name == "home" or self.window.has_tab(name)]
        self.window.show_tab(self._draw.choice(known))

    def fold(self) -> None:
        """Fold a side column, or unfold it."""
        if "behavior" in self.window.tabs:
            self.window.show_tab("behavior")
            self.window.commands.run(self._draw.choice(("behavior.left", "behavior.right")))

    def change_theme(self) -> None:
        """Light or dark."""
        self.window.commands.run(f"view.theme-{self._draw.choice(('light', 'dark'))}")

    def cancel(self) -> None:
        """Cancel a job."""
        self.window.commands.run("jobs.cancel")

    def undo(self) -> None:
        """Undo."""
        self.window.commands.run("edit.undo")

    def redo(self) -> None:
        """Redo."""
        self.window.commands.run("edit.redo")

    def edit(self) -> None:
        """Change a parameter of the embedding, as a hand does."""
        tab = self.window.tabs.get("behavior")
        if tab is None:
            return
        before, after = tab.form.form.values()["latent"], self._draw.choice((3, 4, 6, 8))
        tab.form.form.set_values({"latent": after})
        tab.form.form.edited.emit("latent", before, after)

    def agents(self) -> None:
        """Open the example agent, or end the one that plays."""
        tab = self.window.tabs.get("agents")
        playing = tab is not None and tab.live_job is not None and not tab.live_job.ended
        if playing:
            tab.live_job.cancel()
        elif len(self._live()) < _MOST_JOBS:
            self.window.open_example("agents")

    def shuffle(self) -> None:
        """Shuffle the senses of an agent that plays."""
        if "agents" in self.window.tabs:
            self.window.show_tab("agents")
            self.window.commands.run("agents.shuffle")

    def compression(self) -> None:
        """Open the example matrix, and compress it."""
        if len(self._live()) < _MOST_JOBS:
            self.window.open_example("compression")

    def detection(self) -> None:
        """Open the example street."""
        if len(self._live()) < _MOST_JOBS:
            self.window.open_example("detection")

    def save(self) -> None:
        """Save the session."""
        self.window.commands.run("file.save-session")

    def export(self) -> None:
        """Export a figure over the last one."""
        tab = self._behavior()
        figure = tab.results.figures.get("embedding") if tab is not None else None
        if figure is not None:
            ending = self._draw.choice(("svg", "pdf", "png"))
            self.window.workspace.export(figure, self._out / f"figure.{ending}")

    def palette(self) -> None:
        """Open the command palette, or close it."""
        if self.window.palette_box.isVisible():
            self.window.palette_box.hide()
        else:
            self.window.show_palette()

    def job_list(self) -> None:
        """Show the list of jobs, or hide it."""
        self.window.commands.run("jobs.list")

    def resize(self) -> None:
        """Make the window larger or smaller."""
        self.window.resize(*self._draw.choice(SIZES))

    def tell(self) -> None:
        """Drop something that is no file of ours."""
        path = self._out / "nothing.mp4"
        path.write_text("nothing")
        self.window.open_paths([path])

    def _behavior(self) -> Any:
        tab = self.window.tabs.get("behavior")
        return tab if tab is not None and tab._recording is not None else None

    def _live(self) -> list[Any]:
        return [job for job in self.window.workspace.jobs.jobs if not job.ended]

    def _move(self) -> None:
        tab = self._behavior()
        if not self._scrub or tab is None:
            self._scrubbing.stop()
            return
        frame = self._scrub.pop(0)
        tab.time.line.sought.emit(min(frame, tab._recording.readable_frames - 1))
