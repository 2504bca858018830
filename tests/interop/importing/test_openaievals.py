from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.imported import Log, Row, Wanted
from statera.interop.importing.openaievals import logs
from tests.interop.importing import made


def _log(path: Path, lines: list[made.Object] | None = None) -> Log:
    (log,) = logs([made.jsonl(path / "a.jsonl", lines or made.evals_lines())], Wanted())
    return log


def _rows(log: Log) -> dict[str, Row]:
    return {row.sample.id: row for row in log.rows}


def test_the_spec(tmp_path: Path) -> None:
    log = _log(tmp_path)
    assert (log.system.model, log.suite, log.created) == ("m-4", "sums.dev.v0", 1767323045.678901)
    assert log.system.sampling == {"temperature": 0.5}
    assert log.facts["sums.dev.v0"].instrument == "sums"


def test_events_of_a_sample_belong_together(tmp_path: Path) -> None:
    rows = _rows(_log(tmp_path))
    assert list(rows) == ["s.0", "s.1", "s.2", "s.3"]
    right = rows["s.0"]
    assert (right.sample.input, right.sample.accepted) == ("1 + 1?", ("2", "two"))
    assert right.exchanges[0].response.text == "2"
    assert [(s.metric, s.outcome, s.extracted) for s in right.scores] == [("match", "right", "2")]
    assert [(s.outcome, s.value) for s in rows["s.1"].scores] == [("wrong", 0.0)]
    assert rows["s.1"].started == 1767323046.0


def test_a_metric_alone_and_an_error(tmp_path: Path) -> None:
    rows = _rows(_log(tmp_path))
    assert [(s.metric, s.value) for s in rows["s.2"].scores] == [("match", 1.0)]
    failure = rows["s.3"].exchanges[0].response.failure
    assert rows["s.3"].scores == ()
    assert failure is not None
    assert failure.message == "no answer in 60 s"


def test_a_graders_own_sampling_is_no_reply(tmp_path: Path) -> None:
    lines = made.evals_lines()
    graded = lines[1] | {"data": {"prompt": "Is it right?", "sampled": ["Y"]}}
    row = _rows(_log(tmp_path, [*lines, graded]))["s.0"]
    assert row.exchanges[0].response.text == "2"
    assert row.sample.input == "1 + 1?"


def test_a_line_that_is_no_event_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"a\.jsonl, line 2: no event"):
        _log(tmp_path, [*made.evals_lines()[:1], {"type": "match"}])


def test_a_folder_without_logs_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"no \.jsonl"):
        list(logs([tmp_path], Wanted()))
