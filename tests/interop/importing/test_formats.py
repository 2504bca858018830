from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop import jsonl
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Wanted
from tests.interop import made as ours
from tests.interop.importing import made


def test_a_stated_format_wins(tmp_path: Path) -> None:
    path = made.jsonl(tmp_path / "a.log", [{"id": 1, "correct": 1}])
    (log,) = logs([path], Wanted(), form="jsonl")
    assert len(list(log.rows)) == 1


def test_an_unknown_format_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"unknown format 'lmeval'. Did you mean 'lm-eval'"):
        logs([tmp_path], Wanted(), form="lmeval")


def test_other_files_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    made.inspect_eval(tmp_path / "a.eval", [made.inspect_sample("a")])
    made.document(tmp_path / "notes.json", {"eval": 3})
    assert len(list(logs([tmp_path], Wanted()))) == 1
    with pytest.raises(DeclarationError, match="no file here is of the format promptfoo"):
        logs([tmp_path], Wanted(), form="promptfoo")


def test_our_own_lines_and_plain_ones_are_both_jsonl(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_bytes(b"".join(jsonl.lines([ours.right(), ours.refused()])))
    made.jsonl(tmp_path / "plain.jsonl", [{"id": 1, "correct": 1}])
    assert [log.tool for log in logs([tmp_path], Wanted())] == ["statera", "jsonl"]
