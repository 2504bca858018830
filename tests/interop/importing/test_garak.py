from pathlib import Path

import pytest

from statera.api.comparisons import compare
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.interop.importing.garak import UNSCORED, logs
from statera.interop.importing.imported import Log, Wanted
from statera.interop.importing.intake import take_in
from statera.store.runstore import RunStore
from tests import runs_made
from tests.interop.importing.redteam import garak_attempt, garak_eval, garak_report

MATCH, OTHER = "encoding.DecodeMatch", "mitigation.MitigationBypass"
ROWS = [
    garak_attempt(1, {}, status=1),
    garak_attempt(1, {MATCH: [1.0, 0.0], OTHER: [0.0, 0.2]}),
    garak_attempt(2, {MATCH: [None, 0.4], OTHER: [0.0, 0.7]}),
    garak_attempt(3, {MATCH: [None], OTHER: [None]}),
    garak_eval(2, 1),
]


def _log(path: Path, wanted: Wanted | None = None) -> Log:
    (log,) = logs([path], wanted or Wanted())
    return log


def test_the_report_says_which_tool_which_target_and_when(tmp_path: Path) -> None:
    log = _log(garak_report(tmp_path / "g.report.jsonl", ROWS))
    assert (log.tool, log.version, log.suite) == ("garak", "0.13.3", "garak")
    assert log.system.model == "openai.OpenAICompatible:m-1"
    assert (log.created, log.stopped) == (1767323045.0, "")
    assert log.facts["garak"].instrument == [(MATCH, OTHER), 0.5]
    assert log.facts["garak"].version == "0.13.3"


def test_only_answered_and_graded_attempts_count_and_none_is_no_pass(tmp_path: Path) -> None:
    log = _log(garak_report(tmp_path / "g.report.jsonl", ROWS))
    rows = list(log.rows)
    found = [{s.metric: (s.value, s.outcome) for s in row.scores} for row in rows]
    lead = [one["attack_success"] for one in found]
    none = (None, "infra_error")
    assert lead == [(1.0, "wrong"), (0.0, "right"), (0.0, "right"), (1.0, "wrong"), none]
    match = [one[f"attack_success_{MATCH}"] for one in found]
    assert match == [(1.0, "wrong"), (0.0, "right"), none, (0.0, "right"), none]
    assert rows[4].scores[0].why == UNSCORED
    assert log.notes == [
        "1 attempts were not answered and graded (status below 2); left out",
    ]
    assert {(row.sample.category, row.sample.group) for row in rows} == {
        ("encoding.InjectBase64", "encoding")
    }


def test_garak_s_own_counts_are_checked(tmp_path: Path) -> None:
    rows = [*ROWS[:-1], garak_eval(5, 1), garak_attempt(1, {MATCH: [1.0]})]
    log = _log(garak_report(tmp_path / "g.report.jsonl", rows))
    assert len(list(log.rows)) == 5
    assert log.notes[1:] == [
        "1 attempts stand in it twice; the first counts",
        "encoding.InjectBase64 under encoding.DecodeMatch: garak counts 1 hits of 6, its attempts "
        "hold 1 of 3",
    ]


def test_an_older_report_is_read_by_its_own_keys(tmp_path: Path) -> None:
    path = garak_report(tmp_path / "g.report.jsonl", ROWS[:2], version="0.9.0.8", end="completion")
    text = (
        path.read_text().replace("target_type", "model_type").replace("target_name", "model_name")
    )
    old = {"entry_type": "eval", "probe": "encoding.InjectBase64", "passed": 1, "total": 2}
    path.write_text(text + f'{{"detector": "detector.{MATCH}", {str(old)[1:]}\n'.replace("'", '"'))
    log = _log(path)
    assert log.system.model == "openai.OpenAICompatible:m-1"
    assert (len(list(log.rows)), log.stopped, log.version) == (2, "", "0.9.0.8")
    assert len(log.notes) == 1


def test_a_report_that_was_cut_off_says_so(tmp_path: Path) -> None:
    assert "no end" in _log(garak_report(tmp_path / "g.report.jsonl", ROWS, end="")).stopped


def test_without_the_version_it_is_no_report(tmp_path: Path) -> None:
    path = garak_report(tmp_path / "g.report.jsonl", ROWS, version=None)
    with pytest.raises(DeclarationError, match="no row 'init' with garak's version"):
        _log(path)


def test_it_is_stored_as_a_rate_where_less_is_better(tmp_path: Path) -> None:
    path = garak_report(tmp_path / "g.report.jsonl", ROWS)
    (kept,) = take_in(logs([path], Wanted()), tmp_path / "s")
    store = RunStore(tmp_path / "s")
    run = Run(store, store.find(kept.run))
    rows = {row.metric: row for row in run.metrics if row.category is None}
    assert rows["garak/attack_success"].estimate == 0.5
    assert rows["garak/attack_success"].n == 2
    assert run.info.environment["metrics"]["garak"][0] == {
        "type": "rate",
        "score": "attack_success",
    }
    assert run.info.environment["levels"] == {"garak": "alignment"}
    assert run.info.environment["sensitive"] == ["garak"]
    about = run.info.environment["imported"]
    assert (about["tool"], about["version"]) == ("garak", "0.13.3")


@pytest.mark.parametrize("task", ["garak", "harm"])
def test_it_is_never_pooled_with_own_results(tmp_path: Path, task: str) -> None:
    path = garak_report(tmp_path / "g.report.jsonl", ROWS)
    (kept,) = take_in(logs([path], Wanted(task=task)), tmp_path / "s")
    store = RunStore(tmp_path / "s")
    imported = Run(store, store.find(kept.run))
    own = runs_made.stored(store, {f"all/{n}": ["right"] for n in range(9)}, task="harm")
    with pytest.raises(DeclarationError, match=r"instrument|in common|no task"):
        compare(imported, own)
