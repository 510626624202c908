"""What one can run on people in images and videos."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from engine.detection.params import EvaluateParams, NmsParams
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
        MetricSpec("fppi", "an image", text="false positives an image at the score in force"),
    ),
)

EXPERIMENTS = (NMS, EVALUATE)
