from collections.abc import Iterator
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Log, Row, Wanted
from statera.interop.importing.intake import take_in
from statera.records.specs import SystemUnderTest
from tests.interop.importing import made


def _log(path: Path, rows: Iterator[Row] | list[Row]) -> Log:
    path.write_text(path.name)
    system = SystemUnderTest(model=path.name)
    return Log(tool="tool", files=(path,), system=system, rows=rows, blind=())


def _breaking() -> Iterator[Row]:
    yield made.row("a", {"m": 1.0})
    raise DeclarationError("f, line 2: broken")


def test_nothing_is_kept_of_a_broken_log_nor_of_those_before_it(tmp_path: Path) -> None:
    good = _log(tmp_path / "good", [made.row("a", {"m": 1.0})])
    bad = _log(tmp_path / "bad", _breaking())
    with pytest.raises(DeclarationError, match="f, line 2: broken"):
        take_in([good, bad], tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_tag_names_one_run(tmp_path: Path) -> None:
    several = [_log(tmp_path / name, [made.row("a", {"m": 1.0})]) for name in ("x", "y")]
    with pytest.raises(DeclarationError, match=r"--tag names one run, and here are 2: x \(x\); y"):
        take_in(several, tmp_path / "store", tag="base")
    assert not (tmp_path / "store").exists()


def test_a_wrong_tag_leaves_no_run(tmp_path: Path) -> None:
    log = _log(tmp_path / "x", [made.row("a", {"m": 1.0})])
    with pytest.raises(DeclarationError, match="tag 'a b'"):
        take_in([log], tmp_path / "store", tag="a b")
    assert not (tmp_path / "store").exists()


def test_a_log_without_a_trial_or_a_score_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="x: holds no trial"):
        take_in([_log(tmp_path / "x", [])], tmp_path / "store")
    with pytest.raises(DeclarationError, match="task t is left out: it has no score in"):
        take_in([_log(tmp_path / "x", [made.row("a", {"bleu": 30.0})])], tmp_path / "store")
    with pytest.raises(DeclarationError, match="nothing to import"):
        take_in([], tmp_path / "store")


def test_a_task_without_a_usable_score_is_left_out_of_several(tmp_path: Path) -> None:
    rows = [made.row("a", {"m": 1.0}), made.row("a", {"perplexity": 30.0}, task="wiki")]
    (kept,) = take_in([_log(tmp_path / "x", rows)], tmp_path / "store")
    assert (list(kept.tasks), kept.trials) == (["t"], 1)
    assert kept.notes == (
        "wiki/perplexity is left out: not all in [0, 1]",
        "task wiki is left out: it has no score in [0, 1]",
    )


def test_who_watches_is_told(tmp_path: Path) -> None:
    said: list[tuple[str, int]] = []
    rows = [made.row("a", {"m": 1.0}), made.row("b", {"m": 1.0})]
    take_in(
        [_log(tmp_path / "x", rows)],
        tmp_path / "store",
        watch=lambda step, count: said.append((step, count)),
    )
    assert said == [("read", 1), ("read", 2), ("kept", 2)]


@pytest.mark.parametrize("keeps", range(1, 9))
def test_a_file_that_is_cut_anywhere_leaves_nothing(tmp_path: Path, keeps: int) -> None:
    """Each byte string that is left of a log is a whole log of fewer lines, or is told."""
    whole = made.jsonl(tmp_path / "w.jsonl", [{"id": n, "correct": 1} for n in range(3)])
    data = whole.read_bytes()
    path = tmp_path / "a.jsonl"
    path.write_bytes(data[: len(data) * keeps // 9])
    lines = path.read_bytes().splitlines(keepends=True)
    complete = all(line.rstrip().endswith(b"}") for line in lines)
    found = logs([path], Wanted(), form="jsonl")
    if complete:
        assert take_in(found, tmp_path / "store")[0].trials == len(lines)
        return
    with pytest.raises(DeclarationError, match=rf"a\.jsonl, line {len(lines)}: "):
        take_in(found, tmp_path / "store")
    assert not (tmp_path / "store").exists()
