"""The demo: recordings the product makes itself, and weights trained on them by a committed tool.

``tools/make_behavior_weights.py`` trains the weights on recordings of other seeds than those the
demo shows, so that what it shows was never learned from. ``tools/make_behavior_demo.py`` makes
the recordings and their codes that ship with the product, so that the demo opens at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.run import RunRequest

_ASSETS = Path(__file__).resolve().parents[2] / "assets" / "behavior"
#: Weights that ship with the product, and where they came from: see docs/behavior_embedding.md.
WEIGHTS = _ASSETS / "dbe_two_animals.safetensors"
#: The recordings of the demo with their poses, and the results of coding them.
SHIPPED = _ASSETS / "demo"
RESULTS = SHIPPED / "results"
#: Scenes the weights were trained in, dark animals on light ground; the demo shows both.
TRAINED_SCENES = (0, 2)
TRAINED_SECONDS, SHOWN_SECONDS = 30.0, 20.0
#: Parameters of ``behavior.embed`` they were trained with; the others are as they come.
TRAINED: dict[str, Any] = {
    "method": "dbe",
    "latent": 8,
    "crop": "egocentric",
    "track": "all",
    "split": "blocked300",
    "steps": 3000,
    "relight": 0.6,
    "baselines": False,
}
#: What the animals do: each of the stories in each scene, so that the scene tells nothing of it.
_TRAINED_SEEDS, _SHOWN_SEED = (100, 101, 102, 103), 7


def training_recordings(folder: Path) -> list[tuple[Path, Path]]:
    """Recordings and poses the weights are trained on, written where missing."""
    return [
        _written(folder, f"dish {scene + 1}, story {seed}", TRAINED_SECONDS, seed, scene)
        for seed in _TRAINED_SEEDS
        for scene in TRAINED_SCENES
    ]


def demo_recordings(folder: Path = SHIPPED) -> list[tuple[Path, Path]]:
    """The recordings of the demo and their poses, written where missing; two scenes, one story."""
    names = {0: "two animals, white dish", 2: "two animals, sand"}
    return [
        _written(folder, name, SHOWN_SECONDS, _SHOWN_SEED, scene) for scene, name in names.items()
    ]


def demo_requests(folder: Path = SHIPPED) -> tuple[RunRequest, ...]:
    """The committed weights on the demo's recordings, both animals of each."""
    from engine.behavior.experiments import APPLY
    from engine.behavior.params import ApplyParams
    from engine.files.identify import identify
    from engine.files.inputs import InputFile
    from engine.run import RunRequest

    pairs = demo_recordings(folder)
    files = [InputFile("video", identify(video)) for video, _ in pairs]
    files += [InputFile("poses", identify(poses)) for _, poses in pairs]
    files.append(InputFile("model", identify(WEIGHTS)))
    return (RunRequest(APPLY, tuple(files), ApplyParams(track="all")),)


def _written(folder: Path, stem: str, seconds: float, seed: int, scene: int) -> tuple[Path, Path]:
    """A recording and its poses; complete when the poses are there, which come last."""
    for place in (SHIPPED, folder):
        video, poses = place / f"{stem}.mp4", place / f"{stem}.analysis.h5"
        if video.is_file() and poses.is_file():
            break
    else:
        from engine.behavior.data import write_pair

        write_pair(folder, stem, seconds=seconds, seed=seed, scene=scene, twins=("analysis",))
    return video, poses
