"""``behavior.evaluate``: what a code tells, and whether pose and scene are apart in it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.behavior import dbe_figures as draw
from engine.behavior import disentangling, measured, scores
from engine.behavior.contexts import session_of
from engine.behavior.cropping import Crops
from engine.behavior.dbe_run import kinds_of, latents_of, rivals_of, summary
from engine.behavior.latent_files import write_tables
from engine.behavior.learning import (
    Learning,
    design_of,
    forget_checkpoints,
    frames_ahead,
    redrawn,
    trained,
)
from engine.behavior.measured import Measured
from engine.behavior.models import crop_words, load_network, save_network
from engine.behavior.networks import Embedder
from engine.behavior.pairs import Pair
from engine.behavior.prepare import Prepared, analysis_size, prepare
from engine.behavior.split import split_of
from engine.behavior.synthetic_scenes import scene_of
from engine.context import Context
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Figure

if TYPE_CHECKING:
    from engine.behavior.models import EmbedderFile

#: Words under bars are short: the table beside them says more.
_SHOWN = {
    "fve": "explained",
    "heading_r2": "heading",
    "log_distance_r2": "distance",
    "paired_r2": "paired",
    "session_accuracy": "session",
}
#: What the page is about comes first.
_TOLD = {
    "paired_r2": "paired R²",
    "swap_mse": "swap error",
    "session_accuracy": "session told",
    "fve": "explained",
    "heading_r2": "heading R²",
    "heading_nn_r2": "heading R², near",
    "log_distance_r2": "distance R²",
    "log_distance_nn_r2": "distance R², near",
    "parts_r2": "body parts R²",
}


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every model is put to the test on."""

    prepared: Prepared
    pairs: disentangling.Pairing
    ctx: Context


def evaluate(
    pairs: Sequence[Pair], ctx: Context, model: EmbedderFile | None = None
) -> Generator[Shown, None, None]:
    """Train (or take `model`), then score it beside PCA and an autoencoder of the same size."""
    params = ctx.params
    kinds = [kind for kind in kinds_of(params) if model is None or kind == "pca"]
    ahead = frames_ahead(params, kinds)
    size = analysis_size(params) if model is None else max(model.design.size)
    recordings = yield from prepare(pairs, ctx, params, size, ahead)
    prepared = yield from _in_scenes(recordings, ctx, ahead)
    bench = _Bench(prepared, disentangling.pairs_of(len(pairs), params.scenes), ctx)
    design = design_of(params, prepared) if model is None else model.design
    learning = Learning.of(ctx, params, prepared, design, ahead)
    found: dict[str, list[Measured]] = {}
    network = None
    if "pca" in kinds:
        yield Snapshot(learning.done, learning.total, note="finding the linear code")
        code = measured.of_pca(prepared, params.latent, params.seed, ctx.check)
        found["pca"] = [_scored(bench, code, None)]
    if model is not None:
        network = load_network(model)
        found[params.method] = [_scored(bench, _coded(bench, network), network)]
    for seed in range(params.seed, params.seed + params.seeds) if model is None else ():
        for kind in kinds:
            if kind == "pca":
                continue
            made = yield from trained(learning, kind, seed)
            yield Snapshot(learning.done, learning.total, note="scoring")
            found.setdefault(kind, []).append(_scored(bench, _coded(bench, made), made))
            network = network or (made if kind == params.method else None)
            yield Snapshot(learning.done, learning.total, metrics=summary(found, params.method))
    assert network is not None
    yield _finished(bench, learning, found, network)
    forget_checkpoints(ctx)


def _in_scenes(recordings: Prepared, ctx: Context, ahead: int) -> Generator[Shown, None, Prepared]:
    """Every recording in every scene, one session each."""
    scenes, params = ctx.params.scenes, ctx.params
    if scenes == 1:
        return recordings
    cut: list[Crops] = []
    sessions, targets = [], []
    for place, (crops, target) in enumerate(
        zip(recordings.crops, recordings.targets, strict=True)
    ):
        for scene in range(scenes):
            yield Snapshot(0, ahead, note=f"making scene {scene + 1} of {scenes}")
            path = ctx.scratch / f"scene-{place}-{scene}.u1"
            frames = scene_of(crops.frames, scene, path, ctx.check)
            name = f"{crops.subject.name}, scene {scene + 1}"
            made = replace(crops, subject=replace(crops.subject, name=name), frames=frames)
            split = split_of(crops.numbers, params.split)
            context = (params.context, params.context_frame, params.seed)
            sessions.append(session_of(made, split, *context, ctx.check))
            cut.append(made)
            targets.append(target)
    words = f"{recordings.words}; each in {scenes} scenes"
    return Prepared(tuple(cut), tuple(sessions), tuple(targets), words)


def _coded(bench: _Bench, network: Embedder) -> Measured:
    return measured.of_network(network, bench.prepared, bench.ctx.check)


def _scored(bench: _Bench, code: Measured, network: Embedder | None) -> Measured:
    """Further scores: decoding by neighbours and of body parts, sessions, pairs and swaps."""
    sessions, check = bench.prepared.sessions, bench.ctx.check
    values = {**code.values, **_decoded(bench, code.codes)}
    if len(sessions) > 1:
        check()
        values["session_accuracy"] = disentangling.told_apart(code.codes, sessions)
    if bench.pairs:
        values["paired_r2"] = disentangling.consistency(code.codes, sessions, bench.pairs)
    if bench.pairs and network is not None:
        values["swap_mse"] = disentangling.swap_error(
            network, code.codes, sessions, bench.pairs, check
        )
    return replace(code, values=values)


def _decoded(bench: _Bench, codes: Sequence[Array]) -> dict[str, float]:
    """R² by the ten nearest neighbours, and of body parts; where poses tell them."""
    prepared, check = bench.prepared, bench.ctx.check
    train, test = measured.positions(prepared.sessions)
    joined = np.concatenate(codes)
    found = {}
    for name in ("heading", "log_distance"):
        if all(name in target for target in prepared.targets):
            check()
            truth = np.concatenate([target[name] for target in prepared.targets])
            found[f"{name}_nn_r2"] = scores.nearest(joined, truth, train, test)
    if all("parts" in target for target in prepared.targets):
        truth = np.concatenate([target["parts"] for target in prepared.targets])
        each = []
        for at in range(0, truth.shape[1], 2):
            check()
            each.append(scores.linear(joined, truth[:, at : at + 2], train, test)[1])
        found["parts_r2"] = float(np.nanmean(each))
    return found


def _finished(
    bench: _Bench, learning: Learning, found: Mapping[str, list[Measured]], network: Embedder
) -> Snapshot:
    ctx, prepared = bench.ctx, bench.prepared
    best = found[ctx.params.method][0]
    metrics = {**summary(found, ctx.params.method), "frames": float(prepared.frame_count)}
    if bench.pairs:
        metrics["unchanged_mse"] = disentangling.unchanged_error(
            prepared.sessions, bench.pairs, ctx.check
        )
    if ctx.params.scenes == 1:
        write_tables(ctx, latents_of(prepared, best.codes))
    facts = {"command": "main.py run behavior.evaluate", "fve": f"{best.values['fve']:.4f}"}
    design = learning.design.without_context(not network.has_context)
    save_network(
        network, design, ctx.artifact("weights.safetensors"), facts, crop_words(ctx.params)
    )
    texts = {"frames_embedded": prepared.words, "disentanglement": _told(best, metrics, bench)}
    return Snapshot(
        learning.total, learning.total, metrics, _figures(bench, learning, found, network), texts
    )


def _told(best: Measured, metrics: Mapping[str, float], bench: _Bench) -> str:
    """What was found, in words: disentanglement is a tendency, and has to be measured."""
    values = best.values
    if "session_accuracy" not in values:
        return "one session: nothing to tell apart"
    chance = 1 / len(bench.prepared.sessions)
    words = f"the session is told from the code in {values['session_accuracy']:.1%} of frames "
    words += f"(chance {chance:.1%})"
    if "paired_r2" in values:
        words += f"; codes of the same moment agree with R² {values['paired_r2']:.2f}"
    if "swap_mse" in values:
        words += f"; a pose in the other context errs by {values['swap_mse']:.5f} "
        words += f"({metrics['unchanged_mse']:.5f} if left unchanged)"
    return words


def _figures(
    bench: _Bench,
    learning: Learning,
    found: Mapping[str, list[Measured]],
    network: Embedder,
) -> dict[str, Figure]:
    prepared, check = bench.prepared, bench.ctx.check
    best = found[bench.ctx.params.method][0]
    shown = {name: words for name, words in _SHOWN.items() if name in best.values}
    figures = {
        "disentanglement": draw.comparison(rivals_of(found), shown, prepared.words),
        "scores": draw.score_table(rivals_of(found), _TOLD),
        "reconstructions": redrawn(network, prepared.sessions, bench.ctx),
    }
    if learning.curves:
        figures["loss"] = draw.loss(learning.curves)
    if len(prepared.sessions) > 1:
        a, b = bench.pairs[0] if bench.pairs else (0, 1)
        first, second = prepared.sessions[a], prepared.sessions[b]
        pair = disentangling.swapped(network, first, second, draw.SHOWN, bool(bench.pairs), check)
        figures["context_swap"] = draw.swap(pair)
    return figures
