"""What the papers of this system report, as checks.

Values of DBE and VDBE are those printed or drawn by the authors' executed example notebook
(Shi et al., "Learning Disentangled Behavior Embeddings", NeurIPS 2021); the paper's own tables
were not available.
"""

from __future__ import annotations

from engine.claims import AtLeast, AtMost, Claim, NotComparable, Reported

_NO_DATA = NotComparable(
    "the Hand-Reach videos, markers and expert labels are not published with the code"
)
_FLIES = ("behavior/20190128_113421.120s.mp4", "behavior/predictions.analysis.h5")
_REDUCED = "reduced: CPU preset, one view of 96 px, one recording of two flies, 1000 steps"
_TRAINED = {"method": "dbe", "latent": 8, "split": "blocked300", "baselines": False}

CLAIMS = (
    Claim(
        key="dbe-pose-r2",
        system="behavior",
        method="DBE",
        text="The 8-number code predicts paw markers linearly, session by session (median R²)",
        where="example notebook, box plot",
        reported=Reported(0.90, 0.01),
        rule=_NO_DATA,
    ),
    Claim(
        key="vdbe-motif-accuracy",
        system="behavior",
        method="VDBE",
        text="Motifs mapped to expert classes agree with the experts on unseen videos (accuracy)",
        where="example notebook",
        reported=Reported(0.796),
        rule=_NO_DATA,
    ),
    Claim(
        key="vdbe-motif-ari",
        system="behavior",
        method="VDBE",
        text="The same agreement, corrected for chance (adjusted Rand index)",
        where="example notebook",
        reported=Reported(0.649),
        rule=_NO_DATA,
    ),
    Claim(
        key="vdbe-motif-nmi",
        system="behavior",
        method="VDBE",
        text="The same agreement as shared information (normalised mutual information)",
        where="example notebook",
        reported=Reported(0.669),
        rule=_NO_DATA,
    ),
    Claim(
        key="dbe-redraws",
        system="behavior",
        method="DBE",
        text="Eight numbers and one context frame redraw unseen frames (variance explained)",
        where="introduction, in words",
        reported=None,
        rule=AtLeast("fve", 0.65),
        experiment="behavior.embed",
        params={**_TRAINED, "crop": "egocentric"},
        needs=_FLIES,
        scale=_REDUCED,
        budget_s=200.0,
        gpu_budget_s=60.0,
    ),
    Claim(
        key="dbe-tells-posture",
        system="behavior",
        method="DBE",
        text="The code tells posture linearly: heading of a fly on unseen frames (R²)",
        where="introduction, in words",
        reported=None,
        rule=AtLeast("heading_r2", 0.75),
        experiment="behavior.embed",
        params={**_TRAINED, "crop": "egocentric"},
        needs=_FLIES,
        scale=_REDUCED,
        budget_s=200.0,
        gpu_budget_s=60.0,
    ),
    Claim(
        key="dbe-same-pose-same-code",
        system="behavior",
        method="DBE",
        text="The same moment has the same code in another scene (paired R²)",
        where="abstract, in words",
        reported=None,
        rule=AtLeast("paired_r2", 0.70),
        experiment="behavior.evaluate",
        params={**_TRAINED, "scenes": 2},
        needs=_FLIES,
        scale=f"{_REDUCED}, in two synthetic scenes",
        budget_s=200.0,
        gpu_budget_s=60.0,
    ),
    Claim(
        key="dbe-context-swap",
        system="behavior",
        method="DBE",
        text="A pose redrawn with another scene's context is that scene's frame (squared error)",
        where="abstract, in words",
        reported=None,
        rule=AtMost("swap_mse", 0.005),
        experiment="behavior.evaluate",
        params={**_TRAINED, "scenes": 2},
        needs=_FLIES,
        scale=f"{_REDUCED}, in two synthetic scenes",
        budget_s=200.0,
        gpu_budget_s=60.0,
    ),
    Claim(
        key="pca-streamed",
        system="behavior",
        method="PCA baseline",
        text="A basis learned in one pass explains as much as the best linear code of its size",
        where="Eckart-Young theorem",
        reported=Reported(0.0, source="theory"),
        rule=AtMost("streamed_gap", 0.02),
        experiment="behavior.embed",
        params={"method": "pca", "latent": 8},
        uses_example=True,
        scale="the product's own synthetic recording",
        budget_s=30.0,
        gpu_budget_s=30.0,
    ),
)
