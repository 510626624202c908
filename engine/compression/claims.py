"""What the papers of this system report, as checks.

LPLR: Saha, Srivastava, Pilanci, NeurIPS 2023 (arXiv 2310.11028). Values marked "published log"
stand in files published with the authors' code; accuracies were read second-hand.
"""

from __future__ import annotations

from engine.claims import AtLeast, AtMost, Claim, NotComparable, Reported, Within

_PHANTOM = {"b0": 1.0, "bits_left": 4, "bits_right": 8, "refit": True, "authors_setting": True}
_NO_DATA = NotComparable("the features these accuracies were measured on are not published")
_RANKS = NotComparable(
    "the log names no rank or bits, and 0.497 is what rank 7 gives, not the 83 of equal bits: "
    "it must not be used as the bar of a direct SVD"
)


def _phantom(key: str, method: str, text: str, value: float, tolerance: float) -> Claim:
    return Claim(
        key=key,
        system="compression",
        method="LPLR",
        text=text,
        where="published log, Shepp-Logan",
        reported=Reported(value),
        rule=Within("relative_error", tolerance),
        experiment="compression.lplr",
        params={**_PHANTOM, "method": method, "refit": method == "lplr"},
        uses_example=True,
        scale="bits not named in the log: (4, 8) at 1 bit per entry taken",
        budget_s=30.0,
        gpu_budget_s=30.0,
    )


CLAIMS = (
    _phantom(
        "lplr-phantom",
        "lplr",
        "LPLR of the Shepp-Logan phantom at the bits of a 1-bit quantizer (relative error)",
        0.23973,
        0.015,
    ),
    _phantom(
        "lplr-phantom-naive",
        "nq",
        "The naive 1-bit quantizer of the same phantom (relative error)",
        0.53229,
        0.001,
    ),
    Claim(
        key="lplr-phantom-dsvd",
        system="compression",
        method="LPLR",
        text="Direct SVD quantisation of the same phantom (relative error)",
        where="published log, Shepp-Logan",
        reported=Reported(0.49695),
        rule=_RANKS,
    ),
    Claim(
        key="lplr-phantom-ahead",
        system="compression",
        method="LPLR",
        text="At 1 bit per entry LPLR errs less than naive quantisation (relative error)",
        where="abstract; bound is the published naive error",
        reported=Reported(0.53229),
        rule=AtMost("relative_error", 0.53229),
        experiment="compression.lplr",
        params={"method": "lplr", "b0": 1.0},
        uses_example=True,
        budget_s=30.0,
        gpu_budget_s=30.0,
    ),
    Claim(
        key="lplr-best-rank",
        system="compression",
        method="LPLR",
        text="No matrix of the rank used (83) is nearer than the best one (error at least)",
        where="Eckart-Young theorem",
        reported=Reported(0.1150, source="theory"),
        rule=AtLeast("relative_error", 0.1149),
        experiment="compression.lplr",
        params={"method": "lplr_plus", "b0": 1.0},
        uses_example=True,
        budget_s=30.0,
        gpu_budget_s=30.0,
    ),
    Claim(
        key="lplr-cifar10",
        system="compression",
        method="LPLR",
        text="3-nearest-neighbour accuracy on CIFAR-10 features at 1 bit, class by class",
        where="table of neighbour accuracies",
        reported=Reported(0.92),
        rule=_NO_DATA,
    ),
    Claim(
        key="lplr-llama",
        system="compression",
        method="LPLR-SVD",
        text="Mean relative error over the layers of LLaMA-7b",
        where="per-layer figure",
        reported=Reported(0.537),
        rule=NotComparable("7 billion weights do not fit a desktop run of this check"),
    ),
)
