import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from statera.cli.commands.data import command
from statera.errors import DeclarationError, EndpointError
from statera.tasks.builtin import humaneval
from tests.shared_data import shared
from tests.tasks.folder import made


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A real HTTP server that stands for the original places: its address and folder."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    handler = partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    server.server_close()
    thread.join(5)


def _run(cache: Path, *args: str) -> Result:
    env = {"STATERA_CACHE": str(cache)}
    return CliRunner().invoke(command, [*args], env=env, catch_exceptions=False)


def _place(folder: Path) -> Path:
    parts = urlsplit(humaneval.origin.downloads[0].url)
    place = folder / parts.netloc / parts.path.lstrip("/")
    place.parent.mkdir(parents=True)
    return place


def test_the_list_tells_what_is_here(tmp_path: Path) -> None:
    folder = made(tmp_path / "data")
    found = json.loads(_run(tmp_path, "list", "--data", str(folder.root), "--json").output)
    states = {row["name"]: row["state"] for row in found["data"]}
    assert states == dict.fromkeys(
        ("mmlu", "hellaswag", "truthfulqa", "gsm8k", "humaneval"), "differs"
    ) | {"mmlu": "absent"}
    assert found["folder"] == str(folder.root)


def test_the_list_for_people_names_the_folder(tmp_path: Path) -> None:
    output = _run(tmp_path, "list").output
    assert f"folder: {tmp_path / 'data'}" in output
    assert output.count("not here") == 5


def test_pull_verifies_keeps_and_does_not_ask_again(
    mirror: tuple[str, Path], tmp_path: Path
) -> None:
    original = shared("data", "benchmarks", "humaneval", "HumanEval.jsonl.gz")
    base, folder = mirror
    _place(folder).write_bytes(original.read_bytes())
    done = _run(tmp_path, "pull", "humaneval", "--mirror", base)
    assert "humaneval: pulled" in done.output
    assert "downloading" in done.output
    assert "humaneval: already here" in _run(tmp_path, "pull", "humaneval", "--mirror", base).output
    found = json.loads(_run(tmp_path, "list", "--json").output)
    states = {row["name"]: row["state"] for row in found["data"]}
    assert (states["humaneval"], states["gsm8k"]) == ("verified", "absent")


def test_other_bytes_are_refused(mirror: tuple[str, Path], tmp_path: Path) -> None:
    base, folder = mirror
    _place(folder).write_bytes(b"not the benchmark")
    with pytest.raises(DeclarationError, match="refused"):
        _run(tmp_path, "pull", "humaneval", "--mirror", base)
    assert not list((tmp_path / "data").rglob("*.gz"))


def test_a_place_that_cannot_be_reached_is_told(mirror: tuple[str, Path], tmp_path: Path) -> None:
    with pytest.raises(EndpointError, match="not downloaded"):
        _run(tmp_path, "pull", "gsm8k", "--mirror", mirror[0])


def test_an_unknown_name_gives_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"unknown data set 'gsm'. Did you mean 'gsm8k'"):
        _run(tmp_path, "pull", "gsm")
