"""``behavior.embed`` with a network, or with PCA scored as one.

Every animal and recording given is one session: they are trained on together, each frame beside a
context of its own session. PCA and a plain autoencoder of the same size stand beside the network,
learned from and scored on the same frames.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.behavior import dbe_figures as draw
from engine.behavior import inference, measured
from engine.behavior.checkpoint import Checkpoint, fingerprint
from engine.behavior.embed_figures import plane, space
from engine.behavior.measured import Measured
from engine.behavior.models import Design, new_network, save_network
from engine.behavior.networks import Embedder, parameter_count
from engine.behavior.prepare import Pair, Prepared, analysis_size, prepare
from engine.behavior.tables import write_latents
from engine.behavior.training import Recipe, Session, Trainer
from engine.context import Context
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Figure

#: Steps between two looks at figures, and frames whose codes are drawn while they still move.
_SHOWN_EVERY, _MOVING = 100, 768
_WORDS = {"dbe": "DBE", "ae": "autoencoder", "pca": "PCA"}
_SCORED = {
    "fve": "variance explained",
    "heading_r2": "heading R²",
    "log_distance_r2": "log distance R²",
}


@dataclass(slots=True)
class _State:
    """What the stages of one run share."""

    ctx: Context
    prepared: Prepared
    design: Design
    done: int  # frames passed so far
    total: int  # frames to pass altogether
    curves: dict[str, list[float]] = field(default_factory=dict)
    found: dict[str, list[Measured]] = field(default_factory=dict)


def embed(pairs: Sequence[Pair], ctx: Context) -> Generator[Shown, None, None]:
    """Cut, train, measure; a snapshot every step, and at the end one with everything."""
    params = ctx.params
    kinds = _kinds(params)
    ahead = sum(params.seeds for kind in kinds if kind != "pca") * params.steps * params.batch
    prepared = yield from prepare(pairs, ctx, ahead)
    size = prepared.sessions[0].frames.shape
    design = Design(params.preset, params.latent, size[1], (size[2], size[3]))
    frames = prepared.frame_count
    state = _State(ctx, prepared, design, frames, frames + ahead)
    networks: list[Embedder] = []
    for seed in range(params.seed, params.seed + params.seeds):
        for kind in kinds:
            if kind == "pca":
                if seed == params.seed:
                    yield Snapshot(state.done, state.total, note="finding the linear code")
                    found = measured.of_pca(prepared, params.latent, seed, ctx.check)
                    state.found["pca"] = [found]
                continue
            network = yield from trained(state, kind, seed)
            state.found.setdefault(kind, []).append(
                measured.of_network(network, prepared, ctx.check)
            )
            if kind == params.method and seed == params.seed:
                networks.append(network)
            yield Snapshot(state.done, state.total, metrics=_metrics(state))
    yield _finished(state, networks)


def trained(
    state: _State, kind: str, seed: int, start: Embedder | None = None
) -> Generator[Shown, None, Embedder]:
    """One network, trained from its seed, or from where a checkpoint of the same run left it."""
    ctx, prepared = state.ctx, state.prepared
    network = start or new_network(state.design.without_context(kind == "ae"), seed)
    trainer = Trainer(network, prepared.sessions, recipe_of(ctx.params, seed), ctx.device)
    name = f"{kind}-{seed}"
    mark = fingerprint(ctx.params.model_dump(mode="json"), prepared.sessions, name)
    checkpoint = Checkpoint(ctx.folder, name, mark)
    resumed = checkpoint.resume(trainer)
    title = f"{_WORDS[kind]}, seed {seed}" if ctx.params.seeds > 1 else _WORDS[kind]
    state.curves[title] = trainer.losses
    state.done += trainer.step_number * ctx.params.batch
    told = f", resumed at step {trainer.step_number}" if resumed else ""
    try:
        while trainer.step_number < trainer.recipe.steps:
            value = trainer.step(ctx.check)
            state.done += ctx.params.batch
            ctx.batch_used = trainer.batch
            saved = checkpoint.save_when_due(trainer)
            figures = _moving(state, trainer) if _is_shown(trainer) else {}
            yield Snapshot(
                state.done,
                state.total,
                metrics={"loss": value},
                figures=figures,
                note=f"training {title}{told}" + (", checkpoint written" if saved else ""),
            )
    except BaseException:
        _keep_unfinished(checkpoint, trainer)
        raise
    trainer.settle(ctx.check)
    checkpoint.save(trainer)
    if trainer.notes:
        yield Snapshot(state.done, state.total, texts={"memory": "; ".join(trainer.notes)})
    return trainer.network


def recipe_of(params: Any, seed: int) -> Recipe:
    """The training that parameters ask for."""
    moves = params.augment
    if moves == "auto":
        upright = params.crop in ("egocentric", "blob") and not params.align
        moves = "square" if upright else "none"
    return Recipe(params.steps, params.batch, rate=params.rate, moves=moves, seed=seed)


def _kinds(params: Any) -> list[str]:
    """What is learned, the method asked for last."""
    kinds = {"dbe": ["pca", "ae", "dbe"], "ae": ["pca", "ae"], "pca": ["pca"]}[params.method]
    return kinds if params.baselines else kinds[-1:]


def _is_shown(trainer: Trainer) -> bool:
    return trainer.step_number % _SHOWN_EVERY == 0 or trainer.step_number == trainer.recipe.steps


def _keep_unfinished(checkpoint: Checkpoint, trainer: Trainer) -> None:
    """Leave what was learned when a run ends early; a full disk must not hide why it ended."""
    try:
        if trainer.step_number:
            checkpoint.save(trainer)
    except OSError:
        checkpoint.remove()


def _moving(state: _State, trainer: Trainer) -> dict[str, Figure]:
    """Loss, redrawn frames, and the codes of some frames as they are now."""
    network, ctx = trainer.network, state.ctx
    codes, times = [], []
    stride = max(1, state.prepared.frame_count // _MOVING)
    for session, crops in zip(state.prepared.sessions, state.prepared.crops, strict=True):
        codes.append(inference.encode(network, session.frames[::stride], ctx.check))
        times.append(crops.times_s[::stride])
    caption = f"step {trainer.step_number}: every {stride}th frame" if stride > 1 else ""
    turned, when = draw.plane(np.concatenate(codes)), np.concatenate(times)
    return {
        "loss": draw.loss(state.curves),
        "reconstructions": _redrawn(network, state.prepared.sessions, ctx),
        "embedding": plane(turned, when, caption),
        "embedding_3d": space(turned, when, caption),
    }


def _redrawn(network: Embedder, sessions: Sequence[Session], ctx: Context) -> Figure:
    """Some test frames of the first session beside what the network makes of them."""
    session = sessions[0]
    chosen = session.test[np.linspace(0, len(session.test) - 1, draw.SHOWN).astype(int)]
    truth = session.frames[chosen]
    codes = inference.encode(network, truth, ctx.check)
    seen = inference.context_map(network, session.context)
    drawn = inference.redraw(network, codes, seen, ctx.check)
    return draw.reconstructions(truth, drawn, session.context, session.name)


def _metrics(state: _State) -> dict[str, float]:
    """Means and standard deviations of every kind measured so far, the method's own bare."""
    method = state.ctx.params.method
    told = {}
    for kind, found in state.found.items():
        prefix = "" if kind == method else f"{kind}_"
        for name in found[0].values:
            values = [one.values[name] for one in found]
            told[f"{prefix}{name}"] = float(np.mean(values))
            if kind != "pca":
                told[f"{prefix}{name}_sd"] = float(np.std(values, ddof=len(values) > 1))
    return {**told, "frames": float(state.prepared.frame_count)}


def _finished(state: _State, networks: Sequence[Embedder]) -> Snapshot:
    ctx, prepared = state.ctx, state.prepared
    best = state.found[ctx.params.method][0]
    write_latents(ctx, prepared.crops, best.codes)
    texts = {"frames_embedded": prepared.words}
    figures = _figures(state, best)
    if networks:
        network = networks[0]
        facts = {"command": "main.py run behavior.embed", "seed": str(ctx.params.seed)}
        facts |= {"steps": str(ctx.params.steps), "fve": f"{best.values['fve']:.4f}"}
        save_network(network, state.design_of(network), ctx.artifact("weights.safetensors"), facts)
        texts["model"] = f"{parameter_count(network):,} parameters"
        figures["reconstructions"] = _redrawn(network, prepared.sessions, ctx)
    for checkpoint in (ctx.folder / "checkpoint").glob("*.safetensors"):
        checkpoint.unlink()
    return Snapshot(state.total, state.total, _metrics(state), figures, texts)


def _figures(state: _State, best: Measured) -> dict[str, Figure]:
    prepared = state.prepared
    codes = np.concatenate(best.codes)
    times = np.concatenate([crops.times_s for crops in prepared.crops])
    turned = draw.plane(codes)
    figures = {
        "embedding": plane(turned, times, prepared.words),
        "embedding_3d": space(turned, times, prepared.words),
        "traces": draw.traces(best.codes[0], prepared.crops[0].times_s, prepared.words),
    }
    if state.curves:
        figures["loss"] = draw.loss(state.curves)
    if len(state.found) > 1 or "heading_r2" in best.values:
        figures["comparison"] = draw.comparison(_rivals(state), _shown_scores(best), prepared.words)
    figures |= _decoded(state, best)
    return figures


def _shown_scores(best: Measured) -> Mapping[str, str]:
    return {name: words for name, words in _SCORED.items() if name in best.values}


def _rivals(state: _State) -> list[draw.Rival]:
    rivals = []
    for kind, found in state.found.items():
        names = found[0].values
        mean = {name: float(np.mean([one.values[name] for one in found])) for name in names}
        spread = {name: float(np.std([one.values[name] for one in found])) for name in names}
        rivals.append(draw.Rival(_WORDS[kind], mean, spread))
    return rivals[::-1]


def _decoded(state: _State, best: Measured) -> dict[str, Figure]:
    """Targets against what the code tells of them, on test frames."""
    _, test = measured.positions(state.prepared.sessions)
    figures = {}
    for name, told in best.told.items():
        truth = np.concatenate([target[name] for target in state.prepared.targets])[test, 0]
        words = {"heading": "heading (cosine)", "log_distance": "log distance"}[name]
        score = best.values[measured.DECODED[name]]
        figures[f"decoded_{name}"] = draw.decoded(words, truth, told[test, 0], score)
    return figures
