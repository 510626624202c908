"""A window in a process of its own, to be killed.

    python -m tests.drills.window_driver use RECORDING
    python -m tests.drills.window_driver restore

``use`` opens a recording, embeds it, and then moves the cursor ten times a second, saying each
move; ``restore`` presses Restore on Home and says how everything stands when it has settled.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from gui.app import make_application, make_window, prepare_process


def say(**words: Any) -> None:
    """A line of JSON."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def when(application: Any, condition: Callable[[], bool], patience_s: float = 120.0) -> None:
    """Let the window work until something holds."""
    end = time.monotonic() + patience_s
    while not condition():
        application.processEvents()
        time.sleep(0.005)
        if time.monotonic() > end:
            raise TimeoutError


def use(application: Any, window: Any, recording: Path) -> None:
    """Work until killed."""
    window.show_tab("behavior")
    window.open_paths([recording])
    when(application, lambda: "behavior" in window.tabs)
    tab = window.tabs["behavior"]
    when(application, lambda: tab._recording is not None)
    tab.form.form.set_values({"latent": 3})
    tab.embed()
    first = tab._job
    when(application, lambda: first.ended)
    say(event="embedded", run=first.folder.name, folder=str(window.workspace.folder))
    tab.form.form.set_values({"latent": 5, "stride": 1})
    tab.embed()
    tab._job.pause()
    moves = QTimer(window, interval=100)

    def move() -> None:
        tab.selection.index = (tab.selection.index + 1) % tab._recording.readable_frames
        say(event="moved", index=tab.selection.index, at=time.monotonic())

    moves.timeout.connect(move)
    moves.start()
    application.exec()


def restore(application: Any, window: Any) -> None:
    """Press Restore, wait, and tell."""
    when(application, lambda: bool(window.home._recovery))
    (card,) = window.home._recovery.values()
    say(event="offered", words=card.accessibleName())
    card.restore_button.click()
    when(application, lambda: "behavior" in window.tabs)
    tab = window.tabs["behavior"]
    when(application, lambda: tab._job is not None)
    index = tab.selection.index
    job = tab._job
    when(application, lambda: job.ended)
    say(
        event="restored",
        index=index,
        state=job.status().state,
        latent=job.request.params.latent,
        run=job.folder.name,
    )
    window.close()


def main(words: list[str]) -> None:
    """Open the window and do what is asked."""
    prepare_process()
    application = make_application()
    window = make_window(application)
    window.show()
    when(application, lambda: window.warm.warm_up.done)
    if words[0] == "use":
        use(application, window, Path(words[1]))
    else:
        restore(application, window)


if __name__ == "__main__":
    main(sys.argv[1:])
