"""People as beta densities: detection, suppression, and scores (Beta R-CNN)."""

from pathlib import Path

from engine.detection.claims import CLAIMS
from engine.detection.experiments import EXPERIMENTS
from engine.detection.kinds import KINDS
from engine.registry import System


def example_clip(folder: Path) -> Path:
    """The drawn street in `folder`, written there if it is missing."""
    from engine.detection.example import example_clip as made

    return made(folder)


SYSTEM = System(
    name="detection",
    title="Detection",
    summary="people as densities",
    drops="a street video",
    experiments=EXPERIMENTS,
    claims=CLAIMS,
    kinds=KINDS,
    tab="gui.tabs.detection:DetectionTab",
    example=example_clip,
)
