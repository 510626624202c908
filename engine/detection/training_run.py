"""``detection.train``: learn on drawn crowds or own images, then score on images held back."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.context import Context
from engine.detection import evaluation_figures, held_back, training_figures
from engine.detection.network import Design
from engine.detection.own_images import annotated_windows
from engine.detection.params import TrainParams
from engine.detection.training import (
    HELD_BACK,
    LEARNT,
    Recipe,
    Source,
    Step,
    drawn,
    new_network,
    train,
)
from engine.detection.weights import save_network
from engine.errors import BadInput
from engine.experiment import Snapshot

if TYPE_CHECKING:
    from engine.detection.annotated import BoxFile
    from engine.files.video.recording import Recording

#: Stream of the images on which thresholds are tuned.
TUNED_ON = 4
_SHOWN_EVERY = 25


@dataclass(frozen=True, slots=True)
class Sources:
    """Examples to learn from, to tune thresholds on, and to test on; and what they are."""

    learnt: Source
    tuning: Source
    test: Source
    words: str


def run(
    recording: Recording | None, truth: BoxFile | None, ctx: Context
) -> Generator[Snapshot, None, None]:
    """Train; a snapshot every iteration, and at the end one with scores and weights."""
    params: TrainParams = ctx.params
    sources = sources_of(params, recording, truth)
    network = new_network(design_of(params, params.head), params.seed)
    ctx.batch_used = params.batch
    steps: list[Step] = []
    total = params.iterations + params.tuning_images + params.test_images
    for step in train(network, sources.learnt, recipe_of(params), ctx.check):
        steps.append(step)
        shown = step.number % _SHOWN_EVERY == 0 or step.number == params.iterations
        drawn_now = {"losses": training_figures.losses(steps)} if shown else {}
        metrics = {"loss": step.total}
        yield Snapshot(step.number, total, metrics, drawn_now, note="training")
    images: dict[str, list[held_back.RawImage]] = {"tuning": [], "test": []}
    for name, source, count in (
        ("tuning", sources.tuning, params.tuning_images),
        ("test", sources.test, params.test_images),
    ):
        for image in held_back.looked_at(network, source, range(count)):
            images[name].append(image)
            done = params.iterations + len(images["tuning"]) + len(images["test"])
            yield Snapshot(done, total, note="detecting on held-back images")
    final = _scored(images["tuning"], images["test"], params.head, ctx)
    facts = {
        "command": f"main.py run detection.train --seed {params.seed}",
        "iterations": str(params.iterations),
        "seed": str(params.seed),
        "ap": f"{final.metrics['ap']:.4f}",
        "source": sources.words,
    }
    save_network(network, ctx.artifact("detector.safetensors"), facts)
    pixels = sources.test(0).pixels
    figures = {
        "losses": training_figures.losses(steps),
        "rules": training_figures.rules(final.scores),
        "precision_recall": evaluation_figures.precision_recall(final.best.curve),
        "miss_rate": evaluation_figures.miss_rate(final.best.curve),
        "sample": training_figures.sample(pixels, images["test"][0], final.best.how),
    }
    texts = {"data": sources.words, "rule": final.words}
    yield Snapshot(total, total, final.metrics, figures, texts)


@dataclass(frozen=True, slots=True)
class Final:
    """Scores by rule on the held-back images, as metrics too."""

    scores: dict[str, held_back.Score]
    metrics: dict[str, float]
    words: str

    @property
    def best(self) -> held_back.Score:
        """The rule whose scores are the metrics ``ap``, ``mr2`` and ``ji``."""
        return next(iter(self.scores.values()))


def design_of(params: TrainParams, head: str) -> Design:
    """The network that parameters ask for."""
    return Design(
        preset=params.preset,
        head="beta" if head == "beta" else "plain",
        spread=params.lam,
        mix=params.mix,
        kl_weight=params.kl_weight,
    )


def recipe_of(params: TrainParams, seed: int | None = None) -> Recipe:
    """The training that parameters ask for."""
    return Recipe(
        iterations=params.iterations,
        batch=params.batch,
        rate=params.rate,
        seed=params.seed if seed is None else seed,
    )


def sources_of(
    params: TrainParams,
    recording: Recording | None,
    truth: BoxFile | None,
    seed: int | None = None,
) -> Sources:
    """Drawn crowds, or windows of own images: every fifth frame is held back.

    Raises
    ------
    BadInput
        Images without annotations were given, or the other way round.
    """
    seed = params.seed if seed is None else seed
    if recording is None and truth is None:
        learnt, tuning, test = (
            drawn(seed, stream, params.occlusion) for stream in (LEARNT, TUNED_ON, HELD_BACK)
        )
        return Sources(learnt, tuning, test, f"drawn crowds, occlusion {params.occlusion}")
    if recording is None or truth is None:
        raise BadInput("Own images need their boxes and boxes their images; give both or neither.")
    frames = range(recording.readable_frames)
    kept = [number for number in frames if number % 5 != 4]
    back = [number for number in frames if number % 5 == 4]
    learnt, tuning, test = (
        annotated_windows(recording, truth, seed, stream, part)
        for stream, part in ((LEARNT, kept), (TUNED_ON, kept), (HELD_BACK, back))
    )
    return Sources(
        learnt, tuning, test, f"windows of {recording.name}, every fifth frame held back"
    )


def _scored(
    tuning: list[held_back.RawImage], test: list[held_back.RawImage], head: str, ctx: Context
) -> Final:
    rules = ("beta", "iou", "visible_iou") if head == "beta" else ("iou",)
    scores = {}
    for rule in rules:
        how = held_back.tuned(tuning, rule, ctx.check)
        scores[rule] = held_back.score(test, how, ctx.check)
    plain = scores["iou"]
    best = scores[rules[0]]
    seen = held_back.visibility(test, best.how)
    metrics = {
        "ap": best.ap,
        "mr2": best.mr2,
        "ji": best.ji,
        "recall": best.recall,
        "threshold": best.how.limit,
        "ap_iou": plain.ap,
        "mr2_iou": plain.mr2,
        "ji_iou": plain.ji,
        "visible_overlap": seen.overlap,
        "visibility_r": seen.correlation,
        "n_images": float(len(test)),
    }
    if "visible_iou" in scores:
        metrics["ap_visible_iou"] = scores["visible_iou"].ap
        metrics["mr2_visible_iou"] = scores["visible_iou"].mr2
    words = f"{best.how.rule} at {best.how.limit:g}, tuned on {len(tuning)} other images"
    return Final(scores, metrics, words)
