"""What one can run on behaviour videos."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from engine.behavior.params import ApplyParams, EmbedParams, EvaluateParams
from engine.experiment import Experiment, InputSpec, MetricSpec, Shown

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs


def set_clock(recording: Any, table: Any | None) -> None:
    """Give a recording the frame times of a table, where one was given; errors as its reader."""
    if table is None:
        return
    from engine.files.video.clock import read_frame_times

    rate = float(getattr(getattr(recording, "index", None), "average_rate", 0) or 0)
    recording.use_clock(read_frame_times(table.path, recording.frame_count, rate).times_s)


def is_streamed(params: Any) -> bool:
    """True when one recording with these parameters is embedded by PCA while it streams in."""
    plain = params.crop in ("whole", "fixed") and params.split == "none" and params.views == 1
    return bool(params.method == "pca" and plain)


def run_embed(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Embed a recording: streamed PCA of whole frames, or a scored code of what is cut out."""
    set_clock(inputs["video"], inputs.get("times"))
    if is_streamed(params) and len(inputs.every("video")) == 1:
        from engine.behavior.embed import embed

        ((recording, poses),) = _pairs(inputs, params)
        yield from embed(recording, ctx, poses)
    else:
        from engine.behavior import dbe_run

        yield from dbe_run.embed(_pairs(inputs, params), ctx)


def run_evaluate(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Train or take a network, and score it; see `engine.behavior.evaluate_run`."""
    from engine.behavior.evaluate_run import evaluate

    yield from evaluate(_pairs(inputs, params), ctx, inputs.get("model"))


def run_apply(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Embed recordings with trained weights; see `engine.behavior.apply_run`."""
    from engine.behavior.apply_run import apply

    yield from apply(_pairs(inputs, params), inputs["model"], ctx)


def _pairs(inputs: Inputs, params: Any) -> list[Any]:
    """Recordings and the poses of each."""
    from engine.behavior.pairs import paired
    from engine.files.poses.pairing import PoseMap

    mapping = PoseMap(params.pose_offset, params.pose_stride)
    return paired(inputs.every("video"), inputs.every("poses"), mapping)


def _score(name: str, text: str, title: str, rtol: float = 1e-3) -> tuple[MetricSpec, ...]:
    """A score of the method and its deviation, and the same of what stands beside it."""
    specs = [MetricSpec(name, rtol=rtol, text=text, title=title)]
    text = f"deviation of {name} over seeds"
    specs.append(MetricSpec(f"{name}_sd", rtol=0.1, text=text, title="… ± over seeds"))
    for kind, words in (("pca", "PCA"), ("ae", "autoencoder")):
        specs.append(MetricSpec(f"{kind}_{name}", rtol=rtol, title=f"… {words}"))
    text, words = f"deviation of ae_{name} over seeds", "… autoencoder, ± over seeds"
    specs.append(MetricSpec(f"ae_{name}_sd", rtol=0.1, text=text, title=words))
    return tuple(specs)


_RECORDINGS = (
    InputSpec("video", ("video", "images", "image"), text="the recordings", many=True),
    InputSpec("poses", ("poses",), False, "where the animals are in them", many=True),
)
_CODE_SCORES = (
    *_score(
        "fve",
        "fraction of variance explained: 1 - squared error / that of the mean training frame, "
        "on the test frames of the split",
        "explained",
        1e-4,
    ),
    *_score(
        "heading_r2",
        "R² of the heading (cosine and sine) read linearly from the code, on test frames",
        "heading R²",
    ),
    *_score(
        "log_distance_r2",
        "R² of the log distance to the nearest other animal, read linearly from the code",
        "log distance R²",
    ),
)

EMBED = Experiment(
    name="behavior.embed",
    summary="Embed every frame of a recording in a few numbers",
    counts="frame",
    params=EmbedParams,
    run=run_embed,
    inputs=(
        *_RECORDINGS,
        InputSpec("times", ("table",), required=False, text="when each frame was taken"),
    ),
    metrics=(
        *_CODE_SCORES,
        MetricSpec("loss", rtol=1e-2, text="squared error of a training batch"),
        MetricSpec(
            "streamed_fve",
            rtol=1e-3,
            text="the same as fve for the basis learned in one pass over the frames",
            title="… in one pass",
        ),
        MetricSpec(
            "streamed_gap",
            rtol=1e-2,
            text="what one pass misses: fve minus streamed_fve",
            title="missed by one pass",
        ),
        MetricSpec("frames", "frames", rtol=0.0, text="frames embedded"),
        MetricSpec(
            "frames_per_s",
            "frames/s",
            kind="time",
            text="decoding and streaming rate",
            title="speed",
        ),
    ),
)

EVALUATE = Experiment(
    name="behavior.evaluate",
    summary="Score a code: what it redraws and tells, and whether pose and scene are apart in it",
    counts="frame",
    params=EvaluateParams,
    run=run_evaluate,
    inputs=(
        *_RECORDINGS,
        InputSpec("model", ("embedder",), required=False, text="weights to score, untrained else"),
    ),
    metrics=(
        *_CODE_SCORES,
        *_score(
            "heading_nn_r2", "R² of the heading by the 10 nearest codes", "heading, neighbours"
        ),
        *_score(
            "log_distance_nn_r2",
            "R² of the log distance by the 10 nearest codes",
            "log distance, neighbours",
        ),
        *_score(
            "parts_r2",
            "mean R² of the body parts relative to the thorax, read linearly from the code",
            "body parts R²",
        ),
        *_score(
            "session_accuracy",
            "share of test frames whose session a logistic regression tells from the code",
            "session told",
        ),
        *_score(
            "paired_r2",
            "agreement of codes of the same moment in two scenes",
            "paired consistency",
        ),
        *_score(
            "swap_mse",
            "squared error of a pose redrawn in the context of another scene, against its frame",
            "swap error",
        ),
        MetricSpec(
            "unchanged_mse",
            text="the same error of the frame left as it is",
            title="… left unchanged",
        ),
        MetricSpec("loss", rtol=1e-2, text="squared error of a training batch"),
        MetricSpec("frames", "frames", rtol=0.0, text="frames scored"),
    ),
)


def may_measure(params: Any, *, streamed: bool) -> frozenset[str]:
    """Names of the metrics that an embedding with these parameters may come to."""
    names = {spec.name for spec in EMBED.metrics}
    of_stream = {"streamed_fve", "streamed_gap", "frames_per_s"}
    if streamed:
        return frozenset({"fve", "frames"} | of_stream)
    names -= of_stream
    beside = {"dbe": ("pca_", "ae_"), "ae": ("pca_",), "pca": ()}[params.method]
    kept = beside if params.baselines else ()
    rivals = {name for name in names if name.startswith(("pca_", "ae_"))}
    names -= {name for name in rivals if not name.startswith(tuple(kept))}
    if params.method == "pca":
        names.discard("loss")
    if params.seeds == 1 or params.method == "pca":
        names = {name for name in names if not name.endswith("_sd")}
    return frozenset(names)


APPLY = Experiment(
    name="behavior.apply",
    summary="Embed recordings with trained weights, as they are or trained further",
    counts="frame",
    params=ApplyParams,
    run=run_apply,
    inputs=(
        *_RECORDINGS,
        InputSpec("model", ("embedder",), text="weights of behavior.embed"),
    ),
    metrics=(
        *(spec for spec in _CODE_SCORES if spec.name in ("fve", "heading_r2", "log_distance_r2")),
        MetricSpec("loss", rtol=1e-2, text="squared error of a training batch"),
        MetricSpec("frames", "frames", rtol=0.0, text="frames embedded"),
    ),
)
