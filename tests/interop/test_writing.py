import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.writing import write_export, write_pieces, writer
from statera.store.rows import Stored
from tests.interop import made


@pytest.mark.parametrize(
    ("name", "form", "first"),
    [
        ("x.jsonl", "auto", b'{"schema":1,"task"'),
        ("x.CSV", "auto", b"task,sample_id"),
        ("x.json", "eee", b'{\n  "schema_version": "0.2.2"'),
        ("x.jsonl", "eee", b'{"schema_version":"0.2.2"'),
    ],
)
def test_the_extension_says_how(tmp_path: Path, name: str, form: str, first: bytes) -> None:
    path = tmp_path / "new" / name
    write_export(path, made.INFO, iter(made.every()), made.ROWS, form=form)
    assert path.read_bytes().startswith(first)
    assert os.listdir(path.parent) == [name]


def test_a_json_file_is_one_document(tmp_path: Path) -> None:
    write_export(tmp_path / "x.json", made.INFO, iter(made.every()), [])
    assert len(json.loads((tmp_path / "x.json").read_bytes())["trials"]) == len(made.every())


@pytest.mark.parametrize(
    ("name", "form", "message"),
    [
        ("x.xlsx", "auto", r"x\.xlsx: the extension says how to write; allowed: \.jsonl, \.csv"),
        ("x", "auto", "the extension says how"),
        ("x.csv", "eee", r"allowed: \.json, \.jsonl"),
        ("x.json", "ee", "unknown format 'ee'. Did you mean 'eee'"),
    ],
)
def test_what_cannot_be_written_is_refused_before(name: str, form: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        writer(Path(name), form)


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"old")

    def failing() -> Iterator[Stored]:
        yield made.right()
        raise KeyError("half-way")

    with pytest.raises(KeyError):
        write_export(path, made.INFO, failing(), [])
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.jsonl"]


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("folder", "a folder, not a file"),
        ("file/x.jsonl", "cannot be written: "),
        ("file/a/x.jsonl", "cannot be written: "),
        ("misspelt/a/x.jsonl", "there is no folder "),
    ],
)
def test_a_path_that_cannot_be_written_is_one_line(tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(DeclarationError) as caught:
        write_pieces(tmp_path / place, [b"x"])
    assert str(caught.value).startswith(f"{tmp_path / place}: {why}")
    assert not (tmp_path / "misspelt").exists()


def test_a_disk_that_fails_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from statera.errors import StoreError\n"
        "from statera.interop.writing import write_pieces\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    write_pieces(Path(sys.argv[1]), (b'x' * 1000 for _ in range(1000)))\n"
        "except StoreError as error:\n"
        "    sys.stdout.write(str(error))\n"
    )
    path = tmp_path / "x.jsonl"
    command = [sys.executable, "-c", code, str(path)]
    out = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    assert out.stdout == f"{path}: cannot be written: File too large"
    assert os.listdir(tmp_path) == []


def test_a_folder_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").mkdir()
    with pytest.raises(DeclarationError, match=r"out\.jsonl: a folder, not a file$"):
        writer(tmp_path / "out.jsonl")
    writer(tmp_path / "new" / "out.jsonl")
    with pytest.raises(DeclarationError, match=r"there is no folder .*new; only the last one"):
        writer(tmp_path / "new" / "er" / "out.jsonl")
