"""Which frame of a recording an annotated image is."""

from __future__ import annotations

from pathlib import Path

from engine.detection.annotated import BoxFile, ImageBoxes
from engine.files.video.images import image_files
from engine.files.video.recording import Recording


def frame_numbers(file: BoxFile, recording: Recording) -> dict[int, ImageBoxes]:
    """Boxes by frame number, counted from 0.

    In a folder of images the names decide. Otherwise names that are whole numbers count frames
    from 1, as MOT does, or from 0 when there is a 0; any other names follow the file's order.
    """
    if recording.path.is_dir():
        stems = {path.stem: number for number, path in enumerate(image_files(recording.path))}
        named = {
            stems[stem]: image
            for image in file.images
            if (stem := _stem(image, stems)) is not None
        }
        if named:
            return named
    try:
        numbers = [int(image.name) for image in file.images]
    except ValueError:
        numbers = list(range(len(file.images)))
        first = 0
    else:
        first = 0 if 0 in numbers else 1
    return {
        number - first: image
        for number, image in zip(numbers, file.images, strict=True)
        if number - first < recording.frame_count
    }


def _stem(image: ImageBoxes, stems: dict[str, int]) -> str | None:
    for word in (Path(image.file).stem, Path(image.name).stem, image.name):
        if word in stems:
            return word
    return None
