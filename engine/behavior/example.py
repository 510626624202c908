"""The example recording of the Behavior tab, written on first use."""

from __future__ import annotations

from pathlib import Path

from engine.downloads import Download
from engine.whole_file import named_whole

_SECONDS = 40.0
_NAME = "head-fixed mouse (synthetic).mp4"


def example_recording(folder: Path) -> Path:
    """The synthetic recording in `folder`, written there if it is missing."""
    path = folder / _NAME
    if not path.exists():
        from engine.behavior.data import write_recording

        folder.mkdir(parents=True, exist_ok=True)
        with named_whole(path) as unfinished:
            write_recording(unfinished, seconds=_SECONDS, seed=0)
    return path


#: Public recordings of two fruit flies with poses, from the SLEAP project (academic and research
#: use, see its licence): pinned to a commit, checked by hash.
_SLEAP = (
    "https://raw.githubusercontent.com/talmolab/sleap/7785f660eff1ae2ee4deaef5d5dc0e7758dbbd16/"
)
DOWNLOADS = {
    "Two flies, courtship, 120 s (6 MB)": (
        Download(
            f"{_SLEAP}docs/notebooks/analysis_example/20190128_113421.120s.mp4",
            "44107745d80a675021f474366c4f78c09431c1318604a2a1be7868db15139c3b",
        ),
        Download(
            f"{_SLEAP}docs/notebooks/analysis_example/predictions.slp",
            "26aab842837e9ed243ef19fc9740c65e23634f92d8457bfe9bce4fea2c8bc943",
            "20190128_113421.120s.predictions.slp",
        ),
    ),
    "Two flies, close up, 73 s (4 MB)": (
        Download(
            f"{_SLEAP}tests/data/json_format_v1/centered_pair_low_quality.mp4",
            "d6ce6c0139f0ca89fdda96ae80358c04f5c337971888783101cf5795f8642ec0",
        ),
        Download(
            f"{_SLEAP}tests/data/hdf5_format_v1/centered_pair_predictions.slp",
            "18f7e7fcda459211857efaba654d2c3a101f4614a385cbbaaccf53f21294db8e",
            "centered_pair_low_quality.predictions.slp",
        ),
    ),
}
