"""``behavior.apply``: trained weights on new recordings, as they are or trained further."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np

from engine.behavior import dbe_figures as draw
from engine.behavior import disentangling, measured
from engine.behavior.dbe_run import decoded_figures, latents_of
from engine.behavior.embed_figures import plane, space
from engine.behavior.latent_files import write_tables
from engine.behavior.learning import Learning, forget_checkpoints, redrawn, trained
from engine.behavior.models import EmbedderFile, load_network, save_network
from engine.behavior.networks import Embedder
from engine.behavior.pairs import Pair
from engine.behavior.prepare import Prepared, prepare
from engine.context import Context
from engine.errors import BadInput, BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.model import Figure
from engine.param_spec import checked


def apply(
    pairs: Sequence[Pair], model: EmbedderFile, ctx: Context
) -> Generator[Shown, None, None]:
    """Cut as the weights were trained, fine-tune where asked, and embed every frame."""
    network = load_network(model)
    params = as_trained(ctx.params, model)
    ahead = params.steps * params.minibatch
    prepared = yield from prepare(pairs, ctx, params, max(model.design.size), ahead)
    _refuse_other_frames(prepared, model)
    learning = Learning.of(ctx, params, prepared, model.design, ahead)
    kind = "dbe" if network.has_context else "ae"
    if params.steps:
        network = yield from trained(learning, kind, params.seed, network)
        _save(network, model, ctx, params)
    yield Snapshot(learning.done, learning.total, note="embedding")
    yield _finished(learning, network)
    forget_checkpoints(ctx)


def as_trained(params: Any, model: EmbedderFile) -> Any:
    """The parameters with the crop the weights were trained on, unless another is asked for.

    Raises
    ------
    BadInput
        What the file tells of its crop is not possible.
    """
    if params.crop != "model":
        return params
    told = {name: value for name, value in model.crop.items() if name in type(params).model_fields}
    if told.get("crop", "model") == "model":
        told["crop"] = "auto"
    try:
        return checked(type(params), {**params.model_dump(), **told})
    except BadParams as error:
        reason = error.sentence.rstrip(".")
        raise BadInput(
            f"{model.path.name} tells an impossible crop ({reason}); choose other weights."
        ) from None


def _refuse_other_frames(prepared: Prepared, model: EmbedderFile) -> None:
    _, views, height, width = prepared.sessions[0].frames.shape
    if (views, (height, width)) != (model.design.views, model.design.size):
        wanted = f"{model.design.views} x {model.design.size[1]} x {model.design.size[0]}"
        raise BadParams(
            f"{model.path.name} takes frames of {wanted} (views, width, height), but these are "
            f"{views} x {width} x {height}; take the crop it was trained on."
        )


def _finished(learning: Learning, network: Embedder) -> Snapshot:
    ctx, prepared = learning.ctx, learning.prepared
    code = measured.of_network(network, prepared, ctx.check)
    write_tables(ctx, latents_of(prepared, code.codes))
    metrics = {**code.values, "frames": float(prepared.frame_count)}
    times = np.concatenate([crops.times_s for crops in prepared.crops])
    turned = draw.plane(np.concatenate(code.codes))
    caption = f"principal axes of the code; {prepared.words}"
    figures = {
        "embedding": plane(turned, times, caption, prepared.shown()),
        "embedding_3d": space(turned, times, caption, prepared.shown()),
        "traces": draw.traces(code.codes[0], prepared.crops[0].times_s, prepared.words),
        "reconstructions": redrawn(network, prepared.sessions, ctx),
        **decoded_figures(prepared, code),
        **_swap(prepared, network, ctx),
    }
    if learning.curves:
        figures["loss"] = draw.loss(learning.curves)
    texts = {"frames_embedded": prepared.words}
    return Snapshot(learning.total, learning.total, metrics, figures, texts)


def _swap(prepared: Prepared, network: Embedder, ctx: Context) -> dict[str, Figure]:
    """The first session in the context of another recording, or else of another animal."""
    if len(prepared.sessions) < 2 or not network.has_context:
        return {}
    own = prepared.crops[0].subject.recording
    elsewhere = [crops.subject.recording is not own for crops in prepared.crops]
    first = prepared.sessions[0]
    second = prepared.sessions[elsewhere.index(True) if any(elsewhere) else 1]
    pair = disentangling.swapped(network, first, second, draw.SHOWN, False, ctx.check)
    return {"context_swap": draw.swap(pair)}


def _save(network: Embedder, model: EmbedderFile, ctx: Context, params: Any) -> None:
    facts = {**model.facts, "steps": f"{model.facts.get('steps', '?')} + {params.steps}"}
    path = ctx.artifact("weights.safetensors")
    save_network(network, model.design, path, facts, model.crop)
