"""Compression: matrices in few bits, and networks in few weights."""

from engine.compression.claims import CLAIMS
from engine.compression.matrices.example import example_matrix
from engine.compression.matrices.experiments import EXPERIMENTS
from engine.compression.matrices.packed import PACKED
from engine.registry import System

SYSTEM = System(
    name="compression",
    title="Compression",
    summary="compress a matrix",
    experiments=EXPERIMENTS,
    claims=CLAIMS,
    kinds=(PACKED,),
    tab="gui.tabs.compression:CompressionTab",
    drops="a matrix",
    example=example_matrix,
)
