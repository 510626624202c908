"""Train the small DBE of the demo on the product's own recordings, and write it as float16.

    python tools/make_behavior_weights.py [--steps N] [--work FOLDER]

Synthetic recordings of two animals, four stories in two scenes, both animals of each: 16 sessions
in one training by ``behavior.embed``. The weights go to
``assets/behavior/dbe_two_animals.safetensors``. On the recordings of the demo, which show one
other story in both scenes, it prints how far pose and scene are apart.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.behavior.demo import TRAINED, WEIGHTS, demo_recordings, training_recordings
from engine.behavior.experiments import EMBED
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.run import Run, RunRequest


def main() -> None:
    """Write the recordings, train, and keep the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=TRAINED["steps"])
    parser.add_argument("--work", type=Path, default=Path("out/behavior-weights"))
    options = parser.parse_args()
    pairs = training_recordings(options.work / "recordings")
    files = [InputFile("video", identify(video)) for video, _ in pairs]
    files += [InputFile("poses", identify(poses)) for _, poses in pairs]
    params = EMBED.params(**{**TRAINED, "steps": options.steps})
    request = RunRequest(EMBED, tuple(files), params)
    result = Run(request, options.work / "run", keep_figures=False).execute()
    if result.status != "done":
        raise SystemExit(result.message)
    for name, value in sorted(result.metrics.items()):
        print(f"{name}: {value:.4f}")
    keep(options.work / "run" / "weights.safetensors", options.steps)
    for name, value in measured_on_demo(options.work).items():
        print(f"demo {name}: {value:.5f}")


def keep(path: Path, steps: int) -> None:
    """Halve the weights and say how they came about."""
    from engine.behavior.models import EmbedderFile, load_network, save_network

    file = EmbedderFile.read(path)
    facts = {
        **file.facts,
        "command": f"python tools/make_behavior_weights.py --steps {steps}",
        "source": "the product's own recordings of two animals: four stories in two scenes",
    }
    WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    save_network(load_network(file), file.design, WEIGHTS, facts, file.crop, half=True)
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e6:.2f} MB")


def measured_on_demo(work: Path) -> dict[str, float]:
    """Errors and consistency of the weights that ship, on every frame of the demo."""
    import numpy as np

    from engine.behavior import disentangling, inference, measured
    from engine.behavior.models import EmbedderFile, load_network
    from engine.behavior.prepare import analysis_size, prepare
    from engine.context import Context
    from engine.files.identify import open_file

    params = EMBED.params(method="dbe", crop="egocentric", track="all")
    (work / "measured").mkdir(exist_ok=True)
    ctx = Context(params, work / "measured")
    pairs: Any = [[open_file(identify(path)) for path in pair] for pair in demo_recordings()]
    prepared = last_of(prepare(pairs, ctx, params, analysis_size(params), 0))
    network = load_network(EmbedderFile.read(WEIGHTS))
    sessions = prepared.sessions
    # Sessions are animal 1 and 2 of the one scene, then of the other.
    pairing = [(0, 2), (2, 0), (1, 3), (3, 1)]
    code = measured.of_network(network, prepared, ctx.check)
    codes = code.codes
    own = [
        inference.redraw_error(
            network,
            codes[k],
            inference.context_map(network, one.context),
            inference.Some(one.frames, np.arange(len(one.frames))),
            ctx.check,
        )
        for k, one in enumerate(sessions)
    ]
    return {
        **code.values,
        "own_mse": float(np.mean(own)),
        "swap_mse": disentangling.swap_error(network, codes, sessions, pairing, ctx.check),
        "unchanged_mse": disentangling.unchanged_error(sessions, pairing, ctx.check),
        "paired_r2": disentangling.consistency(codes, sessions, pairing),
        "session_accuracy": disentangling.told_apart(codes, sessions),
    }


def last_of(stages: Generator[Any, None, Any]) -> Any:
    """What a generator returns; what it yields is let go."""
    while True:
        try:
            next(stages)
        except StopIteration as end:
            return end.value


if __name__ == "__main__":
    main()
