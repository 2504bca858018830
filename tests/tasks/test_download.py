import gzip
import threading
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from statera.errors import DeclarationError, EndpointError
from statera.tasks.data import DataFolder
from statera.tasks.download import Puller
from statera.tasks.origin import Download, Origin

CONTENT = b'{"question": "1+1?"}\n' * 50_000


class Heard:
    """A Progress that keeps what it was told."""

    def __init__(self, url: str) -> None:
        self.url, self.total, self.done, self.closed = url, 0, 0, False

    def update(self, n: int) -> None:
        self.done += n

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        self.closed = True


class _Quiet(SimpleHTTPRequestHandler):
    asked: list[str]

    def log_message(self, format: str, *args: object) -> None:
        self.asked.append(self.path)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """A real HTTP server over a folder: its address, the folder, the paths asked for."""
    folder = tmp_path / "served"
    folder.mkdir()
    asked: list[str] = []
    handler = partial(type("Handler", (_Quiet,), {"asked": asked}), directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder, asked
    server.shutdown()
    server.server_close()
    thread.join(5)


def _origin(url: str, content: bytes = CONTENT) -> Origin:
    return Origin(
        name="made",
        licence="MIT",
        downloads=(Download(url, sha256(content).hexdigest()),),
        files={"made/test.jsonl.gz": sha256(content).hexdigest()},
        convert=lambda originals: {"made/test.jsonl.gz": originals[0]},
    )


def test_what_is_pulled_is_verified_converted_and_not_asked_for_again(
    served: tuple[str, Path, list[str]], tmp_path: Path
) -> None:
    base, folder, asked = served
    (folder / "raw.jsonl").write_bytes(CONTENT)
    bars: list[Heard] = []

    def bar(url: str) -> Heard:
        bars.append(Heard(url))
        return bars[-1]

    target, origin = tmp_path / "cache", _origin(f"{base}/raw.jsonl")
    assert Puller(target, progress=bar).pull(origin) is True
    assert gzip.decompress((target / "made/test.jsonl.gz").read_bytes()) == CONTENT
    assert DataFolder(target).state(origin) == "verified"
    assert [bar.url for bar in bars] == [f"{base}/raw.jsonl"]
    assert (bars[0].total, bars[0].done, bars[0].closed) == (len(CONTENT), len(CONTENT), True)
    assert not list((target / "made" / "originals").iterdir())

    assert Puller(target, progress=bar).pull(origin) is False
    assert len(asked) == 1


def test_wrong_bytes_are_refused_and_leave_nothing(
    served: tuple[str, Path, list[str]], tmp_path: Path
) -> None:
    base, folder, _ = served
    (folder / "raw.jsonl").write_bytes(CONTENT[:-1] + b"x")
    target, origin = tmp_path / "cache", _origin(f"{base}/raw.jsonl")
    with pytest.raises(DeclarationError, match=r"refused: .*does not match") as caught:
        Puller(target, progress=Heard).pull(origin)
    assert "\n" not in str(caught.value)
    assert [path for path in target.rglob("*") if path.is_file()] == []


def test_a_file_that_is_no_longer_the_pinned_one_is_pulled_again(
    served: tuple[str, Path, list[str]], tmp_path: Path
) -> None:
    base, folder, _ = served
    (folder / "raw.jsonl").write_bytes(CONTENT)
    target, origin = tmp_path / "cache", _origin(f"{base}/raw.jsonl")
    Puller(target, progress=Heard).pull(origin)
    (target / "made/test.jsonl.gz").write_bytes(gzip.compress(b"changed"))
    assert DataFolder(target).state(origin) == "differs"
    assert Puller(target, progress=Heard).pull(origin) is True
    assert DataFolder(target).state(origin) == "verified"


def test_a_place_that_has_no_such_file_is_told_in_its_own_words(
    served: tuple[str, Path, list[str]], tmp_path: Path
) -> None:
    with pytest.raises(EndpointError, match="not downloaded: 404"):
        Puller(tmp_path / "cache", progress=Heard).pull(_origin(f"{served[0]}/raw.jsonl"))


def test_a_mirror_serves_the_same_files_under_their_host(
    served: tuple[str, Path, list[str]], tmp_path: Path
) -> None:
    base, folder, asked = served
    place = folder / "data.example.org" / "v1"
    place.mkdir(parents=True)
    (place / "raw.jsonl").write_bytes(CONTENT)
    puller = Puller(tmp_path / "cache", progress=Heard, mirror=base + "/")
    assert puller.pull(_origin("https://data.example.org/v1/raw.jsonl"))
    assert asked == ["/data.example.org/v1/raw.jsonl"]
