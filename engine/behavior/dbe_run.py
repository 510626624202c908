"""``behavior.embed`` with a network, or with PCA scored as one.

Every animal in every recording given is one session: they are trained on together, each frame
beside a context of its own session. PCA and a plain autoencoder of the same size stand beside the
network, learned from and scored on the same frames.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

import numpy as np

from engine.behavior import dbe_figures as draw
from engine.behavior import measured
from engine.behavior.embed_figures import plane, space
from engine.behavior.latent_files import write_tables
from engine.behavior.latents import Latents
from engine.behavior.learning import (
    WORDS,
    Learning,
    design_of,
    forget_checkpoints,
    frames_ahead,
    redrawn,
    trained,
)
from engine.behavior.measured import Measured
from engine.behavior.models import crop_words, save_network
from engine.behavior.networks import Embedder, parameter_count
from engine.behavior.pairs import Pair
from engine.behavior.params import NetworkParams
from engine.behavior.prepare import Prepared, analysis_size, prepare
from engine.context import Context
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Figure

_SCORED = {
    "fve": "variance explained",
    "heading_r2": "heading R²",
    "log_distance_r2": "log distance R²",
}
#: Axis of a decoded target, and which of its columns is drawn.
_DRAWN = {"heading": "cosine of the heading", "log_distance": "log distance"}
Found = dict[str, list[Measured]]


def embed(pairs: Sequence[Pair], ctx: Context) -> Generator[Shown, None, None]:
    """Cut, train, measure; a snapshot every step, and at the end one with everything."""
    params = ctx.params
    kinds = kinds_of(params)
    ahead = frames_ahead(params, kinds)
    prepared = yield from prepare(pairs, ctx, params, analysis_size(params), ahead)
    learning = Learning.of(ctx, params, prepared, design_of(params, prepared), ahead)
    found: Found = {}
    network = None
    if "pca" in kinds:
        yield Snapshot(learning.done, learning.total, note="finding the linear code")
        found["pca"] = [measured.of_pca(prepared, params.latent, params.seed, ctx.check)]
    for seed in range(params.seed, params.seed + params.seeds):
        for kind in kinds:
            if kind != "pca":
                made = yield from trained(learning, kind, seed)
                scored = measured.of_network(made, prepared, ctx.check)
                found.setdefault(kind, []).append(scored)
                network = network or (made if kind == params.method else None)
                told = summary(found, params.method)
                yield Snapshot(learning.done, learning.total, metrics=told)
    yield _finished(learning, found, network)
    forget_checkpoints(ctx)


def kinds_of(params: NetworkParams) -> list[str]:
    """What is learned, the method asked for last."""
    beside = {"dbe": ["pca", "ae", "dbe"], "ae": ["pca", "ae"], "pca": ["pca"]}
    kinds = beside[params.method]
    return kinds if params.baselines else kinds[-1:]


def summary(found: Mapping[str, Sequence[Measured]], method: str) -> dict[str, float]:
    """Means and deviations of every kind measured so far; names of the method's own are bare."""
    told = {}
    for kind, several in found.items():
        prefix = "" if kind == method else f"{kind}_"
        for name in several[0].values:
            values = [one.values[name] for one in several]
            told[f"{prefix}{name}"] = float(np.mean(values))
            if len(values) > 1:
                told[f"{prefix}{name}_sd"] = float(np.std(values, ddof=1))
    return told


def latents_of(prepared: Prepared, codes: Sequence[Array]) -> list[Latents]:
    """Codes (n, D) of every session as tables."""
    return [
        Latents(
            values,
            crops.numbers,
            crops.times_s,
            crops.subject.recording.name,
            crops.subject.animal,
        )
        for crops, values in zip(prepared.crops, codes, strict=True)
    ]


def rivals_of(found: Mapping[str, Sequence[Measured]]) -> list[draw.Rival]:
    """Every kind measured, for bars side by side; the method first."""
    rivals = []
    for kind, several in found.items():
        names = several[0].values
        mean = {name: float(np.mean([one.values[name] for one in several])) for name in names}
        spread = {name: float(np.std([one.values[name] for one in several])) for name in names}
        rivals.append(draw.Rival(WORDS[kind], mean, spread))
    return rivals[::-1]


def _finished(learning: Learning, found: Found, network: Embedder | None) -> Snapshot:
    ctx, prepared = learning.ctx, learning.prepared
    best = found[ctx.params.method][0]
    write_tables(ctx, latents_of(prepared, best.codes))
    texts = {"frames_embedded": prepared.words}
    figures = _figures(learning, found, best)
    if network is not None:
        _save(learning, network, best)
        texts["model"] = f"{parameter_count(network):,} parameters"
        figures["reconstructions"] = redrawn(network, prepared.sessions, ctx)
    metrics = {**summary(found, ctx.params.method), "frames": float(prepared.frame_count)}
    return Snapshot(learning.total, learning.total, metrics, figures, texts)


def _save(learning: Learning, network: Embedder, best: Measured) -> None:
    """Weights of the first seed, with everything needed to apply them."""
    params = learning.ctx.params
    facts = {
        "command": f"main.py run behavior.embed --seed {params.seed}",
        "seed": str(params.seed),
        "steps": str(params.steps),
        "fve": f"{best.values['fve']:.4f}",
        "source": ", ".join(session.name for session in learning.prepared.sessions),
    }
    design = learning.design.without_context(not network.has_context)
    path = learning.ctx.artifact("weights.safetensors")
    save_network(network, design, path, facts, crop_words(params))


def _figures(learning: Learning, found: Found, best: Measured) -> dict[str, Figure]:
    prepared = learning.prepared
    times = np.concatenate([crops.times_s for crops in prepared.crops])
    turned = draw.plane(np.concatenate(best.codes))
    caption = f"principal axes of the code; {prepared.words}"
    figures = {
        "embedding": plane(turned, times, caption, prepared.shown()),
        "embedding_3d": space(turned, times, caption, prepared.shown()),
        "traces": draw.traces(best.codes[0], prepared.crops[0].times_s, prepared.words),
    }
    if learning.curves:
        figures["loss"] = draw.loss(learning.curves)
    if len(found) > 1 or len(best.values) > 1:
        words = {name: text for name, text in _SCORED.items() if name in best.values}
        figures["comparison"] = draw.comparison(rivals_of(found), words, prepared.words)
    return figures | decoded_figures(prepared, best)


def decoded_figures(prepared: Prepared, best: Measured) -> dict[str, Figure]:
    """Targets against what the code tells of them, on test frames."""
    _, test = measured.positions(prepared.sessions)
    figures = {}
    for name, told in best.told.items():
        truth = np.concatenate([target[name] for target in prepared.targets])[test, 0]
        score = best.values[measured.DECODED[name]]
        if np.isfinite(score):
            figures[f"decoded_{name}"] = draw.decoded(
                _DRAWN[name], truth, told[test, 0], score, prepared.words
            )
    return figures
