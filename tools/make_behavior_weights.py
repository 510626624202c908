"""Train the small DBE of the demo on the product's own recordings, and write it as float16.

    python tools/make_behavior_weights.py [--steps N] [--work FOLDER]

Two synthetic recordings of two animals, one a scene, both animals of each: four sessions in one
training by ``behavior.embed``. The weights go to ``assets/behavior/dbe_two_animals.safetensors``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.behavior.demo import WEIGHTS, training_recordings
from engine.behavior.experiments import EMBED
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.run import Run, RunRequest


def main() -> None:
    """Write the recordings, train, and keep the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--work", type=Path, default=Path("out/behavior-weights"))
    options = parser.parse_args()
    pairs = training_recordings(options.work / "recordings")
    files = [InputFile("video", identify(video)) for video, _ in pairs]
    files += [InputFile("poses", identify(poses)) for _, poses in pairs]
    params = EMBED.params(
        method="dbe",
        latent=8,
        crop="egocentric",
        track="all",
        split="blocked300",
        steps=options.steps,
        baselines=False,
    )
    request = RunRequest(EMBED, tuple(files), params)
    result = Run(request, options.work / "run", keep_figures=False).execute()
    if result.status != "done":
        raise SystemExit(result.message)
    for name, value in sorted(result.metrics.items()):
        print(f"{name}: {value:.4f}")
    keep(options.work / "run" / "weights.safetensors", options.steps)


def keep(path: Path, steps: int) -> None:
    """Halve the weights and say how they came about."""
    from engine.behavior.models import EmbedderFile, load_network, save_network

    file = EmbedderFile.read(path)
    facts = {
        **file.facts,
        "command": f"python tools/make_behavior_weights.py --steps {steps}",
        "source": "the product's own synthetic recordings of two animals, two scenes",
    }
    WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    save_network(load_network(file), file.design, WEIGHTS, facts, file.crop, half=True)
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
