"""Training as it is watched: snapshots, live pictures, and checkpoints that a kill survives."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.behavior import dbe_figures as draw
from engine.behavior import inference
from engine.behavior.checkpoint import Checkpoint, fingerprint
from engine.behavior.embed_figures import plane, space
from engine.behavior.models import Design, new_network
from engine.behavior.networks import Embedder
from engine.behavior.prepare import Prepared
from engine.behavior.training import Recipe, Session, Trainer
from engine.context import Context
from engine.experiment import Shown, Snapshot
from engine.figures.model import Figure

#: Steps between two looks at figures, and frames whose codes are drawn while they still move.
_SHOWN_EVERY, _MOVING = 100, 768
WORDS = {"dbe": "DBE", "ae": "autoencoder", "pca": "PCA"}


@dataclass(slots=True)
class Learning:
    """What the trainings of one run share.

    Attributes
    ----------
    done, total
        Frames passed so far, and frames to pass altogether: the run's progress.
    curves
        Losses of every training by its title.
    """

    ctx: Context
    params: Any
    prepared: Prepared
    design: Design
    done: int
    total: int
    curves: dict[str, list[float]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, ctx: Context, params: Any, prepared: Prepared, design: Design, ahead: int
    ) -> Learning:
        """The trainings of a run on prepared frames; `ahead` frames will be passed."""
        done = prepared.frame_count
        return cls(ctx, params, prepared, design, done, done + ahead)


def design_of(params: Any, prepared: Prepared) -> Design:
    """The network that parameters ask for, for these frames."""
    _, views, height, width = prepared.sessions[0].frames.shape
    return Design(params.preset, params.latent, views, (height, width))


def frames_ahead(params: Any, kinds: Sequence[str]) -> int:
    """Frames that the networks among `kinds` will pass in all seeds."""
    networks = sum(kind != "pca" for kind in kinds)
    return int(params.seeds * networks * params.steps * params.minibatch)


def recipe_of(params: Any, seed: int) -> Recipe:
    """The training that parameters ask for."""
    moves = params.augment
    if moves == "auto":
        upright = params.crop in ("egocentric", "blob", "auto") and not params.align
        moves = "square" if upright else "none"
    recipe = Recipe(params.steps, params.minibatch, params.rate, moves, params.noise, seed)
    return replace(recipe, relight=params.relight)


def trained(
    learning: Learning, kind: str, seed: int, start: Embedder | None = None
) -> Generator[Shown, None, Embedder]:
    """One network, from its seed or `start`, or from where a checkpoint of the same run left it.

    Yields a snapshot every step; when it is ended early, the checkpoint holds what was learned.
    """
    ctx = learning.ctx
    network = start or new_network(learning.design.without_context(kind == "ae"), seed)
    trainer = Trainer(
        network, learning.prepared.sessions, recipe_of(learning.params, seed), ctx.device
    )
    checkpoint = _checkpoint(learning, f"{kind}-{seed}")
    told = f", resumed at step {trainer.step_number}" if checkpoint.resume(trainer) else ""
    several = getattr(learning.params, "seeds", 1) > 1
    title = f"{WORDS[kind]}, seed {seed}" if several else WORDS[kind]
    learning.curves[title] = trainer.losses
    learning.done += trainer.step_number * learning.params.minibatch
    try:
        while trainer.step_number < trainer.recipe.steps:
            yield _step(learning, trainer, checkpoint, f"training {title}{told}")
    except BaseException:
        _keep_unfinished(checkpoint, trainer)
        raise
    trainer.settle(ctx.check)
    checkpoint.save(trainer)
    if trainer.notes:
        yield Snapshot(learning.done, learning.total, texts={"memory": "; ".join(trainer.notes)})
    return trainer.network


def forget_checkpoints(ctx: Context) -> None:
    """Remove the checkpoints of a run that has ended well."""
    from engine.behavior.checkpoint import FOLDER

    folder = ctx.folder / FOLDER
    for path in folder.glob("*.safetensors"):
        path.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def redrawn(network: Embedder, sessions: Sequence[Session], ctx: Context) -> Figure:
    """Some test frames of the first session beside what the network makes of them."""
    session = sessions[0]
    chosen = session.test[np.linspace(0, len(session.test) - 1, draw.SHOWN).astype(int)]
    truth = session.frames[chosen]
    codes = inference.encode(network, truth, ctx.check)
    seen = inference.context_map(network, session.context)
    drawn = inference.redraw(network, codes, seen, ctx.check)
    return draw.reconstructions(truth, drawn, session.context, session.name)


def _step(learning: Learning, trainer: Trainer, checkpoint: Checkpoint, note: str) -> Snapshot:
    value = trainer.step(learning.ctx.check)
    learning.done += learning.params.minibatch
    learning.ctx.batch_used = trainer.batch
    figures = _moving(learning, trainer) if _is_shown(trainer) else {}
    note += f", step {trainer.step_number} of {trainer.recipe.steps}"
    if checkpoint.save_when_due(trainer):
        note += ", checkpoint written"
    metrics = {"loss": value}
    return Snapshot(learning.done, learning.total, metrics, figures, note=note)


def _checkpoint(learning: Learning, name: str) -> Checkpoint:
    params = learning.params.model_dump(mode="json")
    mark = fingerprint(params, learning.prepared.sessions, name)
    return Checkpoint(learning.ctx.folder, name, mark)


def _is_shown(trainer: Trainer) -> bool:
    return trainer.step_number % _SHOWN_EVERY == 0 or trainer.step_number == trainer.recipe.steps


def _keep_unfinished(checkpoint: Checkpoint, trainer: Trainer) -> None:
    """Leave what was learned when a run ends early; a full disk must not hide why it ended."""
    try:
        if trainer.step_number:
            checkpoint.save(trainer)
    except OSError:
        checkpoint.remove()


def _moving(learning: Learning, trainer: Trainer) -> dict[str, Figure]:
    """Loss, redrawn frames, and the codes of some frames as they are now."""
    network, ctx, prepared = trainer.network, learning.ctx, learning.prepared
    stride = max(1, prepared.frame_count // _MOVING)
    codes = [
        inference.encode(network, session.frames[::stride], ctx.check)
        for session in prepared.sessions
    ]
    times = np.concatenate([crops.times_s[::stride] for crops in prepared.crops])
    every = f", one frame in {stride}" if stride > 1 else ""
    caption = f"principal axes of the code at step {trainer.step_number}{every}"
    turned = draw.plane(np.concatenate(codes))
    shown = prepared.shown(stride)
    return {
        "loss": draw.loss(learning.curves),
        "reconstructions": redrawn(network, prepared.sessions, ctx),
        "embedding": plane(turned, times, caption, shown),
        "embedding_3d": space(turned, times, caption, shown),
    }
