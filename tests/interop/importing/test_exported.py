import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop import jsonl
from statera.interop.importing.exported import MEMBERS, logs
from statera.interop.importing.imported import Row, Wanted
from statera.store.rows import Stored
from tests.interop import made


def _written(path: Path, *stored: Stored) -> Path:
    path.write_bytes(b"".join(jsonl.lines(stored)))
    return path


def _rows(path: Path, wanted: Wanted | None = None) -> list[Row]:
    (log,) = logs([path], wanted or Wanted())
    return list(log.rows)


@pytest.mark.parametrize("stored", made.every())
def test_a_trial_comes_back(tmp_path: Path, stored: Stored) -> None:
    (row,) = _rows(_written(tmp_path / "a.jsonl", stored))
    sample, trial, scores = stored
    assert (row.task, row.sample.id, row.epoch) == (trial.task, sample.id, trial.epoch)
    assert (row.sample.category, row.sample.cluster) == (sample.category, sample.cluster)
    assert [(s.metric, s.value, s.outcome, s.why, s.flags) for s in row.scores] == [
        (s.metric, s.value, s.outcome, s.why, s.flags) for s in scores
    ]
    assert row.exchanges[0].request == trial.exchanges[0].request
    said, before = row.exchanges[-1].response, trial.response
    assert (said.text, said.failure, said.finish) == (before.text, before.failure, before.finish)
    assert [part.logprob for part in said.likelihoods] == [p.logprob for p in before.likelihoods]
    assert row.started == trial.started


def test_the_lines_are_known_by_their_members(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.jsonl", made.right())
    assert json.loads(path.read_text()).keys() >= MEMBERS


def test_another_schema_is_told(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.jsonl", made.right())
    path.write_text(path.read_text().replace('"schema":1', '"schema":2'))
    with pytest.raises(DeclarationError, match=r"a\.jsonl, line 1: schema 2. Allowed: 1"):
        _rows(path)


def test_a_broken_line_is_told(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.jsonl", made.right(), made.refused())
    path.write_text(path.read_text().replace('"outcome":"refused"', '"outcome":1'))
    path.write_text(path.read_text().replace('"epoch":0', '"epoch":"zero"', 1))
    with pytest.raises(DeclarationError, match=r"a\.jsonl, line 1: Expected a whole number"):
        _rows(path)


def test_a_name_fits_one_task(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.jsonl", made.right())
    assert [row.task for row in _rows(path, Wanted(task="mine"))] == ["mine"]
    path.write_text(path.read_text() + path.read_text().replace('"task":"mmlu"', '"task":"b"'))
    with pytest.raises(DeclarationError, match="line 2: --task: the file has several"):
        _rows(path, Wanted(task="mine"))
