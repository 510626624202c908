"""Codes of 1 to 16 bits without a wasted bit between them.

Code i of B <= 8 bits takes bits i*B to (i+1)*B - 1 of the stream, least significant first.
Wider codes are kept as two streams: their low bytes, then their upper B - 8 bits; the size is
the same, ceil(count * B / 8) bytes.
"""

from __future__ import annotations

import numpy as np

from engine.figures.arrays import Array

#: Codes handled at once, so that the words in between stay in the processor's cache.
_CHUNK = 1 << 16
_BYTE = 8


def packed_bytes(count: int, bits: int) -> int:
    """Bytes of `count` codes."""
    return -(-count * bits // _BYTE)


def pack(codes: Array, bits: int) -> Array:
    """Codes (any shape, integers below 2^bits) as bytes, (packed_bytes,) uint8."""
    flat = np.ascontiguousarray(codes).reshape(-1)
    if bits > _BYTE:
        low = (flat & 255).astype(np.uint8)
        return np.concatenate([low, _pack_small((flat >> _BYTE).astype(np.uint8), bits - _BYTE)])
    return _pack_small(flat.astype(np.uint8, copy=False), bits)


def unpack(stream: Array, count: int, bits: int) -> Array:
    """The codes of a stream, (count,) uint8, or uint16 for more than 8 bits.

    Raises
    ------
    ValueError
        The stream is not exactly as long as `count` codes.
    """
    if len(stream) != packed_bytes(count, bits):
        raise ValueError(f"{count} codes of {bits} bits do not fill {len(stream)} bytes")
    if bits <= _BYTE:
        return _unpack_small(stream, count, bits)
    high = _unpack_small(stream[count:], count, bits - _BYTE).astype(np.uint16)
    return (high << np.uint16(_BYTE)) | stream[:count]


def _pack_small(codes: Array, bits: int) -> Array:
    if bits == _BYTE:
        return codes.copy()
    if bits == 1:
        return np.packbits(codes, bitorder="little")
    count = len(codes)
    out = np.empty(-(-count // _BYTE) * bits, np.uint8)
    for start in range(0, count, _CHUNK):
        part = codes[start : start + _CHUNK]
        words = -(-len(part) // _BYTE)
        if len(part) % _BYTE:
            part = np.concatenate([part, np.zeros(words * _BYTE - len(part), np.uint8)])
        at = start // _BYTE * bits
        out[at : at + words * bits] = _words(part, bits).reshape(-1)
    return out[: packed_bytes(count, bits)]


def _words(codes: Array, bits: int) -> Array:
    """Eight codes to a word of `bits` bytes, (words, bits) uint8.

    A word of eight bytes is squeezed in three steps: neighbours, then pairs, then fours.
    """
    word = np.ascontiguousarray(codes).view("<u8")
    for width in (8, 16, 32):
        word = _squeeze(word, width, bits * width // 8)
    return word.view(np.uint8).reshape(-1, 8)[:, :bits]


def _squeeze(word: Array, width: int, filled: int) -> Array:
    """Bring the two halves of every 2 x `width` bits together; `filled` bits of each are used."""
    mask = np.uint64(sum(((1 << width) - 1) << at for at in range(0, 64, 2 * width)))
    upper = (word & ~mask) >> np.uint64(width - filled)
    return (word & mask) | upper


def _spread(word: Array, width: int, filled: int) -> Array:
    """Undo `_squeeze`."""
    used = (1 << filled) - 1
    low = np.uint64(sum(used << at for at in range(0, 64, 2 * width)))
    high = np.uint64(sum(used << (at + filled) for at in range(0, 64, 2 * width)))
    return (word & low) | ((word & high) << np.uint64(width - filled))


def _unpack_small(stream: Array, count: int, bits: int) -> Array:
    if bits == _BYTE:
        return stream.copy()
    if bits == 1:
        return np.unpackbits(stream, count=count, bitorder="little")
    out = np.empty(-(-count // _BYTE) * _BYTE, np.uint8)
    step = _CHUNK // _BYTE * bits
    for start in range(0, len(stream), step):
        part = stream[start : start + step]
        words = -(-len(part) // bits)
        if len(part) % bits:
            part = np.concatenate([part, np.zeros(words * bits - len(part), np.uint8)])
        wide = np.zeros((words, 8), np.uint8)
        wide[:, :bits] = part.reshape(words, bits)
        word = wide.view("<u8").reshape(-1)
        for width in (32, 16, 8):
            word = _spread(word, width, bits * width // 8)
        at = start // bits * _BYTE
        out[at : at + words * _BYTE] = word.view(np.uint8)
    return out[:count]
