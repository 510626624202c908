"""Training of behaviour embeddings: frames a CPU-second on one thread, beside the sketch's shape.

Both train on the same frames of a synthetic recording in turn. The sketch is trained as it was
measured first: float32, four strided convolutions of the full frame, batch of 32, Adam as it
comes. The preset ``cpu`` folds pixels into channels, keeps channels last, and computes in bfloat16
where the processor does.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
import torch
from _harness import training_row

from engine.behavior.arena import two_animals
from engine.behavior.arena_draw import SCENES, scene_frames
from engine.behavior.crops import cut
from engine.behavior.models import Design, new_network
from engine.behavior.training import Recipe, Session, Trainer, helps

SKETCH_BATCH, BATCH = 32, 64
ROUNDS, STEPS = 7, 6


def session_of_frames() -> Session:
    """Eight seconds of an animal, cut out of the picture, 96 x 96."""
    truth = two_animals(8.0, 0)
    drawn = scene_frames(truth, SCENES[0], 0)
    frames = np.stack(
        [cut(gray, xy[0, 1], 96, 96)[None] for gray, xy in zip(drawn, truth.xy, strict=True)]
    )
    every = np.arange(len(frames))
    return Session("synthetic", frames, every, every, frames, frames[0])


def plain_sketch(session: Session) -> Trainer:
    """The sketch as it was: contiguous float32 and Adam's loop over tensors."""
    network = new_network(Design("sketch"), 0)
    trainer = Trainer(network, [session], Recipe(1000, SKETCH_BATCH))
    network.to(memory_format=torch.contiguous_format)
    trainer.optimizer = torch.optim.Adam(network.parameters(), 2e-3, foreach=False)
    return trainer


def seconds(trainer: Trainer) -> float:
    """CPU-seconds a frame of a few steps."""
    began = time.process_time()
    for _ in range(STEPS):
        trainer.step(lambda: None)
    return (time.process_time() - began) / (STEPS * trainer.batch)


def main() -> None:
    """Measure in turn, and the ratio pair by pair."""
    torch.set_num_threads(1)
    session = session_of_frames()
    mine = Trainer(new_network(Design("cpu"), 0), [session], Recipe(1000, BATCH, noise=0.3))
    peer = plain_sketch(session)
    seconds(mine), float32(peer)
    pairs = [(seconds(mine), float32(peer)) for _ in range(ROUNDS)]
    ours = statistics.median(1 / a for a, _ in pairs)
    theirs = statistics.median(1 / b for _, b in pairs)
    how = "bfloat16" if helps("cpu") else "float32"
    ratio = statistics.median(b / a for a, b in pairs)
    training_row(f"DBE training, preset cpu ({how}), one thread", ours, theirs, ratio)


def float32(trainer: Trainer) -> float:
    """The same without mixed precision."""
    from engine.behavior import training

    before = training.helps
    training.helps = lambda device: False
    try:
        return seconds(trainer)
    finally:
        training.helps = before


if __name__ == "__main__":
    main()
