from pathlib import Path

import pytest

from statera.api.decisions import decide
from statera.cli.scorecards import estimate, print_scorecard
from statera.gate.judging import Gate
from statera.report.scorecard import Figure
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.runs_made import alternating, stored


def test_levels_that_were_not_measured_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = stored(RunStore(tmp_path), alternating(60, 40))
    decide(Gate(rules({"metric": "t/accuracy", "min": 0.5})), run)
    print_scorecard(run)
    assert capsys.readouterr().out == ""
    print_scorecard(run, always=True)
    told = capsys.readouterr().out
    assert told.count("not measured") == 4
    assert "t/accuracy ↑" in told
    assert "pass" in told
    assert "there is no total" in told
    assert "rulings of gate g" in told


def test_an_estimate_without_an_interval_says_so() -> None:
    figure = Figure(
        metric="t/a",
        estimate=0.5,
        low=None,
        high=None,
        level=0.95,
        n=3,
        higher_is_better=True,
        why="fewer than 8 clusters",
    )
    assert estimate(figure) == "0.500 (no interval)"
