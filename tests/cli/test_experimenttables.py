import re

import pytest

from statera.cli import experimenttables
from statera.cli.experimenttables import print_experiment
from tests.report.experiments.made import contrast, ratio, result, shown
from tests.terminals import terminal


def test_the_sample_ratio_comes_first_then_the_verdict_then_the_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_experiment(shown())
    said = capsys.readouterr().out
    order = ["sample ratio holds", "PASS tone", "surely better than base", "standing", "solved ↑",
             "complaint ↓", "latency ↓", "warning", "by segment", "does it wear off?",
             "with late reports", "a Bayesian view", "units that reported", "not mixed in",
             "the design pre-registered", "edited 2026-11-20", "blind: traffic goes to the base",
             "how the bounds were made"]  # fmt: skip
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_every_row_has_units_values_difference_and_interval(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_experiment(shown())
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("better"))
    for told in ("+0.029", "+0.010 to +0.048", "minimum +0.020", "0.612 to 0.641", "5,000 + 4,988"):
        assert told in row


def test_in_a_narrow_terminal_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = terminal(monkeypatch, experimenttables, width=80)
    print_experiment(shown())
    said = seen.getvalue()
    assert "no room" not in said
    assert "units arm + base 5,000 + 4,988" in said
    assert max(map(len, said.splitlines())) <= 81


def test_a_void_result_says_so_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    void = contrast(
        standing="void", bounds=(None, None), why="void: units are not split as designed"
    )
    found = result(verdict="inconclusive", ratio=ratio(failed=True), primary=(void,), guardrails=(),
                   segments=(), novelty=(), bayes=(), late=(), homogeneity={})  # fmt: skip
    print_experiment(shown(found, late=False, edits=()))
    said = capsys.readouterr().out
    assert said.startswith("sample ratio FAILED")
    assert "answers of warm fail more often" in said
    assert re.search(r"void +solved ↑ +warm +\+0.029 +void", said)
    assert "by segment" not in said
    assert "not edited since" in said


def test_nothing_from_outside_writes_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    found = result(reasons=("a\x1b[2J[red]b",), primary=(contrast(arm="w\x1b[2J"),))
    print_experiment(shown(found))
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "[red]b" in said
