"""People as beta densities: detection, suppression, and scores (Beta R-CNN)."""

from engine.detection.experiments import EXPERIMENTS
from engine.detection.kinds import KINDS
from engine.registry import System

SYSTEM = System(
    name="detection",
    title="Detection",
    summary="people as densities",
    experiments=EXPERIMENTS,
    kinds=KINDS,
)
