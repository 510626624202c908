"""Images as a recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from video_clips import number_in, numbered

from engine.errors import BadInput
from engine.files.video.images import ImageSource, natural_key
from engine.files.video.planes import luma_of_rgb
from engine.files.video.recording import Recording

SIZE = (72, 40)


@pytest.fixture
def folder(tmp_path):
    """Twelve numbered images, whose names sort otherwise than their numbers."""
    place = tmp_path / "session ä 1"
    place.mkdir()
    for number in range(12):
        Image.fromarray(numbered(number, SIZE)).save(place / f"frame {number}.png")
    (place / "notes.txt").write_text("no image")
    (place / ".hidden.png").write_bytes((place / "frame 0.png").read_bytes())
    return place


def test_a_folder_is_a_recording_in_natural_order(folder):
    source = ImageSource(folder)
    assert isinstance(source, Recording)
    assert source.frame_count == source.readable_frames == 12
    assert [number_in(gray) for gray in source.gray_frames()] == list(range(12))
    assert [number_in(gray) for gray in source.gray_frames(1, 10, 4)] == [1, 5, 9]
    assert source.frame(7).shape == (40, 72, 3)
    assert source.preview(7) == 7
    assert source.summary == "72 x 40 px, 12 images, taken as 25 fps"


def test_images_have_no_clock(folder):
    source = ImageSource(folder, rate=10)
    assert not source.times_known
    assert source.times_s == pytest.approx(np.arange(12) / 10)
    assert ImageSource(folder).times_s[1] == 0.04


def test_natural_order():
    names = ["b1", "a10", "a2", "a02x", "10", "9"]
    assert sorted(names, key=lambda name: natural_key(Path(name))) == [
        "9",
        "10",
        "a2",
        "a02x",
        "a10",
        "b1",
    ]


def test_one_image_in_colour(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 13, 3), dtype="u1")
    path = tmp_path / "one.png"
    Image.fromarray(pixels).save(path)
    source = ImageSource(path)
    assert source.frame_count == 1
    assert np.array_equal(source.frame(0), pixels)
    assert np.array_equal(source.gray(0), luma_of_rgb(pixels))
    pillow = np.asarray(Image.fromarray(pixels).convert("L"))
    assert np.abs(source.gray(0).astype(int) - pillow).max() <= 1
    assert source.summary == "13 x 9 px, one image"


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".webp", ".jpg"])
def test_every_image_format_opens(tmp_path, suffix):
    path = tmp_path / f"image{suffix}"
    Image.fromarray(numbered(0b1010_0101_1100, (160, 64))).convert("RGB").save(path)
    source = ImageSource(path)
    assert (source.width, source.height) == (160, 64)
    assert number_in(source.gray(0)) == 0b1010_0101_1100
    source.close()


def test_sixteen_bits_keep_their_upper_eight(tmp_path):
    values = np.arange(65536, dtype="u2").reshape(256, 256)
    Image.fromarray(values).save(tmp_path / "deep.png")
    gray = ImageSource(tmp_path / "deep.png").gray(0)
    assert np.array_equal(gray, (values >> 8).astype("u1"))


def test_numbers_with_a_point_are_spread_from_least_to_greatest(tmp_path):
    ramp = np.linspace(-3, 5, 16, dtype="f4").reshape(4, 4)
    ramp[0, 0] = np.nan
    Image.fromarray(ramp).save(tmp_path / "float.tiff")
    source = ImageSource(tmp_path / "float.tiff")
    gray = source.gray(0)
    assert gray[0, 0] == 0
    assert gray[3, 3] == 255
    assert (np.diff(gray.ravel()[1:].astype(int)) > 0).all()
    assert "32-bit numbers" in source.summary
    source.close()


def test_pages_of_a_tiff_are_frames(tmp_path):
    pages = [Image.fromarray(numbered(number, SIZE)) for number in range(5)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    source = ImageSource(tmp_path / "stack.tif")
    assert [number_in(gray) for gray in source.gray_frames()] == list(range(5))
    source.close()


def test_a_photograph_is_turned_upright(tmp_path):
    pixels = numbered(3, SIZE)
    exif = Image.Exif()
    exif[0x0112] = 6  # Turn by 90 degrees clockwise.
    Image.fromarray(pixels).save(tmp_path / "phone.png", exif=exif)
    assert np.array_equal(ImageSource(tmp_path / "phone.png").gray(0), np.rot90(pixels, -1))


def test_palettes_and_transparency_become_colours(tmp_path):
    pixels = np.zeros((4, 4, 4), "u1")
    pixels[..., 0], pixels[..., 3] = 200, 255
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    Image.fromarray(pixels).convert("RGB").quantize(4).save(tmp_path / "palette.png")
    for name in ("clear.png", "palette.png"):
        assert ImageSource(tmp_path / name).frame(0)[0, 0].tolist() == [200, 0, 0]


def test_another_size_in_the_folder_is_refused(folder):
    Image.fromarray(numbered(0, (80, 40))).save(folder / "frame 20.png")
    source = ImageSource(folder)
    with pytest.raises(BadInput, match=r"frame 20\.png is 80 x 40 pixels"):
        source.gray(12)


def test_a_damaged_image_is_named(folder):
    whole = (folder / "frame 4.png").read_bytes()
    (folder / "frame 4.png").write_bytes(whole[: len(whole) // 2])
    source = ImageSource(folder)
    with pytest.raises(BadInput, match=r"frame 4\.png cannot be read as an image"):
        source.gray(4)
    assert number_in(source.gray(5)) == 5


def test_an_image_that_vanished_is_named(folder):
    source = ImageSource(folder)
    (folder / "frame 4.png").unlink()
    with pytest.raises(BadInput, match="does not exist any more"):
        source.frame(4)


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(BadInput, match="holds no images"):
        ImageSource(tmp_path)


def test_numbers_outside_are_refused(folder):
    for number in (-1, 12):
        with pytest.raises(IndexError):
            ImageSource(folder).gray(number)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_cameras_of_any_depth_fill_the_range(bits, tmp_path):
    import tifffile

    values = np.linspace(0, 2**bits - 1, 64 * 3, dtype="u2").reshape(3, 8, 8)
    tifffile.imwrite(tmp_path / "deep.tif", values, photometric="minisblack")
    source = ImageSource(tmp_path / "deep.tif")
    assert source.frame_count == 3
    shown = np.stack(list(source.gray_frames()))
    assert np.array_equal(shown, (values >> (bits - 8)).astype("u1"))
    assert ("16-bit grey" if bits == 16 else f"{bits} of 16 bits") in source.summary
    source.close()


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"bigtiff": True},
        {"imagej": True},
        {"byteorder": ">"},
        {"compression": "zlib"},
        {"ome": True},
        {"metadata": None},
    ],
    ids=str,
)
def test_stacks_of_every_layout(words, tmp_path):
    import tifffile

    frames = np.stack([numbered(number, SIZE) for number in range(9)]).astype("u2") * 16
    tifffile.imwrite(tmp_path / "stack.tif", frames, photometric="minisblack", **words)
    source = ImageSource(tmp_path / "stack.tif")
    assert source.frame_count == 9
    assert [number_in(source.gray(k)) for k in (8, 0, 5)] == [8, 0, 5]
    source.close()


def test_one_page_that_holds_all_frames_in_a_row(tmp_path):
    """As ImageJ writes stacks of more than 4 GB."""
    import tifffile

    frames = np.stack([numbered(number, SIZE) for number in range(7)])
    path = tmp_path / "long.tif"
    described = "ImageJ=1.53\nimages=7\nframes=7\nhyperstack=true\n"
    with tifffile.TiffWriter(path) as writer:
        writer.write(frames[0], description=described, metadata=None)
    with path.open("r+b") as file, tifffile.TiffFile(path) as tiff:
        file.seek(tiff.pages[0].dataoffsets[0])
        file.write(frames.tobytes())
    source = ImageSource(path)
    assert source.frame_count == 7
    assert [number_in(gray) for gray in source.gray_frames()] == list(range(7))
    source.close()


def test_a_cut_off_stack_tells_which_page(tmp_path):
    import tifffile

    frames = np.random.default_rng(0).integers(0, 255, (6, 40, 72)).astype("u1")
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, frames, photometric="minisblack", metadata=None, compression="zlib")
    path.write_bytes(path.read_bytes()[:-9000])
    source = ImageSource(path)
    with pytest.raises(BadInput, match=r"stack\.tif"):
        list(source.gray_frames())
    source.close()
