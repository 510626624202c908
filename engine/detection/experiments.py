"""What one can run on people in images and videos."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from engine.detection.kinds import MODEL_KINDS
from engine.detection.params import (
    AnnotateParams,
    CompareParams,
    DetectParams,
    EvaluateParams,
    NmsParams,
    TrainParams,
)
from engine.experiment import Experiment, InputSpec, MetricSpec, Shown

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs


def run_nms(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Suppress raw boxes; see `engine.detection.suppression_run`."""
    from engine.detection.suppression_run import run

    yield from run(inputs.get("raw"), ctx)


def run_evaluate(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Score detections; see `engine.detection.evaluation_run`."""
    from engine.detection.evaluation_run import run

    yield from run(inputs["ground_truth"], inputs["detections"], ctx)


def run_detect(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Detect in a recording; see `engine.detection.detect_run`."""
    from engine.detection.detect_run import run

    yield from run(inputs["video"], inputs.get("model"), ctx)


def run_annotate(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Draw stored boxes; see `engine.detection.annotate_run`."""
    from engine.detection.annotate_run import run

    yield from run(inputs["video"], inputs["raw"], ctx)


def run_train(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Train a detector; see `engine.detection.training_run`."""
    from engine.detection.training_run import run

    yield from run(inputs.get("images"), inputs.get("ground_truth"), ctx)


def run_compare(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Compare the heads; see `engine.detection.compare_run`."""
    from engine.detection.compare_run import run

    yield from run(ctx)


NMS = Experiment(
    name="detection.nms",
    summary="Suppress duplicates among raw boxes, and count who is left",
    params=NmsParams,
    run=run_nms,
    inputs=(InputSpec("raw", ("raw_boxes",), required=False, text="boxes before suppression"),),
    metrics=(
        MetricSpec("recall", text="people with a surviving box of their own"),
        MetricSpec("extra_per_image", "boxes", text="surviving boxes beyond one a person found"),
        MetricSpec("iou_recall", text="recall of IoU-NMS at 0.5 on the same boxes"),
        MetricSpec("iou_extra_per_image", "boxes", text="extra boxes of IoU-NMS at 0.5"),
        MetricSpec("recall_over_iou", text="recall minus iou_recall"),
    ),
)

EVALUATE = Experiment(
    name="detection.evaluate",
    summary="Score detections against ground truth as the public toolkits do",
    params=EvaluateParams,
    run=run_evaluate,
    inputs=(
        InputSpec("ground_truth", ("boxes",), text="who is really there"),
        InputSpec("detections", ("boxes",), text="what a detector says"),
    ),
    metrics=(
        MetricSpec("ap", text="average precision, CrowdHuman flavour (raw trapezoid)"),
        MetricSpec("mr2", text="MR^-2, CrowdHuman flavour; lower is better"),
        MetricSpec("ji", text="Jaccard index, largest over score cuts"),
        MetricSpec("mr2_reasonable", text="MR^-2, CityPersons Reasonable"),
        MetricSpec("mr2_bare", text="MR^-2, CityPersons Bare"),
        MetricSpec("mr2_partial", text="MR^-2, CityPersons Partial"),
        MetricSpec("mr2_heavy", text="MR^-2, CityPersons Heavy (visibility 0 to 0.65)"),
        MetricSpec("mr2_all", text="MR^-2, CityPersons All"),
        MetricSpec("n_images", "images", rtol=0.0, text="images of the ground truth"),
        MetricSpec("precision", text="precision at the score in force"),
        MetricSpec("recall", text="recall at the score in force"),
        MetricSpec("f1", text="their harmonic mean"),
        MetricSpec("fppi", "per image", text="false positives an image at the score in force"),
    ),
)

DETECT = Experiment(
    name="detection.detect",
    summary="Find people in every frame of a video or image",
    params=DetectParams,
    run=run_detect,
    inputs=(
        InputSpec("video", ("video", "images", "image"), text="what to look at"),
        InputSpec("model", MODEL_KINDS, required=False, text="weights or a model"),
    ),
    metrics=(
        MetricSpec("frames", "frames", rtol=0.0, text="frames looked at"),
        MetricSpec("boxes", "boxes", rtol=1e-2, text="boxes left after suppression"),
        MetricSpec("boxes_per_frame", "boxes", rtol=1e-2, text="their mean"),
        MetricSpec("raw_boxes", "boxes", rtol=1e-2, text="boxes before suppression"),
        MetricSpec("tracks", "tracks", rtol=5e-2, text="identities given"),
        MetricSpec("frames_per_s", "frames/s", kind="time", text="decoding and detecting"),
    ),
)

TRAIN = Experiment(
    name="detection.train",
    summary="Train a small detector on drawn crowds, or on your own images",
    params=TrainParams,
    run=run_train,
    inputs=(
        InputSpec("images", ("video", "images", "image"), required=False, text="own frames"),
        InputSpec("ground_truth", ("boxes",), required=False, text="their boxes"),
    ),
    metrics=(
        MetricSpec("loss", rtol=1e-3, text="sum of all parts of the loss"),
        MetricSpec("ap", rtol=1e-2, text="average precision on held-back images"),
        MetricSpec("mr2", rtol=1e-2, text="MR^-2 on held-back images; lower is better"),
        MetricSpec("ji", rtol=1e-2, text="Jaccard index on held-back images"),
        MetricSpec("recall", rtol=1e-2, text="recall at the lowest score"),
        MetricSpec("threshold", text="threshold of the rule, tuned on other images"),
        MetricSpec("ap_iou", rtol=1e-2, text="average precision under IoU-NMS, also tuned"),
        MetricSpec("mr2_iou", rtol=1e-2, text="MR^-2 under IoU-NMS, also tuned"),
        MetricSpec("ji_iou", rtol=1e-2, text="Jaccard index under IoU-NMS, also tuned"),
        MetricSpec("ap_visible_iou", rtol=1e-2, text="AP under IoU-NMS of visible boxes"),
        MetricSpec("mr2_visible_iou", rtol=1e-2, text="MR^-2 under IoU-NMS of visible boxes"),
        MetricSpec("visible_overlap", rtol=1e-2, text="mean IoU of visible boxes, true positives"),
        MetricSpec("visibility_r", rtol=2e-2, text="correlation of seen and true visible share"),
        MetricSpec("n_images", "images", rtol=0.0, text="images held back"),
    ),
)


def _compared(name: str, text: str) -> tuple[MetricSpec, ...]:
    """A metric of every head and rule, with its deviation over the seeds."""
    entries = ("beta", "beta_iou", "beta_visible_iou", "plain")
    return tuple(
        MetricSpec(f"{name}_{entry}{part}", rtol=2e-2, text=text)
        for entry in entries
        for part in ("", "_sd")
    )


COMPARE = Experiment(
    name="detection.compare",
    summary="Beta head against plain head: equal iterations, several seeds, intervals",
    params=CompareParams,
    run=run_compare,
    metrics=(
        MetricSpec("loss", rtol=1e-3, text="sum of all parts of the loss"),
        *_compared("ap", "average precision on held-back images, mean over seeds"),
        *_compared("mr2", "MR^-2 on held-back images, mean over seeds"),
        MetricSpec("ap_gain", rtol=5e-2, text="AP of beta head with BetaNMS minus plain head"),
        MetricSpec("ap_gain_low", rtol=5e-2, text="low end of its 95 % interval"),
        MetricSpec("ap_gain_high", rtol=5e-2, text="high end"),
        MetricSpec("mr2_gain", rtol=5e-2, text="MR^-2 of plain head minus that of beta head"),
        MetricSpec("mr2_gain_low", rtol=5e-2, text="low end of its 95 % interval"),
        MetricSpec("mr2_gain_high", rtol=5e-2, text="high end"),
        MetricSpec("n_seeds", rtol=0.0, text="runs of each head"),
    ),
)

ANNOTATE = Experiment(
    name="detection.annotate",
    summary="Draw stored raw boxes over their recording, without running a network",
    params=AnnotateParams,
    run=run_annotate,
    inputs=(
        InputSpec("video", ("video", "images", "image"), text="the recording"),
        InputSpec("raw", ("raw_boxes",), text="raw boxes that detection.detect left"),
    ),
    metrics=(
        MetricSpec("frames", "frames", rtol=0.0, text="frames drawn"),
        MetricSpec("boxes", "boxes", text="boxes left after suppression"),
    ),
)

EXPERIMENTS = (DETECT, EVALUATE, NMS, TRAIN, COMPARE, ANNOTATE)
