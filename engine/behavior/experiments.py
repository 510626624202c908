"""What one can run on behaviour videos."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from engine.behavior.params import EmbedParams
from engine.experiment import Experiment, InputSpec, MetricSpec, Shown

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs


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
