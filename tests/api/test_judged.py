import asyncio

import pytest

from statera.analysis.winrates import win_rates
from statera.api.answers import answers_of
from statera.api.judged import judge_pairs, judge_run, keep_pairs
from statera.api.stored import Run
from statera.api.winstopping import Until
from statera.errors import DeclarationError
from statera.graders.judge import JudgeFile, judge_of
from statera.models.callables import model
from statera.records.scores import UNJUDGED
from statera.store.runstore import RunStore
from tests.judges_made import CHECKLIST, PAIRWISE, REFERENCE, bench, scripted, stored

GRADES = scripted(("alpha", "Fine.\n[5]"), ("omega", "Wrong.\n[1]"), ("psi", "Who knows?"))


def prefer(text: str) -> str:
    """Return the verdict of a judge that likes replies with `alpha`, whatever their place."""
    first, second = text.split("Reply A:")[1].split("Reply B:")
    marks = ["alpha" in part.split(">>>")[0] for part in (first, second)]
    return {(True, False): "[[A]]", (False, True): "[[B]]"}.get((marks[0], marks[1]), "[[TIE]]")


def test_a_runs_replies_get_scores_beside_its_own(store: RunStore) -> None:
    info = stored(store, [*["alpha", "omega"] * 10, "psi", ""])
    judged = asyncio.run(judge_run(bench(REFERENCE, GRADES, store), info))
    assert judged.metrics == {"reference": "reference"}
    scores = {
        row.sample_id: row.score for row in store.scores(info.id) if row.score.metric == "reference"
    }
    last = [scores[f"q{i}"] for i in range(18, 22)]
    assert [score.value for score in last] == [1.0, 0.0, None, None]
    assert [score.outcome for score in last] == [
        "right",
        "wrong",
        "infra_error",
        "unparsed",
    ]
    assert scores["q20"].flags == (UNJUDGED,)
    run = Run(store, store.find(info.id))
    assert run["open/reference"].estimate == 0.5
    assert run["open/reference"].n == 20
    assert run["open/reference_good"].estimate == pytest.approx(10 / 21)  # the empty reply is not
    assert run.health.unparsed == 1  # as its own scorer saw it


def test_judging_again_costs_nothing_and_a_larger_run_only_what_is_new(store: RunStore) -> None:
    info = stored(store, ["alpha 1", "alpha 2"])
    judging = scripted(default="[5]")
    asyncio.run(judge_run(bench(REFERENCE, judging, store), info))
    asyncio.run(judge_run(bench(REFERENCE, judging, store), info))
    assert judging.count == 2
    info = stored(store, ["alpha 1", "alpha 2"], epochs=2)
    asyncio.run(judge_run(bench(REFERENCE, judging, store), info))
    assert judging.count == 2  # the same replies again are the same judgements


def test_several_criteria_are_scored_apart(store: RunStore) -> None:
    info = stored(store, ["alpha"])
    judge = judge_of(JudgeFile(judge="support", criteria={"tone": "tone", "right": "reference"}))
    judging = scripted(("tone", "[2]"), default="[5]")
    asyncio.run(judge_run(bench(judge, judging, store), info))
    run = Run(store, store.find(info.id))
    assert run["open/support_tone"].estimate == 0.25
    assert run["open/support_right"].estimate == 1.0


def test_a_checklist_is_a_share_of_its_points(store: RunStore) -> None:
    info = stored(store, ["alpha"])
    judging = scripted(default="Polite, but long.\n1: yes\n2: no")
    asyncio.run(judge_run(bench(CHECKLIST, judging, store), info))
    assert Run(store, store.find(info.id))["open/list"].estimate == 0.5


def test_repeats_of_a_judge_are_averaged(store: RunStore) -> None:
    info = stored(store, ["alpha"])
    judging = scripted(default="[5]")
    asyncio.run(judge_run(bench(REFERENCE, judging, store, repeats=4), info))
    assert judging.count == 4
    (score,) = (r.score for r in store.scores(info.id) if r.score.metric == "reference")
    assert (score.value, score.extracted) == (1.0, "5|5|5|5")


def test_a_name_that_another_scorer_has_is_refused_before_anything_is_asked(
    store: RunStore,
) -> None:
    info = stored(store, ["alpha"])
    judge = judge_of(
        JudgeFile(judge="judged", rubric="tone")
    )  # what the run's own scorer is called
    judging = scripted(default="[5]")
    with pytest.raises(DeclarationError, match="has a score called 'judged' already"):
        asyncio.run(judge_run(bench(judge, judging, store), info))
    assert judging.count == 0


def test_pairs_are_judged_in_both_orders(store: RunStore) -> None:
    new = stored(store, ["alpha", "alpha", "same", "omega"], name="new")
    old = stored(store, ["omega", "omega", "same", "alpha"], name="old")
    made = bench(PAIRWISE, model(prefer, takes="text", name="judging"), store)
    answers = [answers_of(store, info) for info in (new, old)]
    judged = asyncio.run(judge_pairs(made, *answers))
    assert [pair.verdict.label for pair in judged.pairs] == ["win", "win", "tie", "loss"]
    kept = asyncio.run(keep_pairs(made, new, old, judged))
    run = Run(store, kept)
    assert run["open/pairwise"].estimate == pytest.approx(2.5 / 4)
    (scorer,) = (s for s in kept.environment["scorers"]["open"] if s["type"] == "judge")
    assert scorer["against"] == old.id


def test_a_judge_that_always_names_the_first_has_no_winner(store: RunStore) -> None:
    new, old = stored(store, ["a", "b"], name="new"), stored(store, ["c", "d"], name="old")
    made = bench(PAIRWISE, scripted(default="[[A]]"), store)
    judged = asyncio.run(judge_pairs(made, *(answers_of(store, info) for info in (new, old))))
    assert [pair.verdict.label for pair in judged.pairs] == ["flip", "flip"]
    assert {row.forward for row in judged.rows} == {1.0}
    assert {row.backward for row in judged.rows} == {0.0}


def test_the_same_text_on_both_sides_is_a_tie_that_is_not_asked(store: RunStore) -> None:
    new = stored(store, ["a", "b", "c ", ""], name="new", epochs=2)
    old = stored(store, ["a", "d", "c", ""], name="old", epochs=2)
    judging = scripted(default="[[A]]")
    made = bench(PAIRWISE, judging, store, repeats=2)
    judged = asyncio.run(judge_pairs(made, *(answers_of(store, info) for info in (new, old))))
    assert judging.count == 4  # one of four pairs, in both orders, in both repeats
    assert (judged.asked, len(judged.pairs)) == (2, 8)
    assert [pair.verdict.label for pair in judged.pairs if pair.asked.same] == ["tie"] * 6
    (row, *_) = win_rates(judged.rows)
    assert (row.same, row.rate.ties, row.rate.inconsistent) == (6, 6, 4)
    assert (row.position.judged, row.position.flip_rate.value) == (4, 1.0)
    assert row.rate.value == 0.5
    kept = asyncio.run(keep_pairs(made, new, old, judged))
    shown = {
        (s.score.value, s.score.why) for s in store.scores(kept.id) if s.score.metric == "pairwise"
    }
    assert shown == {(0.5, ""), (0.5, "the same text on both sides: a tie, not asked")}
    until = asyncio.run(
        judge_pairs(made, *(answers_of(store, info) for info in (new, old)), until=Until(0.5))
    )
    assert (judging.count, until.stopped) == (4, "all 4 items are judged: not decided")


def test_where_all_are_the_same_nothing_is_asked(store: RunStore) -> None:
    new, old = (stored(store, ["a", "b"], name=name) for name in ("new", "old"))
    judging = scripted(default="[[A]]")
    made = bench(PAIRWISE, judging, store)
    judged = asyncio.run(judge_pairs(made, *(answers_of(store, info) for info in (new, old))))
    (row, *_) = win_rates(judged.rows)
    assert (judging.count, row.rate.value, row.rate.ties, row.same) == (0, 0.5, 2, 2)
    assert (row.position.judged, row.position.flip_rate.value, row.warning) == (0, None, "")


def test_an_unread_verdict_leaves_the_pair_out(store: RunStore) -> None:
    new, old = stored(store, ["a"], name="new"), stored(store, ["c"], name="old")
    made = bench(PAIRWISE, scripted(default="Both are fine in their way."), store)
    judged = asyncio.run(judge_pairs(made, *(answers_of(store, info) for info in (new, old))))
    assert judged.pairs[0].verdict.value is None
    assert [row.forward for row in judged.rows] == [-1.0]


def test_judging_stops_when_the_winner_is_sure(store: RunStore) -> None:
    new = stored(store, [f"alpha {i}" for i in range(400)], name="new")
    old = stored(store, [f"omega {i}" for i in range(400)], name="old")
    made = bench(PAIRWISE, model(prefer, takes="text", name="judging"), store)
    answers = [answers_of(store, info) for info in (new, old)]
    judged = asyncio.run(judge_pairs(made, *answers, until=Until(0.5)))
    assert judged.stopped.startswith("the win rate is surely above 0.5 after 32 of 400 items")
    assert len(judged.pairs) == 32
    assert store.find(judged.sitting.run).environment["early_stopping"]["reason"] == judged.stopped


def test_the_kind_of_judge_must_fit(store: RunStore) -> None:
    info = stored(store, ["a"])
    with pytest.raises(DeclarationError, match="compares pairs: `statera judge compare"):
        asyncio.run(judge_run(bench(PAIRWISE, GRADES, store), info))
    answers = answers_of(store, info)
    with pytest.raises(DeclarationError, match="grades single replies: `statera score RUN"):
        asyncio.run(judge_pairs(bench(REFERENCE, GRADES, store), answers, answers))


def test_more_repeats_of_a_judge_grade_anew_what_fewer_graded(store: RunStore) -> None:
    info = stored(store, ["alpha"])
    grades = iter(["[5]", "[1]", "[1]", "[1]"])
    judging = model(lambda _: next(grades), name="wavering", takes="text")
    asyncio.run(judge_run(bench(REFERENCE, judging, store), info))
    assert Run(store, store.find(info.id))["open/reference"].estimate == 1.0
    asyncio.run(judge_run(bench(REFERENCE, judging, store, repeats=4), info))
    assert Run(store, store.find(info.id))["open/reference"].estimate == 0.25
    asyncio.run(judge_run(bench(REFERENCE, judging, store), info))
    assert Run(store, store.find(info.id))["open/reference"].estimate == 1.0
