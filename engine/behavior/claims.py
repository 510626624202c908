"""What the papers of this system report, as checks.

Values of DBE and VDBE are those printed or drawn by the authors' executed example notebook
(Shi et al., "Learning Disentangled Behavior Embeddings", NeurIPS 2021); the paper's own tables
were not available.
"""

from __future__ import annotations

from engine.claims import AtMost, Claim, NotComparable, Reported

_NO_DATA = NotComparable(
    "the Hand-Reach videos, markers and expert labels are not published with the code"
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
