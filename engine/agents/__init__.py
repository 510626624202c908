"""Agents: permutation-invariant players, live and under attack."""

from engine.agents.claims import CLAIMS
from engine.agents.example import example_agent
from engine.agents.experiments import CLONE, LATENT, PLAY, REPLAY, ROLLOUT, SWEEP, TRAIN
from engine.agents.training import CHECKPOINT
from engine.agents.weights import AGENT
from engine.registry import System

SYSTEM = System(
    name="agents",
    title="Agents",
    summary="play an agent with its senses shuffled",
    experiments=(ROLLOUT, REPLAY, SWEEP, TRAIN, CLONE, LATENT, PLAY),
    claims=CLAIMS,
    kinds=(CHECKPOINT, AGENT),
    drops="an agent",
    tab="gui.tabs.agents:AgentsTab",
    example=example_agent,
)
