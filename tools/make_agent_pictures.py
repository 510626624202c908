"""Regenerate the pictures of docs/agents.md from the real window.

    python tools/make_agent_pictures.py [MODEL ...]

Without a model the CartPole agent of the product plays, shuffled, beside itself in order. Each
MODEL is an agent; two joined by a comma play side by side. The agents are shuffled, and Pong's
and CarRacing's invariant ones lose a third of their patches.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHOTS = (("dark", 1280, 800), ("light", 1280, 800), ("light", 1920, 1080), ("dark", 1920, 1080))
SECONDS = 6.0


def main(words: list[str]) -> None:
    """Open the window, let each agent play, and keep what it looks like."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
    with tempfile.TemporaryDirectory() as places:
        for name in ("CONFIG", "CACHE", "DATA"):
            os.environ[f"PEERSCOPE_{name}_DIR"] = str(Path(places) / name.lower())
        from make_pictures import Camera

        from gui.app import make_application, make_window

        camera = Camera(make_window(make_application()))
        camera.wait(lambda: camera.window.warm.warm_up.done, 0.5)
        for word in words or ["own"]:
            picture(camera, word)
        camera.window.close()


def picture(camera: Any, word: str) -> None:
    """One agent, or a pair, in every theme and size."""
    from engine.agents.worlds import FACTS

    window = camera.window
    paths = [Path(part) for part in word.split(",")]
    if word == "own":
        window.open_example("agents")
    else:
        window.open_paths(paths)
    camera.wait(lambda: "agents" in window.tabs)
    tab = window.tabs["agents"]
    if word == "own":
        tab.column.form.set_values({"companion": "unshuffled"})

    def playing() -> bool:
        if tab._agent is None or (word != "own" and tab._agent.path != paths[0]):
            return False
        figure = tab.live.scene.view.figure
        title = FACTS[tab._agent.spec.environment].title
        return figure is not None and figure.title == title

    camera.wait(playing, 3.0)
    tab.shuffle()
    tab.restart()
    name = tab._agent.spec.name
    if name in ("carracing_pi", "puzzle_pong"):
        tab.column.form.set_values({"occlusion": 0.3})
    camera.wait(lambda: True, SECONDS)
    folder = ROOT / "docs" / "pictures"
    for mode, width, height in SHOTS:
        window.settings.update(theme=mode)
        window.resize(width, height)
        camera.wait(lambda: True, 0.8)
        path = folder / f"agents_{name}_{mode}_{width}.png"
        window.grab().save(str(path))
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
