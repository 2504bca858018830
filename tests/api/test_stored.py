from collections.abc import Sequence
from pathlib import Path

import pytest

from statera.api.calibrating import calibrate
from statera.api.runs import RunOptions, run
from statera.api.stored import Run, stored_metrics, stored_scorers, untold
from statera.errors import DeclarationError
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Wanted
from statera.interop.importing.intake import take_in
from statera.models.callables import model
from statera.scorers.choice import Choice
from statera.store.rows import Scored
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite
from tests.api.calibrations_made import judged, labelled, replies, run_of
from tests.runs_made import alternating, stored


def always_b(prompt: str) -> str:
    return "Answer: B"


@pytest.fixture
def measured(tmp_path: Path) -> Run:
    options = RunOptions(limit=20, tag="b", sampling={"temperature": 1.0})
    suite = Suite.load("starter_knowledge")
    return run(suite, model(always_b), store=RunStore(tmp_path), epochs=2, options=options)


def test_a_run_gives_estimates_by_name(measured: Run) -> None:
    whole = measured["starter_knowledge/accuracy"]
    assert (whole.n, whole.outcomes["right"] + whole.outcomes["wrong"]) == (20, 40)
    assert whole.low is not None
    categories = [row.category for row in measured.metrics if row.category]
    assert measured[f"starter_knowledge/{categories[0]}/accuracy"].category == categories[0]
    with pytest.raises(DeclarationError, match="unknown metric"):
        measured["starter_knowledge/acuracy"]


def test_a_run_that_nobody_judged_stands_on_no_judge(measured: Run) -> None:
    classifiers = {one.classifier for one in measured.standings.values()}
    assert {one.judge for one in measured.standings.values()} == {""}
    assert classifiers == {"refusal classifier"}  # of the replies that are no answer
    assert {row.behind for row in measured.metrics} == {None}


def test_a_judged_run_knows_its_judge_and_what_was_measured_of_it(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    made, other = replies(store, 40), replies(store, 8, name="other", seed=3)
    for one in (made, other):
        judged(store, one)
    labelled(store, made, range(40), None)
    page = calibrate(run_of(store, made))
    own = run_of(store, made).standings["open", "tone"]
    assert (own.judge, own.sat, own.elsewhere) == ("tone", page.judge_run, ())
    assert own.labelled is not None
    there = run_of(store, other).standings["open", "tone"]
    assert there.labelled is None
    assert [known.run for known in there.elsewhere] == [made.info.id]


def test_health_and_samples(measured: Run) -> None:
    assert measured.health.trials == 40
    assert measured.health.warnings == ()
    wrong = measured.samples(outcome="wrong")
    assert len(wrong) == measured["starter_knowledge/accuracy"].outcomes["wrong"]


def test_metrics_and_scorers_are_those_that_the_run_was_made_with(measured: Run) -> None:
    info = measured.info
    names = [metric.name for metric in stored_metrics(info)["starter_knowledge"]]
    assert names[:2] == ["accuracy", "accuracy_given_answer"]
    assert isinstance(stored_scorers(info)["starter_knowledge"][0], Choice)
    keys = measured.scoring_keys["starter_knowledge"]
    assert {len(found) for found in keys.values()} == {1}


def test_frames_hold_the_items_of_each_task(tmp_path: Path) -> None:
    (frame,) = stored(RunStore(tmp_path), alternating(3, 2)).frames
    assert (frame.task, len(frame), frame.early) == ("t", 5, "")


def test_an_imported_run_says_what_its_log_cannot_tell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,correct\nq1,1\nq2,0\n")
    store = RunStore(tmp_path / "store")
    take_in(logs([path], Wanted()), tmp_path / "store")
    found = Run(store, store.find("latest"))
    assert untold(found.info) == {"unparsed", "truncated", "refused", "infra_error"}
    assert [frame.blind for frame in found.frames] == [untold(found.info)]
    assert untold(stored(store, alternating(2, 2)).info) == frozenset()


def test_a_score_that_two_judges_gave_each_of_a_part_is_void_until_judged_again(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = replies(store, 40)
    judged(store, made)
    write = RunStore.write_scores

    def killed(self: RunStore, run: str, scored: Sequence[Scored]) -> None:
        write(self, run, list(scored)[:20] if run == made.info.id else scored)
        if run == made.info.id:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "write_scores", killed)
        with pytest.raises(KeyboardInterrupt):
            judged(store, made, seed=1, noise=0.5)
    found = run_of(store, made)
    assert found["open/tone"].estimate is None
    assert found["open/tone"].method.startswith("void: some of its trials were judged by another")
    judged(store, made, seed=1, noise=0.5)
    assert run_of(store, made)["open/tone"].estimate is not None


def test_a_run_is_not_made_of_a_name(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "store")
    with pytest.raises(DeclarationError, match=r"Run\(store, store\.find\('new'\)\), not of a str"):
        Run(store, "new")  # type: ignore[arg-type]
