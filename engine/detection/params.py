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
