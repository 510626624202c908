"""Digests of inputs."""

from __future__ import annotations

import hashlib
import os
import threading

import pytest

from engine.errors import Cancelled
from engine.files.digest import quick_digest, sha256

MIB = 2**20


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "large ü.bin"
    path.write_bytes(os.urandom(3 * MIB + 17))
    return path


def test_it_is_sha256(large):
    assert sha256(large) == hashlib.sha256(large.read_bytes()).hexdigest()


def test_known_value(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(tmp_path / "abc") == known


def test_it_is_remembered_until_the_file_changes(large):
    checks = []
    first = sha256(large, check=lambda: checks.append(None))
    assert len(checks) == 5
    assert sha256(large, check=lambda: checks.append(None)) == first
    assert len(checks) == 5
    data = bytearray(large.read_bytes())
    data[0] ^= 1
    large.write_bytes(data)
    os.utime(large, ns=(1, 1))
    assert sha256(large) == hashlib.sha256(data).hexdigest() != first


def test_it_can_be_cancelled(large):
    def check():
        raise Cancelled

    with pytest.raises(Cancelled):
        sha256(large, check=check)


def test_threads_agree(large):
    found = []
    threads = [threading.Thread(target=lambda: found.append(sha256(large))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [hashlib.sha256(large.read_bytes()).hexdigest()] * 4


def test_a_file_that_changes_meanwhile_is_not_remembered(large):
    def grow():
        if not grown:
            grown.append(None)
            with large.open("ab") as file:
                file.write(b"more")

    grown: list[None] = []
    sha256(large, check=grow)
    assert sha256(large) == hashlib.sha256(large.read_bytes()).hexdigest()


def test_a_folder_is_digested_by_names_and_contents(tmp_path):
    for name in ("b", "a", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    lines = "".join(f"{name}\t{hashlib.sha256(name.encode()).hexdigest()}\n" for name in "ab")
    assert sha256(tmp_path) == hashlib.sha256(lines.encode()).hexdigest()
    (tmp_path / "b").rename(tmp_path / "c")
    assert sha256(tmp_path) != hashlib.sha256(lines.encode()).hexdigest()


def test_quick_digest_sees_size_start_and_end(large):
    first = quick_digest(large)
    data = large.read_bytes()
    for changed in (b"x" + data[1:], data[:-1] + bytes([data[-1] ^ 1]), data + b"x"):
        large.write_bytes(changed)
        assert quick_digest(large) != first
    middle = bytearray(data)
    middle[3 * MIB // 2] ^= 1
    large.write_bytes(middle)
    assert quick_digest(large) == first


def test_a_missing_file_raises(tmp_path):
    for digest in (sha256, quick_digest):
        with pytest.raises(OSError, match="gone"):
            digest(tmp_path / "gone")
