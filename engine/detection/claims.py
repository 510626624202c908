"""What the papers report, as checks.

The numbers of Beta R-CNN are those of public result lists (CityPersons and CrowdHuman validation
sets); the paper's own tables were not available. AP 89.6 and MR^-2 40.3 belong to different
thresholds: 40.3 goes with AP 88.2 at a threshold of 7, by a later paper that quotes them.
"""

from __future__ import annotations

from engine.claims import AtLeast, AtMost, Claim, NotComparable, Reported

_METHOD = "Beta R-CNN"
_NO_DATA = NotComparable(
    "neither the data set nor weights trained on it are published with the method"
)


def _reported(key: str, text: str, value: float, unit: str, where: str) -> Claim:
    return Claim(
        key=key,
        system="detection",
        method=_METHOD,
        text=text,
        where=where,
        reported=Reported(value, unit=unit),
        rule=_NO_DATA,
    )


_CITY = "public result list, CityPersons validation"
_CROWD = "public result list, CrowdHuman validation"

CLAIMS = (
    _reported("city-reasonable", "MR⁻² on CityPersons Reasonable", 10.6, "%", _CITY),
    _reported("city-heavy", "MR⁻² on CityPersons Heavy (visibility 0 to 0.65)", 47.1, "%", _CITY),
    _reported("city-partial", "MR⁻² on CityPersons Partial", 10.3, "%", _CITY),
    _reported("city-bare", "MR⁻² on CityPersons Bare", 6.4, "%", _CITY),
    _reported("crowd-ap", "Best average precision on CrowdHuman, full body", 89.6, "%", _CROWD),
    _reported("crowd-mr2", "Best MR⁻² on CrowdHuman, at AP 88.2", 40.3, "%", _CROWD),
    Claim(
        key="same-box",
        system="detection",
        method="BetaNMS",
        text="Two people with one full box (IoU = 1) stay apart where their visible parts differ; "
        "IoU-NMS finds half of them",
        where="abstract and introduction",
        reported=None,
        rule=AtLeast("recall_over_iou", 0.4),
        experiment="detection.nms",
        params={"rule": "beta", "threshold": 2.0, "crowd": "same"},
        scale="suppression alone, on simulated detections",
        budget_s=30.0,
        gpu_budget_s=30.0,
    ),
    Claim(
        key="hard-crowd",
        system="detection",
        method="BetaNMS",
        text="In a dense crowd BetaNMS keeps more people than IoU-NMS at 0.5",
        where="abstract and introduction",
        reported=None,
        rule=AtLeast("recall_over_iou", 0.1),
        experiment="detection.nms",
        params={"rule": "beta", "threshold": 2.0, "crowd": "hard"},
        scale="suppression alone, on simulated near-ideal detections; detectors that see "
        "visibility poorly do not gain (see the comparison of heads)",
        budget_s=30.0,
        gpu_budget_s=30.0,
    ),
    Claim(
        key="hard-extras",
        system="detection",
        method="BetaNMS",
        text="It does so with no more extra boxes an image (at most 4.5) on the same boxes",
        where="abstract and introduction",
        reported=None,
        rule=AtMost("extra_per_image", 4.5),
        experiment="detection.nms",
        params={"rule": "beta", "threshold": 2.0, "crowd": "hard"},
        scale="suppression alone, on simulated near-ideal detections",
        budget_s=30.0,
        gpu_budget_s=30.0,
    ),
    Claim(
        key="head",
        system="detection",
        method=_METHOD,
        text="The beta head with BetaNMS reaches a higher average precision than the plain head "
        "(lower end of the 95 % interval above 0)",
        where="abstract",
        reported=None,
        rule=AtLeast("ap_gain_low", 0.0),
        experiment="detection.compare",
        params={"seeds": 3},
        scale="reduced: small backbone, drawn crowds, 400 iterations, 3 seeds",
        budget_s=1800.0,
        gpu_budget_s=600.0,
    ),
)
