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


def _trained(key: str, text: str, where: str, rule: AtLeast | AtMost, scenes: int = 1) -> Claim:
    """What the paper says in words, on a network that is trained for it in so many scenes."""
    apart = {"scenes": scenes} if scenes > 1 else {"crop": "egocentric"}
    return Claim(
        key=key,
        system="behavior",
        method="DBE",
        text=text,
        where=where,
        reported=None,
        rule=rule,
        experiment="behavior.evaluate" if scenes > 1 else "behavior.embed",
        params={**_TRAINED, **apart},
        needs=_FLIES,
        scale=f"{_REDUCED}, in {scenes} synthetic scenes" if scenes > 1 else _REDUCED,
        budget_s=200.0,
        gpu_budget_s=60.0,
    )


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
    _trained(
        "dbe-redraws",
        "Eight numbers and one context frame redraw unseen frames (variance explained)",
        "introduction, in words",
        AtLeast("fve", 0.65),
    ),
    _trained(
        "dbe-tells-posture",
        "The code tells posture linearly: heading of a fly on unseen frames (R²)",
        "introduction, in words",
        AtLeast("heading_r2", 0.75),
    ),
    _trained(
        "dbe-same-pose-same-code",
        "The same moment has the same code in another scene (paired R²)",
        "abstract, in words",
        AtLeast("paired_r2", 0.70),
        scenes=2,
    ),
    _trained(
        "dbe-context-swap",
        "A pose redrawn with another scene's context is that scene's frame (squared error)",
        "abstract, in words",
        AtMost("swap_mse", 0.005),
        scenes=2,
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
