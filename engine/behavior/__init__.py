"""Behaviour videos: embeddings of frames, and what papers claim of them."""

from engine.behavior.claims import CLAIMS
from engine.behavior.clips import CLIPS
from engine.behavior.demo import demo_requests
from engine.behavior.example import example_recording
from engine.behavior.experiments import APPLY, EMBED, EVALUATE
from engine.behavior.folders import RECORDINGS
from engine.behavior.latent_experiments import MAP, MOTIFS
from engine.behavior.latent_kind import LATENTS
from engine.behavior.map_query import LINEAR_MAP
from engine.behavior.model_kind import EMBEDDER
from engine.registry import System

SYSTEM = System(
    name="behavior",
    title="Behavior",
    summary="embed a video",
    drops="a behaviour video",
    experiments=(EMBED, EVALUATE, APPLY, MAP, MOTIFS),
    queries=(CLIPS, LINEAR_MAP),
    claims=CLAIMS,
    kinds=(RECORDINGS, LATENTS, EMBEDDER),
    tab="gui.tabs.behavior:BehaviorTab",
    example=example_recording,
    demo=demo_requests,
)
