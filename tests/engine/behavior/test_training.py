"""Training: it learns, repeats itself, survives a kill, and makes room when memory runs out."""

from __future__ import annotations

import dataclasses
import errno
import os

import numpy as np
import pytest
import torch

from engine.behavior import checkpoint as checkpoints
from engine.behavior import inference
from engine.behavior.checkpoint import Checkpoint, fingerprint
from engine.behavior.dbe_lite import Plan
from engine.behavior.models import Design, new_network
from engine.behavior.relighting import Light
from engine.behavior.training import Recipe, Session, Trainer, moved
from engine.errors import Cancelled, PeerscopeError

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = Design("cpu", 3, 1, (16, 16))


def nothing() -> None:
    return


@pytest.fixture(scope="module")
def session() -> Session:
    """A bright spot that wanders over a still pattern."""
    random = np.random.default_rng(0)
    still = random.integers(0, 60, (16, 16))
    frames = np.empty((200, 1, 16, 16), "u1")
    rows, columns = np.mgrid[:16, :16]
    for i, (x, y) in enumerate(random.uniform(3, 13, (200, 2))):
        spot = 190 * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 6)
        frames[i, 0] = np.clip(still + spot, 0, 255)
    train, test = np.arange(160), np.arange(160, 200)
    return Session("spot", frames, train, test, frames[:20], frames[0])


def trainer_of(session: Session, steps: int, **changes) -> Trainer:
    recipe = Recipe(steps, batch=16, rate=4e-3, moves="none", **changes)
    return Trainer(new_network(SMALL, recipe.seed), [session], recipe)


def run(trainer: Trainer) -> Trainer:
    while trainer.step_number < trainer.recipe.steps:
        trainer.step(nothing)
    trainer.settle(nothing)
    return trainer


def test_it_learns_and_repeats_itself(session: Session) -> None:
    first, second = run(trainer_of(session, 150)), run(trainer_of(session, 150))
    assert first.losses == second.losses
    assert np.mean(first.losses[-10:]) < 0.4 * np.mean(first.losses[:3])
    other = run(trainer_of(session, 3, seed=1))
    assert other.losses != first.losses[:3]
    network = first.network
    codes = inference.encode(network, session.frames, nothing)
    seen = inference.context_map(network, session.context)
    error = inference.redraw_error(network, codes, seen, session.frames, nothing)
    assert error < 0.6 * float(np.var(session.frames / 255.0, axis=0).mean())


def test_a_checkpoint_goes_on_exactly(session: Session, tmp_path) -> None:
    whole = run(trainer_of(session, 24))
    mark = fingerprint({"steps": 24}, [session], "dbe-0")
    half = trainer_of(session, 24)
    for _ in range(11):
        half.step(nothing)
    Checkpoint(tmp_path, "dbe-0", mark).save(half)
    taken_up = trainer_of(session, 24)
    assert Checkpoint(tmp_path, "dbe-0", mark).resume(taken_up)
    assert taken_up.step_number == 11
    run(taken_up)
    assert taken_up.losses == whole.losses
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, taken_up.network.state_dict()[name]), name


def test_a_checkpoint_of_another_run_or_a_damaged_one_is_left_alone(session, tmp_path) -> None:
    trainer = trainer_of(session, 4)
    trainer.step(nothing)
    mine = Checkpoint(tmp_path, "dbe-0", fingerprint({"steps": 4}, [session], "dbe-0"))
    mine.save(trainer)
    fresh = trainer_of(session, 4)
    other = fingerprint({"steps": 5}, [session], "dbe-0")
    assert not Checkpoint(tmp_path, "dbe-0", other).resume(fresh)
    brighter = dataclasses.replace(session, frames=session.frames + 1)
    assert fingerprint({"steps": 4}, [brighter], "dbe-0") != mine._print
    whole = mine.path.read_bytes()
    for damaged in (b"", whole[:100], whole[:-50], b"\xff" * 200):
        mine.path.write_bytes(damaged)
        assert not mine.resume(fresh)
        assert fresh.step_number == 0
    mine.remove()
    assert not mine.path.parent.exists()


def test_a_checkpoint_is_due_each_minute(session, tmp_path, monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    saving = Checkpoint(tmp_path, "dbe-0", "mark")
    trainer = trainer_of(session, 4)
    trainer.step(nothing)
    assert not saving.save_when_due(trainer)
    now[0] += 61
    assert saving.save_when_due(trainer)
    assert not saving.save_when_due(trainer)


def test_a_checkpoint_without_room_leaves_the_last_one(session, tmp_path, monkeypatch) -> None:
    saving = Checkpoint(tmp_path, "dbe-0", "mark")
    saving.save(trainer_of(session, 2))
    before = saving.path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        saving.save(run(trainer_of(session, 2)))
    assert saving.path.read_bytes() == before
    assert list(saving.path.parent.iterdir()) == [saving.path]


class Full(torch.nn.Module):
    """A layer that has memory for so many frames and no more."""

    def __init__(self, layer: torch.nn.Module, room: int) -> None:
        super().__init__()
        self.layer, self.room = layer, room

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        if len(frames) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return self.layer(frames)


def test_the_batch_is_halved_when_memory_runs_out(session: Session) -> None:
    trainer = trainer_of(session, 3)
    trainer.network.pose[0] = Full(trainer.network.pose[0], 4)
    run(trainer)
    assert trainer.batch == 4
    assert trainer.step_number == 3
    assert any("batch halved to 4" in note for note in trainer.notes)


def test_memory_that_never_suffices_is_told_in_a_sentence(session: Session) -> None:
    trainer = trainer_of(session, 3)
    trainer.network.pose[0] = Full(trainer.network.pose[0], 1)
    with pytest.raises(PeerscopeError, match="Memory is out even for a batch of 4"):
        trainer.step(nothing)


def test_on_a_device_without_room_it_goes_on_on_the_cpu(session: Session) -> None:
    trainer = trainer_of(session, 3)
    full = Full(trainer.network.pose[0], 1)
    trainer.network.pose[0] = full
    trainer.device = "mps"
    real = trainer._move_to_cpu

    def moving() -> None:
        real()
        full.room = 1000

    trainer._move_to_cpu = moving  # type: ignore[method-assign]
    trainer._batch = lambda step: Trainer._batch(on_cpu(trainer), step)  # type: ignore[method-assign]
    trainer.step(nothing)
    assert (trainer.device, trainer.batch, trainer.step_number) == ("cpu", 16, 1)
    assert "going on on the CPU" in trainer.notes[-1]


def on_cpu(trainer: Trainer) -> Trainer:
    """The same trainer for the drawing of batches, as if its device were here."""
    shadow = object.__new__(Trainer)
    shadow.__dict__ = {**trainer.__dict__, "device": "cpu"}
    return shadow


def test_other_faults_are_not_taken_for_memory(session: Session) -> None:
    trainer = trainer_of(session, 3)

    def broken(frames: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("sizes do not match")

    trainer.network.encode = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="sizes do not match"):
        trainer.step(nothing)


def test_a_step_can_be_ended_in_its_middle(session: Session) -> None:
    trainer = trainer_of(session, 3)
    asked = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        trainer.step(check)
    assert trainer.step_number == 0


def test_moves_are_the_eight_of_the_square() -> None:
    frame = np.arange(9, dtype="u1").reshape(1, 1, 3, 3)
    square = {moved(frame, "square", k).tobytes() for k in range(8)}
    assert len(square) == 8
    assert all(sorted(seen) == list(range(9)) for seen in square)
    assert {moved(frame, "mirror", k).tobytes() for k in range(8)} == {
        frame.tobytes(),
        frame[..., ::-1].tobytes(),
    }
    assert moved(frame, "none", 5) is frame


def test_halves_of_a_batch_come_from_two_sessions(session: Session) -> None:
    dark = dataclasses.replace(session, frames=np.zeros_like(session.frames))
    bright = dataclasses.replace(session, frames=np.full_like(session.frames, 255))
    recipe = Recipe(4, batch=16, moves="none")
    trainer = Trainer(new_network(SMALL, 0), [dark, bright], recipe)
    frames = trainer._batch(3).seen
    assert float(frames.mean()) == pytest.approx(0.5)


def test_plans_tell_their_reduction() -> None:
    assert Plan((8, 8), (8, 8)).reduction == 4
    assert Plan((8, 8), (8, 8), patch=4).reduction == 8


def test_the_published_network_looks_up_between_layers() -> None:
    """Its layers take long on a CPU: a step asks whether to go on after each, and ends there."""
    frames = np.random.default_rng(0).integers(0, 256, (8, 1, 128, 128), dtype="u1")
    every = np.arange(8)
    one = Session("large", frames, every, every, frames, frames[0])
    design = Design("paper", 8, 1, (128, 128))
    trainer = Trainer(new_network(design, 0), [one], Recipe(2, batch=4, groups=1))
    asked = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 60:
            raise Cancelled

    with pytest.raises(Cancelled):
        trainer.step(check)
    assert trainer.step_number == 0
    assert not any(part._forward_hooks for part in trainer.network.modules())
    assert not any(part._backward_pre_hooks for part in trainer.network.modules())


def test_frames_are_drawn_in_another_light_than_they_are_seen_in(session: Session) -> None:
    """Target and context share a light, what is encoded has one of its own; the end has none."""
    trainer, plain = trainer_of(session, 10, relight=1.0), trainer_of(session, 10)
    lit, same = trainer._batch(1), plain._batch(1)
    assert same.seen is same.wanted
    assert not torch.equal(lit.seen, lit.wanted)
    relit = [not torch.equal(a, b) for a, b in zip(lit.wanted, same.wanted, strict=True)]
    contexts = [not torch.equal(a, b) for a, b in zip(lit.contexts, same.contexts, strict=True)]
    assert relit == [one for one in contexts for _ in range(len(relit) // len(contexts))]
    assert any(relit)
    assert torch.equal(trainer._batch(8).seen, plain._batch(8).wanted), (
        "the last fifth is as taken"
    )
    assert torch.equal(trainer._batch(1).seen, lit.seen), "every batch is drawn from its step"


def test_light_is_a_tone_and_a_slope() -> None:
    frames = np.full((1, 1, 3, 5), 128, "u1")
    assert Light().on(frames) is frames
    brighter = Light(gain=1.0, gamma=1.0, added=0.2).on(frames)
    assert brighter.tolist() == np.full((1, 1, 3, 5), 179).tolist()
    sloped = Light(across=0.08).on(frames)[0, 0, 0].astype(int)
    assert sloped.tolist() == [108, 118, 128, 138, 148]
