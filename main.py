"""Peerscope. ``python main.py --help`` tells what it takes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper


def main(words: Sequence[str]) -> int:
    """Run a command headless, or open the window."""
    _write_any_letter()
    # It would look for plugins of its own in every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from engine.cli.main import NAMES
    from engine.cli.main import main as command

    if words and (words[0] in NAMES or words[0] in ("-h", "--help")):
        return command(words)
    from gui.display import why_no_window

    sentence = why_no_window()
    if sentence:
        sys.stderr.write(sentence + "\n")
        return 2
    # What imports leave is no garbage; the window's own collector begins once it is up.
    gc.disable()
    from gui.app import start

    return start(words)


def _write_any_letter() -> None:
    """Marks such as "●" go into a file too where its encoding (cp1252) has none of them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
