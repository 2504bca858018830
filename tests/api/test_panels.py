import asyncio
from dataclasses import replace

import pytest

from statera.analysis.winrates import win_rates
from statera.api.agreements import agreement
from statera.api.answers import answers_of
from statera.api.calibrating import calibrate
from statera.api.judged import keep_pairs
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.api.panels import PanelPair, PanelRun, compared, graded, verdicts_on
from statera.api.stored import Run, stored_scorers
from statera.api.winstopping import Until
from statera.errors import DeclarationError
from statera.graders.asks import paired
from statera.graders.judge import Judge, JudgeFile, judge_of, panel_of
from statera.interop.labels import Label
from statera.records.verdicts import Answer
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, REFERENCE, answer, bench, stored
from tests.panels_made import (
    NAMES,
    judge_model,
    judgements,
    pairwise,
    qualities,
    rubric,
    seat,
)

NOISY = tuple(judge_model(seed=seed, noise=0.3) for seed in range(3))
COUNT = 100


def replies(values: list[int]) -> list[str]:
    return [f"Reply {i} quality={value}" for i, value in enumerate(values)]


def of_quality(values: list[int]) -> list[Answer]:
    return [answer(text, sample=f"q{i}") for i, text in enumerate(replies(values))]


def accuracy(store: RunStore, run: str, metric: str, truth: list[int]) -> float:
    """Return the share of replies whose score is the level that they state."""
    found = {r.sample_id: r.score.value for r in store.scores(run) if r.score.metric == metric}
    return sum(found[f"q{i}"] == (level - 1) / 4 for i, level in enumerate(truth)) / len(truth)


def test_the_majority_of_three_is_right_more_often_than_each(store: RunStore) -> None:
    truth = qualities(COUNT)
    info = stored(store, replies(truth))
    panel = seat(rubric(), store, *NOISY)
    judged = asyncio.run(graded(panel, info))
    assert isinstance(judged, PanelRun)
    assert judged.metrics == {"panel": "panel"}
    alone = []
    for one in panel.benches:
        asyncio.run(graded(one, info))
        alone.append(accuracy(store, info.id, one.judge.name, truth))
    assert all(0.6 < share < 0.8 for share in alone)
    # Two of three are right: 0.7 ^ 3 + 3 * 0.7 ^ 2 * 0.3 = 0.784, and more where all differ.
    assert accuracy(store, info.id, "panel", truth) > max(alone) + 0.03
    assert judgements(store)["judge panel-one"] == COUNT  # nothing was asked again


def measure(store: RunStore, run: str, judge: str, truth: list[int]) -> None:
    """Let people, who never err, label every reply, and measure the judge by it."""
    (criterion,) = REFERENCE.criteria
    labels = [
        Label(id=f"q{i}", label=str(level), labeller="ana", probability=1.0)
        for i, level in enumerate(truth)
    ]
    of = LabelsOf(metric=judge, scale=criterion.scale, criterion=judge)
    asyncio.run(keep_labels(store, store.find(run), labels, of))
    calibrate(Run(store, store.find(run)), judge=judge)


def off(store: RunStore, run: str, metric: str, truth: list[int]) -> float:
    """Return how far the scores are from the truth, in levels."""
    found = {r.sample_id: r.score.value for r in store.scores(run) if r.score.metric == metric}
    return sum(abs(4 * (found[f"q{i}"] or 0) + 1 - t) for i, t in enumerate(truth)) / len(truth)


def test_measured_weights_beat_the_mean_where_one_judge_is_bad(store: RunStore) -> None:
    truth = qualities(COUNT)
    info = stored(store, replies(truth))
    good = [judge_model(seed=seed, noise=0.15) for seed in range(2)]
    models = (*good, judge_model(prefers="random", seed=7))
    for one in seat(rubric(), store, *models).benches:
        asyncio.run(graded(one, store.find(info.id)))
        measure(store, info.id, one.judge.name, truth)
    weighted = seat(rubric(combine="weighted"), store, *models)
    weights = weighted.weights
    assert weights is not None
    assert min(weights[:2]) > 4 * weights[2]
    found = []
    for panel in (seat(rubric(combine="mean"), store, *models), weighted):
        asyncio.run(graded(panel, store.find(info.id)))
        found.append(off(store, info.id, "panel", truth))
    assert found[1] < 0.7 * found[0]
    assert judgements(store)["judge panel-three"] == COUNT  # measuring asked nothing


def test_scores_say_what_each_member_said(store: RunStore) -> None:
    info = stored(store, ["quality=5", "quality=1", ""])
    models = (judge_model(), judge_model(shift=-1), judge_model(prefers="never"))
    judged = asyncio.run(graded(seat(rubric(), store, *models), info))
    found = {r.sample_id: r.score for r in store.scores(info.id) if r.score.metric == "panel"}
    assert (found["q0"].value, found["q0"].extracted) == (0.875, "5|4|-")
    assert found["q0"].flags == ("split",)
    assert (found["q1"].value, found["q1"].extracted) == (0.0, "1|1|-")
    assert found["q2"].outcome == "unparsed"
    assert judged.metrics == {"panel": "panel"}


def test_a_panel_most_of_which_is_silent_gives_no_verdict(store: RunStore) -> None:
    info = stored(store, ["quality=5"])
    silent = (judge_model(prefers="never"), judge_model(prefers="never", seed=1))
    asyncio.run(graded(seat(rubric(), store, judge_model(), *silent), info))
    (found,) = [r.score for r in store.scores(info.id) if r.score.metric == "panel"]
    assert found.value is None
    assert "1 of 3 members gave a verdict" in found.why


def test_pairs_are_combined_after_both_orders_and_flips_are_the_members(store: RunStore) -> None:
    ours, theirs = of_quality([5] * 10), of_quality([1] * 10)
    models = (judge_model(), judge_model(prefers="first"), judge_model(prefers="first", seed=1))
    judged = asyncio.run(compared(seat(pairwise(), store, *models), ours, theirs))
    pair = judged.pairs[0]
    assert isinstance(pair, PanelPair)
    assert (pair.verdict.value, pair.verdict.label) == (0.5, "win|flip|flip")
    assert [member.verdict.value for member in pair.members] == [1.0, 0.5, 0.5]
    (row,) = win_rates(judged.rows)
    assert (row.rate.inconsistent, row.rate.wins, row.rate.asked) == (10, 0, 10)
    assert row.position.flip_rate.value == pytest.approx(2 / 3)
    assert row.position.first_share.value == pytest.approx(5 / 6)
    mean = seat(pairwise(combine="mean"), store, *models)
    (row,) = win_rates(asyncio.run(compared(mean, ours, theirs)).rows)
    assert (row.rate.wins, row.rate.inconsistent) == (10, 0)


def test_a_panel_is_not_asked_about_the_same_text(store: RunStore) -> None:
    first = judge_model(prefers="first")
    panel = seat(pairwise(), store, first, judge_model(), judge_model(prefers="longer"))
    ours, theirs = (
        [answer(text, sample=f"q{i}") for i, text in enumerate(texts)]
        for texts in (["quality=3", "quality=5 here"], ["quality=3", "quality=2"])
    )
    judged = asyncio.run(compared(panel, ours, theirs))
    assert [pair.verdict.value for pair in judged.pairs] == [0.5, 1.0]
    (row,) = win_rates(judged.rows)
    assert (row.same, row.rate.ties, row.rate.inconsistent, row.position.judged) == (1, 1, 0, 3)
    members = [info for info in store.runs() if store.counts(info.id).trials]
    assert {store.counts(info.id).trials for info in members} == {2}
    assert agreement(panel, judged)[0].alpha.units == 1


def test_pairs_of_two_runs_are_kept_as_scores_under_the_panels_key(store: RunStore) -> None:
    new, old = stored(store, replies([5] * 8), name="n"), stored(store, replies([2] * 8), name="o")
    panel = seat(pairwise(), store, *NOISY)
    ours, theirs = answers_of(store, new), answers_of(store, old)
    judged = asyncio.run(compared(panel, ours, theirs))
    asyncio.run(keep_pairs(panel, new, old, judged))
    key = store.scoring_keys(new.id)["open"]["panel"]
    assert len(list(paired(ours, theirs))) == 8
    other = seat(pairwise(combine="mean"), store, *NOISY)
    asyncio.run(keep_pairs(other, new, old, asyncio.run(compared(other, ours, theirs))))
    assert store.scoring_keys(new.id)["open"]["panel"] != key


def test_a_panel_stops_as_soon_as_the_winner_is_sure(store: RunStore) -> None:
    ours, theirs = of_quality([5] * COUNT), of_quality([1] * COUNT)
    models = tuple(judge_model(seed=seed, noise=0.1) for seed in range(3))
    judged = asyncio.run(compared(seat(pairwise(), store, *models), ours, theirs, until=Until(0.5)))
    assert "surely above 0.5" in judged.stopped
    assert len(judged.pairs) < COUNT
    assert judgements(store)["judge panel-three"] == 2 * len(judged.pairs)


def test_one_reply_gets_one_verdict_a_criterion(store: RunStore) -> None:
    models = (judge_model(), judge_model(seed=1), judge_model(shift=-1))
    panel = seat(rubric(), store, *models)
    found = asyncio.run(verdicts_on(panel, answer("quality=4")))
    assert {name: verdict.label for name, verdict in found.items()} == {"panel": "4|4|3"}
    assert asyncio.run(verdicts_on(panel, answer(" "))) == {}
    single = bench(REFERENCE, models[0], store)
    assert asyncio.run(verdicts_on(single, answer("quality=4")))["reference"].label == "4"


def test_repeats_of_a_member_are_one_voice(store: RunStore) -> None:
    judge = rubric(repeats=3)
    assert all(member.repeats == 3 for member in judge.members)
    info = stored(store, replies(qualities(5)))
    judged = asyncio.run(graded(seat(judge, store, *NOISY), info))
    assert isinstance(judged, PanelRun)
    assert all(len(vote.values) == 3 for vote in judged.votes)
    assert judgements(store) == {f"judge panel-{n}": 15 for n in NAMES} | {"judge panel": 0}


def test_a_panel_of_pairs_grades_nothing_and_a_name_that_is_taken_is_refused(
    store: RunStore,
) -> None:
    info = stored(store, ["quality=3"])
    with pytest.raises(DeclarationError, match="judge panel compares pairs"):
        asyncio.run(graded(seat(pairwise(), store, *NOISY), info))
    with pytest.raises(DeclarationError, match="judge panel grades single replies"):
        asyncio.run(compared(seat(rubric(), store, *NOISY), of_quality([1]), of_quality([2])))
    taken = seat(replace(rubric(), name=stored_scorers(info)["open"][0].metric), store, *NOISY)
    with pytest.raises(DeclarationError, match="has a score called"):
        asyncio.run(graded(taken, info))
    assert set(judgements(store)) == set()


def test_a_single_judge_is_taken_too(store: RunStore) -> None:
    single = bench(PAIRWISE, judge_model(), store)
    judged = asyncio.run(compared(single, of_quality([5]), of_quality([1])))
    assert judged.pairs[0].verdict.label == "win"


def test_each_criterion_is_matched_by_its_name(store: RunStore) -> None:
    first, second = (
        judge_of(JudgeFile(judge=name, criteria=dict(criteria)))
        for name, criteria in (
            ("a", (("manner", "tone"), ("matter", "helpfulness"))),
            ("b", (("matter", "helpfulness"), ("manner", "tone"))),
        )
    )
    panel = panel_of(Judge(name="two", version="1", criteria=(), combine="mean"), [first, second])
    info = stored(store, ["quality=4", "quality=2"])
    judged = asyncio.run(graded(seat(panel, store, judge_model(), judge_model(shift=1)), info))
    assert judged.metrics == {"manner": "two_manner", "matter": "two_matter"}
    found = {(r.score.metric, r.sample_id): r.score.extracted for r in store.scores(info.id)}
    assert found["two_manner", "q0"] == found["two_matter", "q0"] == "4|5"
    assert found["two_matter", "q1"] == "2|3"
