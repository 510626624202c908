"""What the keyboard can do in the Behavior tab."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.errors import PeerscopeError
from gui.commands import Command
from gui.tabs.behavior_links import copy_command

if TYPE_CHECKING:
    from gui.tabs.behavior import BehaviorTab


def start_lasso(tab: BehaviorTab) -> None:
    """Begin a lasso in the cloud that is on show; `PeerscopeError` where there is none."""
    view = {"Embedding": tab.embedding.view, "Map": tab.study.map.view}.get(tab.pages.shown)
    if view is None:
        raise PeerscopeError("A lasso is drawn in a cloud: show the page Map or Embedding first.")
    if not view.can_lasso:
        raise PeerscopeError(f"There are no points to draw round on {tab.pages.shown} yet.")
    view.start_lasso()


def commands_of(tab: BehaviorTab) -> tuple[Command, ...]:
    """Commands that exist while the tab is there."""
    menu = "Behavior"
    return (
        Command(
            "behavior.embed",
            "Embed",
            tab.embed,
            "Ctrl+Return",
            menu,
            enabled=lambda: not tab.running,
        ),
        Command("behavior.play", "Play or pause", tab.toggle_play, "Space", menu, icon="play"),
        Command("behavior.copy", "Copy the command", partial(copy_command, tab), "", menu),
        Command("behavior.lasso", "Lasso", partial(start_lasso, tab), "L", menu, icon="lasso"),
        Command(
            "behavior.clear",
            "Clear the selection",
            tab.clear_selection,
            "Esc",
            menu,
            enabled=tab.can_clear,
        ),
        Command("behavior.next", "Next frame", partial(tab.step_by, 1), ".", menu),
        Command("behavior.previous", "Previous frame", partial(tab.step_by, -1), ",", menu),
        Command("behavior.map", "Make map", tab.study.run_map, "", menu),
        Command("behavior.motifs", "Find motifs", tab.study.run_motifs, "", menu),
        Command(
            "behavior.evaluate",
            "Evaluate",
            tab.evaluate,
            "",
            menu,
            enabled=lambda: not tab.trials.running,
        ),
        Command("behavior.note", "Add note", tab.recordings.add_note, "N", menu, "notes"),
        Command("behavior.pair", "Pair recordings and poses…", tab.recordings.pair, "", menu),
        Command("behavior.proxy", "Make proxy", tab.recordings.sources.make_proxy, "", menu),
        Command("behavior.left", "Fold the left column", tab.side.toggle, "F7", menu, "fold"),
        Command("behavior.right", "Fold the right column", tab.results.toggle, "F8", menu, "fold"),
        Command("behavior.save", "Save results…", tab.save_results, "", menu, "save", "save"),
    )
