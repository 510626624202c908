"""Parameters of the experiments of detection."""

from __future__ import annotations

from typing import Literal

from engine.experiment import Params, param

_SUPPRESSION = "Suppression"


class SuppressionParams(Params):
    """What every experiment with suppression takes."""

    rule: Literal["beta", "iou", "visible_iou", "soft", "soft_iou", "none"] = param(
        "beta",
        title="Rule",
        text="What makes two boxes one person: BetaNMS, IoU of full or of visible boxes, soft "
        "BetaNMS, Soft-NMS, or nothing.",
        group=_SUPPRESSION,
        live=True,
        paper="beta",
    )
    threshold: float | None = param(
        None,
        title="Threshold",
        text="BetaNMS drops below this distance (higher: fewer boxes), IoU above this overlap "
        "(lower: fewer boxes); soft rules take it as their width. Empty: 2 nats, IoU 0.5, "
        "visible IoU 0.4. The 7 quoted of the paper belongs to its own unknown divergence.",
        group=_SUPPRESSION,
        symbol="KL_th",
        live=True,
        gt=0,
        le=1000,
    )
    score_min: float = param(
        0.3,
        title="Least score",
        text="Boxes below it are left out.",
        group=_SUPPRESSION,
        live=True,
        ge=0,
        le=1,
    )
    lam: float = param(
        0.25,
        title="Lambda",
        text="Standard deviation of the density over the visible extent; fitted to a published "
        "figure, as the paper's own is not known.",
        group="Density",
        symbol="λ",
        ge=0.05,
        le=0.288675,
    )
    measure: Literal["union_refit", "grid", "gaussian", "head_only"] = param(
        "union_refit",
        title="Distance",
        text="Half the symmetrised divergence after refitting both densities on the union of "
        "their boxes, or another rule; the paper's is not known.",
        group="Density",
    )
    prefilter: float = param(
        0.1,
        title="Prefilter",
        text="Pairs whose full boxes overlap no more than this never suppress each other.",
        group="Density",
        unit="IoU",
        ge=0,
        lt=1,
    )


class NmsParams(SuppressionParams):
    """Parameters of ``detection.nms``."""

    crowd: Literal["easy", "hard", "same"] = param(
        "hard",
        title="Crowd",
        text="Pairs simulated where no raw boxes are given; 'same' gives both people of a pair "
        "one full box.",
        group="Boxes",
    )


class EvaluateParams(Params):
    """Parameters of ``detection.evaluate``."""

    score_min: float = param(
        0.0,
        title="Least score",
        text="Detections below it are left out before anything is counted; toolkits take all.",
        group="Detections",
        ge=0,
        le=1,
    )
    operating: float = param(
        0.3,
        title="Score in force",
        text="The score at which precision, recall and false positives are told.",
        group="Detections",
        ge=0,
        le=1,
    )


class TrainParams(Params):
    """Parameters of ``detection.train``."""

    head: Literal["beta", "plain"] = param(
        "beta",
        title="Head",
        text="Two heads of 8 numbers with a BetaMask between, or the plain box head of Faster "
        "R-CNN.",
        group="Network",
        paper="beta",
    )
    preset: Literal["small", "resnet50"] = param(
        "small",
        title="Backbone",
        text="Eight convolutions for a processor, or ResNet-50 with a feature pyramid for a "
        "graphics card (trained from scratch).",
        group="Network",
        paper="resnet50",
    )
    lam: float = param(
        0.25,
        title="Lambda",
        text="Standard deviation of the density over the visible extent.",
        group="Network",
        symbol="λ",
        ge=0.05,
        le=0.288675,
    )
    mix: float = param(
        0.0,
        title="Identity in the mask",
        text="Share e of the BetaMask that lets everything through: e + (1 - e) mask.",
        group="Network",
        symbol="e",
        ge=0,
        le=1,
    )
    kl_weight: float = param(
        0.0,
        title="Weight of KL",
        text="Adds the divergence from true to predicted density to the loss; whether the paper "
        "does is not known.",
        group="Network",
        ge=0,
        le=1,
    )
    occlusion: Literal["light", "default", "heavy"] = param(
        "default",
        title="Occlusion",
        text="How close the people of a drawn group stand.",
        group="Data",
    )
    iterations: int = param(
        3000, title="Iterations", text="Steps of the optimiser.", group="Run", ge=1, le=1_000_000
    )
    batch: int = param(4, title="Batch", text="Images a step.", group="Run", ge=1, le=64)
    rate: float = param(
        1e-3,
        title="Learning rate",
        text="Of AdamW, after a warm-up and before the cosine takes it to zero.",
        group="Run",
        gt=0,
        le=0.1,
    )
    test_images: int = param(
        300,
        title="Images held back",
        text="On which the scores are measured.",
        group="Run",
        ge=1,
        le=10_000,
    )
    tuning_images: int = param(
        100,
        title="Images for tuning",
        text="Others, on which the threshold of each rule is chosen by its AP.",
        group="Run",
        ge=1,
        le=10_000,
    )


class DetectParams(SuppressionParams):
    """Parameters of ``detection.detect``."""

    model: Literal["own", "fasterrcnn", "retinanet", "ssdlite"] = param(
        "own",
        title="Model",
        text="The product's own small detector, trained on drawn crowds alone, or one of "
        "torchvision's trained on COCO. A model file given as input comes before it.",
        group="Model",
    )
    short_side: int = param(
        432,
        title="Shorter side",
        text="Larger frames are shrunk to this before detection; none is enlarged.",
        group="Model",
        unit="px",
        ge=64,
        le=2048,
    )
    stride: int = param(
        1, title="Stride", text="Take every n-th frame.", group="Model", ge=1, le=1000
    )
    download: bool = param(
        False,
        title="Allow download",
        text="Published weights may be downloaded from download.pytorch.org where missing.",
        group="Model",
    )
    allow_code: bool = param(
        False,
        title="Allow code",
        text="TorchScript and ONNX models run code written by others; say yes only when you "
        "trust where the file comes from.",
        group="Model",
    )
    person_class: int = param(
        1,
        title="Class of people",
        text="The label that a TorchScript or ONNX model gives to people.",
        group="Model",
        ge=0,
        le=10_000,
    )
    track: Literal["iou", "beta", "none"] = param(
        "iou",
        title="Identities",
        text="Assign boxes to tracks by IoU or by beta distance, frame by frame.",
        group="Output",
    )
    clip: bool = param(
        False,
        title="Annotated clip",
        text="Also write annotated.mp4.",
        group="Output",
    )


class CompareParams(TrainParams):
    """Parameters of ``detection.compare``; the head is both, in turn."""

    seeds: int = param(
        3, title="Seeds", text="Runs of each head, from the seed on.", group="Run", ge=1, le=100
    )
    iterations: int = param(
        400,
        title="Iterations",
        text="Steps of the optimiser, the same for both heads.",
        group="Run",
        ge=1,
        le=1_000_000,
    )
    test_images: int = param(
        150,
        title="Images held back",
        text="On which the scores are measured, for each seed.",
        group="Run",
        ge=1,
        le=10_000,
    )


class AnnotateParams(SuppressionParams):
    """Parameters of ``detection.annotate``."""

    track: Literal["iou", "beta", "none"] = param(
        "iou",
        title="Identities",
        text="Assign boxes to tracks by IoU or by beta distance, frame by frame.",
        group="Output",
    )
