"""What one can run on behaviour videos."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Literal

from engine.experiment import Experiment, InputSpec, MetricSpec, Params, Shown, param

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs


class EmbedParams(Params):
    """Parameters of ``behavior.embed``."""

    method: Literal["pca"] = param(
        "pca",
        title="Method",
        text="How frames become codes: the linear code of least squared error.",
        group="Model",
    )
    latent: int = param(
        8,
        title="Code size",
        text="Numbers that describe one frame.",
        group="Model",
        symbol="D",
        paper=8,
        ge=2,
        le=64,
    )
    size_px: int = param(
        64,
        title="Analysis size",
        text="The longer side of the frame after area averaging; smaller frames stay as they are.",
        group="Frames",
        unit="px",
        paper=128,
        ge=16,
        le=256,
    )
    crop: Literal["whole", "fixed"] = param(
        "whole",
        title="Crop",
        text="The whole frame, as for a head-fixed animal, or one fixed box of it.",
        group="Frames",
        paper="whole",
    )
    crop_box: tuple[int, int, int, int] = param(
        (0, 0, 0, 0),
        title="Crop box",
        text="Left, top, width and height of the fixed crop; draw it on the video.",
        group="Frames",
        unit="px",
    )
    stride: int = param(
        1,
        title="Stride",
        text="Take every n-th frame.",
        group="Frames",
        paper=1,
        ge=1,
        le=1000,
    )
    batch: int = param(
        64,
        title="Batch",
        text="Frames between two updates of the streamed basis.",
        group="Run",
        live=True,
        ge=16,
        le=1024,
    )


def set_clock(recording: Any, table: Any | None) -> None:
    """Give a recording the frame times of a table, where one was given; errors as its reader."""
    if table is None:
        return
    from engine.files.video.clock import read_frame_times

    rate = float(getattr(getattr(recording, "index", None), "average_rate", 0) or 0)
    recording.use_clock(read_frame_times(table.path, recording.frame_count, rate).times_s)


def run_embed(inputs: Inputs, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    """Embed a recording; see `engine.behavior.embed`."""
    from engine.behavior.embed import embed

    set_clock(inputs["video"], inputs.get("times"))
    yield from embed(inputs["video"], ctx, inputs.get("poses"))


EMBED = Experiment(
    name="behavior.embed",
    summary="Embed every frame of a recording in a few numbers",
    params=EmbedParams,
    run=run_embed,
    inputs=(
        InputSpec("video", ("video", "images", "image"), text="the recording"),
        InputSpec("poses", ("poses",), required=False, text="where the animals are in it"),
        InputSpec("times", ("table",), required=False, text="when each frame was taken"),
    ),
    metrics=(
        MetricSpec(
            "fve",
            rtol=1e-4,
            text="fraction of variance explained by the exact basis, in-sample",
            title="explained",
        ),
        MetricSpec(
            "streamed_fve",
            rtol=1e-3,
            text="the same for the basis learned in one pass over the frames",
            title="… in one pass",
        ),
        MetricSpec(
            "streamed_gap",
            rtol=1e-2,
            text="what one pass misses: fve minus streamed_fve",
            title="… missed by it",
        ),
        MetricSpec("frames", "frames", rtol=0.0, text="frames embedded"),
        MetricSpec(
            "frames_per_s",
            "frames/s",
            kind="time",
            text="decoding and streaming rate",
            title="speed",
        ),
    ),
)
