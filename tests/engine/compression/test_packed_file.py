"""The packed file: bit-exact, as large as it says, and safe to open whatever it holds."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compression.matrices.container import as_bytes, predicted_bytes, read, write
from engine.compression.matrices.methods import Compressed, compress
from engine.compression.matrices.settings import CARD_METHODS, Settings
from engine.errors import BadInput
from engine.files.identify import identify, open_file


def matrix(seed: int = 0, shape: tuple[int, int] = (40, 31)) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def same(one: Compressed, other: Compressed) -> bool:
    return torch.equal(one.decode(), other.decode()) and as_bytes(one) == as_bytes(other)


@settings(max_examples=30, deadline=None)
@given(
    method=st.sampled_from(CARD_METHODS),
    left=st.integers(1, 16),
    right=st.integers(1, 16),
    rank=st.integers(1, 20),
    refit=st.booleans(),
    vector=st.booleans(),
    stages=st.integers(1, 3),
    variant=st.sampled_from(["columns", "rows"]),
)
def test_a_file_is_bit_exact_and_as_large_as_shown(
    tmp_path_factory: pytest.TempPathFactory,
    method: str,
    left: int,
    right: int,
    rank: int,
    refit: bool,
    vector: bool,
    stages: int,
    variant: str,
) -> None:
    asked = Settings(
        method,  # type: ignore[arg-type]
        rank,
        left,
        right,
        bits=left,
        refit=refit,
        scales="vector" if vector else "tensor",
        stages=stages,
        variant=variant,  # type: ignore[arg-type]
    )
    made = compress(matrix(), asked, seed=3)
    path = tmp_path_factory.mktemp("packed") / "a.lplr"
    size = write(made, path)
    assert size == path.stat().st_size == predicted_bytes((40, 31), asked, 3)
    back, head = read(path)
    assert same(made, back)
    assert head.shape == (40, 31)


def test_our_coded_remainder_is_bit_exact_and_fits(tmp_path: Path) -> None:
    for shape, budget in (((40, 31), 900), ((90, 70), 3000), ((90, 70), 30_000)):
        made = compress(matrix(1, shape), Settings("coded", budget_bytes=budget))
        assert write(made, tmp_path / "a.lplr") <= budget
        back, _ = read(tmp_path / "a.lplr")
        assert same(made, back)


def test_it_is_recognised_by_content(tmp_path: Path) -> None:
    write(compress(matrix(), Settings("nq", bits=3)), tmp_path / "a.dat")
    found = identify(tmp_path / "a.dat")
    assert found.kind.name == "lplr"
    assert "40 x 31" in open_file(found).summary


def damaged(data: bytes) -> dict[str, bytes]:
    """Hostile and damaged files made from a good one."""
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]

    def with_head(**changes: object) -> bytes:
        inner = json.loads(header["__metadata__"]["lplr"]) | changes
        text = json.dumps({**header, "__metadata__": {"lplr": json.dumps(inner)}}).encode()
        return struct.pack("<Q", len(text)) + text + body

    nan = bytearray(body)
    at = header["left_scale"]["data_offsets"][0]
    nan[at : at + 4] = np.float32(np.nan).tobytes()
    return {
        "cut": data[:-7],
        "header cut": data[:60],
        "longer": data + b"xxxx",
        "huge": with_head(shape=[2_000_000_000, 2_000_000_000]),
        "other shape": with_head(shape=[41, 31]),
        "negative": with_head(shape=[-40, 31]),
        "bits": with_head(bits=[99, 4]),
        "one bits": with_head(bits=[4]),
        "rank": with_head(rank=1000),
        "method": with_head(method="__import__"),
        "newer": with_head(v=2),
        "extra": with_head(command="rm"),
        "words": with_head(shape=["a", "b"]),
        "source": with_head(source=[3, 3]),
        "nan": data[: 8 + length] + bytes(nan),
        "deep": data[:8] + b'{"__metadata__":{"lplr":"' + b"[" * (length - 30) + b'"}}   ',
    }


NAMES = (
    *("cut", "header cut", "longer", "huge", "other shape", "negative", "bits", "one bits"),
    *("rank", "method", "newer", "extra", "words", "source", "nan", "deep"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_gets_one_sentence(tmp_path: Path, name: str) -> None:
    good = as_bytes(compress(matrix(), Settings("lplr", 5, 4, 8)))
    path = tmp_path / "bad.lplr"
    path.write_bytes(damaged(good)[name])
    with pytest.raises(BadInput) as told:
        read(path)
    assert "bad.lplr" in told.value.sentence
    assert told.value.sentence.endswith(".")


def test_a_remainder_that_unpacks_to_more_is_refused(tmp_path: Path) -> None:
    import lzma

    from safetensors.numpy import load, save

    from engine.compression.matrices.remainder import _FILTERS

    data = as_bytes(compress(matrix(), Settings("coded", budget_bytes=900)))
    length = struct.unpack("<Q", data[:8])[0]
    metadata = json.loads(data[8 : 8 + length])["__metadata__"]
    tensors = load(data)
    bomb = lzma.compress(bytes(50_000_000), lzma.FORMAT_RAW, filters=_FILTERS)
    for stream in (bomb, b"\x01garbage" * 9):
        tensors["rest"] = np.frombuffer(stream, np.uint8)
        (tmp_path / "bomb.lplr").write_bytes(save(tensors, metadata))
        with pytest.raises(BadInput, match="the coded remainder"):
            read(tmp_path / "bomb.lplr")
