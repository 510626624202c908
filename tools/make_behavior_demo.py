"""Make what the demo of the Behavior tab opens: two recordings with poses, and their codes.

    python tools/make_behavior_demo.py

The recordings are the product's own; ``behavior.apply`` codes them with the weights that
``tools/make_behavior_weights.py`` trained. Everything goes to ``assets/behavior/demo/``, so that
the demo is there at once.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.behavior.demo import SHIPPED, demo_recordings, demo_requests
from engine.run import Run

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write the recordings, code them, and keep the tables."""
    shutil.rmtree(SHIPPED, ignore_errors=True)
    demo_recordings(SHIPPED)
    (request,) = demo_requests(SHIPPED)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        result = Run(request, folder, keep_figures=False).execute()
        if result.status != "done":
            raise SystemExit(result.message)
        keep(folder, SHIPPED / "results")


def keep(folder: Path, target: Path) -> None:
    """The tables and what they are; no path of the machine that made them."""
    told = json.loads((folder / "result.json").read_text("utf-8"))
    told["artifacts"] = [name for name in told["artifacts"] if name.endswith(".h5")]
    for item in told["inputs"]:
        item["path"] = item["name"]
    command = told["command"].replace(str(folder), "out/demo")
    told["command"] = command.replace(f"{ROOT}/", "")
    for name in told["artifacts"]:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target / name)
    (target / "result.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
