import msgspec
import numpy as np
import pytest

from statera.analysis.frame import Frame, extremes, frames
from statera.errors import DeclarationError
from statera.metrics.judged import JudgedMean
from statera.metrics.means import Accuracy, MeanScore
from statera.metrics.outcomes import OutcomeShare
from statera.records.scores import TO_CONFIRM, UNDRAWN, UNJUDGED, Outcome, Score
from statera.scorers.outcomes import KEPT
from statera.store.rows import ScoreRow
from tests.analysis.made import METRICS, frame, rows
from tests.verdicts_made import judged_frame

MIXED = frame(
    [
        ("1", "a", ["right", "infra_error"]),
        ("2", "a", ["refused", "refused"]),
        ("3", "b", ["wrong", "right"]),
        ("4", "b", ["infra_error", "infra_error"]),
    ]
)


def test_an_item_is_the_mean_of_its_epochs_and_a_failed_one_is_absent() -> None:
    column = MIXED.column("accuracy")
    assert column.values.tolist() == [1.0, 0.0, 0.5, 0.0]
    assert column.weights.tolist() == [1, 2, 2, 0]
    assert np.asarray(MIXED.items("accuracy", "b").values).tolist() == [0.5]


def unequal(outcome: Outcome) -> Frame:
    """Return five items: one with four epochs of that outcome, four with one that is wrong."""
    often: tuple[str, str, list[Outcome]] = ("0", "a", [outcome] * 4)
    return frame([often, *[(f"{place}", "b", list[Outcome](["wrong"])) for place in range(1, 5)]])


def test_accuracy_is_the_mean_over_items_however_many_epochs_each_has() -> None:
    made = unequal("right")
    found = made.metric("accuracy").estimate(made.items("accuracy"))
    assert (found.value, found.n) == (0.2, 5)


def test_shares_without_an_answer_are_means_over_items_too() -> None:
    made = unequal("refused")
    assert made.metric("refused").estimate(made.items("refused")).value == 0.2


def test_a_ratio_counts_trials_and_equal_epochs_keep_their_number() -> None:
    assert np.asarray(unequal("right").items("accuracy_given_answer").weights) == pytest.approx(
        [4, 1, 1, 1, 1]
    )
    both: list[Outcome] = ["right", "wrong"]
    even = frame([(f"{place}", "a", both) for place in range(3)])
    assert np.asarray(even.items("accuracy").weights).tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("accuracy", [0.5, 0.0, 0.5, 0.0], [1.0, 0.0, 0.5, 1.0]),
        ("refused", [0.0, 1.0, 0.0, 0.0], [0.5, 1.0, 0.0, 1.0]),
        ("infra_error", [0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0]),
    ],
)
def test_failed_trials_at_either_end(name: str, lowest: list[float], highest: list[float]) -> None:
    if name == "infra_error":
        assert MIXED.column(name).values.tolist() == [0.5, 0.0, 0.0, 1.0]
        return
    assert MIXED.column(name, infra="lowest").values.tolist() == lowest
    assert MIXED.column(name, infra="highest").values.tolist() == highest
    assert MIXED.column(name, infra="highest").weights.tolist() == [2, 2, 2, 2]


def test_the_ends_of_a_graded_score_are_its_bounds() -> None:
    scores = [
        Score(metric="m", value=0.25, outcome="right"),
        Score(metric="m", value=None, outcome="infra_error"),
    ]
    low, high = extremes(MeanScore(score="m"), scores)
    assert (low.value, high.value) == (0.125, 0.625)


def test_the_ends_of_a_ratio_change_its_weight() -> None:
    given = METRICS[1]
    scores = [
        Score(metric="accuracy", value=None, outcome="refused"),
        Score(metric="accuracy", value=None, outcome="infra_error"),
    ]
    assert [tuple(end) for end in extremes(given, scores)] == [(0.0, 1), (1.0, 1)]


def test_outcomes_are_metrics_of_the_primary_score() -> None:
    assert MIXED.metric("refused") == OutcomeShare(score="accuracy", outcome="refused")
    assert MIXED.column("refused").values.tolist() == [0.0, 1.0, 0.0, 0.0]
    with pytest.raises(DeclarationError, match=r"unknown metric 'refuse'.*'refused'"):
        MIXED.metric("refuse")


def test_categories_places_and_counts() -> None:
    assert MIXED.categories == ["a", "b"]
    assert MIXED.places("b").tolist() == [2, 3]
    assert MIXED.places("c").tolist() == []
    assert MIXED.counts("accuracy", "a") == {"right": 1, "infra_error": 1, "refused": 2}
    assert not MIXED.doubted("accuracy")
    assert len(MIXED) == 4


def test_one_frame_a_task_in_the_order_of_the_rows() -> None:
    both = rows([("1", "a", ["right"])], task="y") + rows([("1", "a", ["wrong"])], task="x")
    found = list(frames(both, {"x": [Accuracy(score="accuracy")]}))
    assert [(f.task, f.ids, len(f.metrics)) for f in found] == [("y", ["1"], 0), ("x", ["1"], 1)]


def test_a_frame_names_what_its_log_cannot_tell() -> None:
    made = rows([("1", "a", ["right"])], task="x") + rows([("1", "a", ["wrong"])], task="y")
    found = list(frames(made, {}, blind=frozenset({"refused"})))
    assert [frame.blind for frame in found] == [frozenset({"refused"})] * 2
    assert MIXED.blind == frozenset()


def critical_frame() -> Frame:
    severe = {"1", "3", "4"}
    made = rows(
        [
            ("1", "a", ["right", "right"]),
            ("2", "a", ["wrong", "wrong"]),
            ("3", "b", ["right", "refused"]),
            ("4", "b", ["right", "infra_error"]),
        ]
    )
    found = [row._replace(severity="critical") if row.sample_id in severe else row for row in made]
    return next(frames(found, {"t": METRICS}))


def test_critical_counts_critical_items_that_ever_fail() -> None:
    found = critical_frame()
    assert np.asarray(found.items("critical").values).tolist() == [0.0, 1.0, 0.0]
    assert np.asarray(found.items("critical", infra="highest").values).tolist() == [0.0, 1.0, 1.0]
    assert np.asarray(found.items("critical", "a").values).tolist() == [0.0]
    assert "critical" in found.names
    assert "critical" not in MIXED.names
    with pytest.raises(DeclarationError, match="unknown metric 'critical'"):
        MIXED.column("critical")


def test_outcomes_without_those_that_a_doubtful_detector_told() -> None:
    made = rows([("1", "a", ["wrong", "refused"]), ("2", "a", ["refused"])])
    flagged = [
        row._replace(score=msgspec.structs.replace(row.score, flags=("refusal_unvalidated",)))
        if row.score.outcome == "refused"
        else row
        for row in made
    ]
    found = next(frames(flagged, {"t": METRICS}))
    assert found.told("accuracy", 0) == ("wrong",)
    assert found.told("accuracy", 1) == ()
    assert MIXED.told("accuracy", 1) == ("refused", "refused")
    assert found.doubted("accuracy", "a")


def test_a_failure_that_waits_for_a_person_is_not_told_and_no_refusal() -> None:
    flagged = Score(metric="accuracy", value=0.0, outcome="wrong", flags=(TO_CONFIRM,))
    sure = rows([("1", "a", ("wrong",)), ("2", "a", ("right",))])
    unsure = sure[0]._replace(sample_id="3", unit="3", score=flagged)
    (found,) = frames([*sure, unsure], {"t": METRICS})
    assert [found.told("accuracy", place) for place in range(3)] == [("wrong",), ("right",), ()]
    assert not found.doubted("accuracy")


def test_categories_of_items_are_told_from_groups() -> None:
    made = [row._replace(group="all") for row in rows([("1", "a", ["right"])])]
    found = next(frames(made, {"t": METRICS}))
    assert (found.kinds, found.groups) == ({"a"}, {"all"})


def test_trials_that_a_judge_gave_no_verdict_on_or_never_saw_are_counted() -> None:
    found = judged_frame([1.0, None, 0.0], [1.0])
    assert found.unjudged("quality") == 1
    assert found.unjudged("quality_people") == 2
    assert found.unjudged("kept") == 0
    bare = [
        ScoreRow("t", "a", epoch, None, None, "a", Score(metric="kept", value=1.0, outcome="right"))
        for epoch in range(3)
    ]
    said = ScoreRow("t", "a", 0, None, None, "a", Score(metric="q", value=1.0, outcome="right"))
    (later,) = frames(
        [bare[0], said, *bare[1:]], {"t": [Accuracy(score="kept"), JudgedMean(score="q")]}
    )
    assert later.unjudged("q") == 2


def test_a_reply_that_waits_for_a_judge_is_an_answer_and_has_no_outcome_yet() -> None:
    kept = Score(metric="judged", value=None, outcome="unparsed", flags=(KEPT,))
    empty = Score(metric="judged", value=None, outcome="unparsed")
    found = frame_of([[kept, kept], [kept, empty]])
    assert found.waiting("judged") == 3
    assert found.counts("judged") == {"unparsed": 1}
    assert found.column("unparsed").values.tolist() == [0.0, 0.5]
    assert found.column("critical").weights.tolist() == [0, 1]
    assert found.column("critical").values.tolist() == [0.0, 1.0]


def frame_of(items: list[list[Score]]) -> Frame:
    of = [
        ScoreRow("t", f"{place}", epoch, None, None, f"{place}", score, severity="critical")
        for place, scores in enumerate(items)
        for epoch, score in enumerate(scores)
    ]
    (found,) = frames(of, {"t": [MeanScore(score="judged")]})
    return found


def test_a_trial_without_a_label_of_people_has_no_outcome_and_may_have_been_anything() -> None:
    label = Score(metric="q_people", value=1.0, outcome="right")
    none = Score(metric="q_people", value=None, outcome="infra_error", flags=(UNJUDGED,))
    broken = Score(metric="q_people", value=None, outcome="infra_error")
    of = [
        ScoreRow("t", f"{place}", 0, None, None, f"{place}", score)
        for place, score in enumerate([label, none, none, broken])
    ]
    (found,) = frames(of, {"t": [MeanScore(score="q_people")]})
    assert found.counts("q_people") == {"right": 1, "infra_error": 1}
    assert found.unlabelled("q_people") == 2
    assert found.column("q_people").weights.tolist() == [1, 0, 0, 0]
    assert found.column("q_people", infra="lowest").values.tolist() == [1, 0, 0, 0]
    assert found.column("q_people", infra="lowest").weights.tolist() == [1, 1, 1, 1]
    unread = [row._replace(score=msgspec.structs.replace(row.score, metric="q")) for row in of]
    (judged,) = frames(unread, {"t": [MeanScore(score="q")]})
    assert (judged.unlabelled("q"), judged.counts("q")["infra_error"]) == (0, 3)


@pytest.mark.parametrize(("second", "spared"), [("right", frozenset()), (None, {0})])
def test_an_item_is_spared_where_no_epoch_of_it_has_the_score(
    second: Outcome | None, spared: frozenset[int]
) -> None:
    undrawn = Score(metric="accuracy", value=None, outcome="unparsed", flags=(UNDRAWN,))
    drawn = undrawn if second is None else Score(metric="accuracy", value=1.0, outcome=second)
    first, other = rows([("1", "a", ["right", "right"])])
    found = Frame("t", METRICS)
    found.add([first._replace(score=undrawn), other._replace(score=drawn)])
    assert found.spared("accuracy") == spared
