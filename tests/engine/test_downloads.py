"""Example downloads, against a server on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import threading
from collections.abc import Iterator

import pytest

from engine.behavior.example import DOWNLOADS
from engine.downloads import Download, fetch, fetch_all
from engine.errors import BadInput, Cancelled

DATA = bytes(range(256)) * 4000
SHA = hashlib.sha256(DATA).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/gone.mp4":
            self.send_error(404)
            return
        body = DATA[:-1] + b"x" if self.path == "/changed.mp4" else DATA
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path == "/broken.mp4":
            self.wfile.write(body[:5000])
            self.connection.close()
            return
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def item(server, name: str, sha: str = SHA) -> Download:
    return Download(f"http://127.0.0.1:{server.server_port}/{name}", sha)


def nothing(*words: int) -> None:
    pass


def test_a_file_comes_once_with_progress(server, tmp_path) -> None:
    told: list[tuple[int, int]] = []
    wanted = item(server, "a.mp4")
    path = fetch(wanted, tmp_path, nothing, lambda done, total: told.append((done, total)))
    assert path.read_bytes() == DATA
    assert path.name == "a.mp4"
    assert told[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert fetch_all((wanted, wanted), tmp_path, nothing, nothing) == [path, path]
    assert server.asked == ["/a.mp4"]


def test_a_damaged_copy_is_fetched_anew(server, tmp_path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"half")
    assert fetch(item(server, "a.mp4"), tmp_path, nothing, nothing).read_bytes() == DATA


def test_cancel_leaves_nothing(server, tmp_path) -> None:
    calls = iter(range(100))

    def check() -> None:
        if next(calls) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(item(server, "a.mp4"), tmp_path, check, nothing)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("changed.mp4", "SHA-256 differs"), ("gone.mp4", "404"), ("broken.mp4", "no connection")],
)
def test_what_goes_wrong_is_one_sentence_and_leaves_nothing(name, words, server, tmp_path):
    with pytest.raises(BadInput, match=words):
        fetch(item(server, name), tmp_path, nothing, nothing)
    assert list(tmp_path.iterdir()) == []


def test_without_a_connection_it_says_so(server, tmp_path) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(BadInput, match="try again when online"):
        fetch(item(server, "a.mp4"), tmp_path, nothing, nothing)


def test_the_examples_are_pinned_and_hashed() -> None:
    for files in DOWNLOADS.values():
        video, poses = files
        assert poses.file_name.startswith(video.file_name.removesuffix(".mp4"))
        for file in files:
            assert len(file.sha256) == 64
            assert "7785f660eff1ae2ee4deaef5d5dc0e7758dbbd16" in file.url
