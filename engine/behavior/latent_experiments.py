"""What one can run on latents: maps and motifs."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Literal

from engine.experiment import Experiment, InputSpec, MetricSpec, Params, Shown, param

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

_LATENTS = InputSpec(
    "latents", ("latents", "results"), text="a table of latents, or the results of behavior.embed"
)


class MapParams(Params):
    """Parameters of ``behavior.map``."""

    method: Literal["pca", "tsne", "umap"] = param(
        "pca",
        title="Map",
        text="PCA keeps distances and is exact; t-SNE and UMAP keep neighbourhoods.",
        group="Map",
    )
    standardise: bool = param(
        True,
        title="Standardise",
        text="Give every number of the code the same spread first.",
        group="Map",
    )
    perplexity: float = param(
        30.0,
        title="Perplexity",
        text="Of t-SNE: how many neighbours weigh.",
        group="Map",
        ge=2,
        le=500,
    )
    neighbors: int = param(
        15,
        title="Neighbours",
        text="Of UMAP: size of the neighbourhood.",
        group="Map",
        ge=2,
        le=500,
    )
    min_dist: float = param(
        0.1,
        title="Least distance",
        text="Of UMAP: how close points may come.",
        group="Map",
        ge=0.0,
        le=0.99,
    )
    most: int = param(
        10_000,
        title="Laid out",
        text="Frames that make the layout, drawn at random; the others are projected into it.",
        group="Map",
        unit="frames",
        ge=100,
        le=200_000,
    )
    judged: int = param(
        1_000,
        title="Judged on",
        text="Frames on which trustworthiness and continuity are taken, drawn at random.",
        group="Map",
        unit="frames",
        ge=50,
        le=10_000,
    )
    judged_neighbors: int = param(
        12,
        title="Judged by",
        text="The neighbourhood that trustworthiness and continuity compare.",
        group="Map",
        symbol="k",
        ge=1,
        le=200,
    )


class MotifParams(Params):
    """Parameters of ``behavior.motifs``."""

    method: Literal["kmeans", "hmm"] = param(
        "hmm",
        title="Motifs by",
        text="k-means looks at each frame alone; a Gaussian HMM also at what came before.",
        group="Motifs",
    )
    motifs: int = param(
        12,
        title="Motifs",
        text="How many at most; unused ones are told.",
        group="Motifs",
        symbol="K",
        paper=30,
        ge=2,
        le=100,
    )
    sticky: float = param(
        0.0,
        title="Stickiness",
        text="Of the HMM: transitions to itself that each motif is given beforehand. "
        "More makes bouts longer.",
        group="Motifs",
        ge=0.0,
        le=1e6,
    )
    covariance: Literal["diag", "full"] = param(
        "diag",
        title="Covariance",
        text="Of the HMM's Gaussians.",
        group="Motifs",
    )
    iterations: int = param(
        100,
        title="Iterations",
        text="At most so many of the fit.",
        group="Motifs",
        ge=1,
        le=2000,
    )
    restarts: int = param(
        3,
        title="Restarts",
        text="Fits from different starts, of which the best is taken.",
        group="Motifs",
        ge=1,
        le=20,
    )
    drop_frames: int = param(
        3,
        title="Drop bouts up to",
        text="Bouts of at most so many frames are left out of table and histogram; labels stay.",
        group="Bouts",
        unit="frames",
        paper=3,
        ge=0,
        le=1000,
    )
    previous: str = param(
        "",
        title="Colours of",
        text="Results of an earlier run: motifs that overlap most keep their colour.",
        group="Bouts",
        file_kinds=("latents", "results"),
    )


def run_map(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Lay latents out in the plane; see `engine.behavior.map_run`."""
    from engine.behavior.latent_kind import latents_in
    from engine.behavior.map_run import map_latents

    yield from map_latents(latents_in(inputs["latents"]), ctx)


def run_motifs(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Segment latents into motifs; see `engine.behavior.motif_run`."""
    from engine.behavior.latent_kind import latents_in
    from engine.behavior.motif_run import find_motifs

    earlier = latents_in(inputs["previous"]) if "previous" in inputs else ()
    yield from find_motifs(latents_in(inputs["latents"]), earlier, ctx)


MAP = Experiment(
    name="behavior.map",
    summary="Lay the latents of frames out in the plane",
    counts="frame",
    params=MapParams,
    run=run_map,
    inputs=(_LATENTS,),
    metrics=(
        MetricSpec(
            "trustworthiness",
            rtol=1e-3,
            text="1 when no frames are neighbours on the map alone; on a sample",
        ),
        MetricSpec(
            "continuity",
            rtol=1e-3,
            text="1 when no neighbours among the codes are torn apart; on a sample",
        ),
        MetricSpec("frames", "frames", rtol=0.0, text="frames on the map"),
        MetricSpec("laid_out", "frames", rtol=0.0, text="frames that made the layout"),
        MetricSpec("map_s", "s", kind="time", text="seconds to make and judge the map"),
    ),
)

MOTIFS = Experiment(
    name="behavior.motifs",
    summary="Segment latents into motifs: k-means or a Gaussian HMM",
    counts="frame",
    params=MotifParams,
    run=run_motifs,
    inputs=(_LATENTS,),
    metrics=(
        MetricSpec("states_used", "motifs", rtol=0.0, text="motifs that some frame has"),
        MetricSpec("entropy", "bit", rtol=1e-3, text="entropy of the usage of motifs"),
        MetricSpec("bouts", rtol=1e-3, text="runs of one motif, short ones dropped"),
        MetricSpec("median_bout_s", "s", rtol=1e-3, text="median length of these", title="bout"),
        MetricSpec(
            "silhouette",
            rtol=1e-3,
            text="mean silhouette of frames in the space of codes, on a sample",
        ),
        MetricSpec(
            "heldout_ll",
            "nat/frame",
            rtol=1e-3,
            text="log-likelihood of the last fifth of each stretch under an HMM fitted to the "
            "rest; of the HMM alone",
            title="held-out fit",
        ),
        MetricSpec(
            "kept",
            rtol=1e-3,
            text="share of the frames known to the earlier run that keep their colour",
        ),
    ),
)
