"""A judge's error against people: known answers, recorded judges, and what its run remembers."""

import csv

import msgspec
import numpy as np
import pytest

from statera.analysis.calibration import Calibration, calibrated, known_error, recorded
from statera.analysis.correction import corrected
from statera.analysis.judgednumber import judged_number
from statera.analysis.labelledtrials import Seen, Side
from statera.analysis.standing import Known
from statera.metrics.judged import JudgedGood
from statera.records.labels import Labelled
from statera.stats.carrying import carried
from tests.shared_data import shared
from tests.verdicts_made import Verdicts, judged_frame, standing

FIVE = (1, 2, 3, 4, 5)


def side(
    verdicts: Verdicts,
    labels: Verdicts,
    *,
    run: str = "new",
    labelled: Labelled | None = None,
    kinds: tuple[str, ...] = ("",),
) -> Side:
    """Return a run's labelled trials; `kinds` of content take turns."""
    beside = labelled or Labelled(of="quality", probability=0.5)
    seen = [
        Seen(f"q{i}", f"q{i}", kinds[i % len(kinds)], label, said, (label > 0.5, (said or 0) > 0.5))
        for i, (said, label) in enumerate(zip(verdicts, labels, strict=False))
        if label is not None
    ]
    return Side(judged_frame(verdicts, labels), standing(run=run, labelled=beside), seen)


def measured(*sides: Side, levels: tuple[int, ...] = ()) -> Calibration:
    return calibrated(sides, levels=levels, rng=np.random.default_rng(0))


def test_a_hand_counted_judge() -> None:
    # of 40 good replies it calls 36 good, of 60 bad ones 6
    labels = [1.0] * 40 + [0.0] * 60
    verdicts = [1.0] * 36 + [0.0] * 4 + [1.0] * 6 + [0.0] * 54
    found = measured(side(verdicts, labels))
    assert found.confusion.matrix == ((36, 4), (6, 54))
    good = found.confusion.per_class[0]
    assert (good.sensitivity.value, good.specificity.value) == (0.9, 0.9)
    assert found.kappa.observed == pytest.approx(0.9)
    chance = 0.42 * 0.40 + 0.58 * 0.60
    assert found.kappa.value == pytest.approx((0.9 - chance) / (1 - chance))
    assert found.weighted is None
    (arm,) = found.arms
    assert (arm.labelled, arm.judged, arm.items, arm.drawn) == (100, 100, 100, "alike")
    assert arm.bias.value == pytest.approx(0.02)
    assert found.gap is None
    assert (found.task, found.score, found.judge, found.judge_run) == ("t", "quality", "q", "j")


def test_a_scale_has_a_matrix_of_levels_and_weighted_agreement() -> None:
    labels = [0.0, 0.25, 0.5, 0.75, 1.0] * 20
    verdicts = [0.25, 0.25, 0.5, 0.75, 1.0] * 20
    found = measured(side(verdicts, labels), levels=FIVE)
    assert found.confusion.classes == ("1", "2", "3", "4", "5")
    assert found.confusion.matrix[0] == (0, 20, 0, 0, 0)
    assert found.weighted is not None
    assert found.kappa.value == pytest.approx(0.75)
    assert (found.weighted.value or 0) > 0.9
    assert found.alpha.method.startswith("Krippendorff's alpha, ordinal")
    assert found.arms[0].confusion.classes == ("good", "not good")


def test_pairs_speak_in_win_tie_and_loss() -> None:
    labelled = Labelled(of="quality", probability=1.0, against="old")
    found = measured(side([1.0, 0.5, 0.0] * 20, [1.0, 0.0, 0.0] * 20, labelled=labelled))
    assert found.against == "old"
    assert found.confusion.classes == ("win", "tie", "loss")
    assert found.confusion.matrix == ((20, 0, 0), (0, 0, 0), (0, 20, 20))
    assert found.weighted is None


def test_a_judge_that_favours_one_run_is_warned_of() -> None:
    rng = np.random.default_rng(4)
    truth = (rng.random(200) < 0.5).astype(float)
    kind = np.where(rng.random(200) < 0.4, 1.0, truth)
    found = measured(side(kind.tolist(), truth.tolist()), side([*truth], [*truth], run="old"))
    assert found.gap is not None
    assert found.gap.value == pytest.approx(float((kind - truth).mean()))
    (warning,) = [w for w in found.warnings if "errs differently" in w]
    assert "it favours new over old by 0." in warning
    turned = measured(side([*truth], [*truth], run="old"), side(kind.tolist(), truth.tolist()))
    assert any("it favours new over old" in w for w in turned.warnings)
    honest = measured(side([*truth], [*truth]), side([*truth], [*truth], run="old"))
    assert not any("errs differently" in w for w in honest.warnings)


def test_a_kind_of_content_in_which_it_misses_a_class_is_named() -> None:
    labels = [1.0] * 100
    verdicts = [0.0 if i % 4 == 1 else 1.0 for i in range(100)]
    found = measured(side(verdicts, labels, kinds=("easy", "harmful", "plain", "other")))
    assert any(
        warning == "new: of 'good' in harmful the judge calls only 0.00 so, of all 0.75"
        for warning in found.warnings
    )
    assert [kind.kind for kind in found.arms[0].confusion.kinds] == [
        "easy",
        "harmful",
        "other",
        "plain",
    ]


def test_what_is_not_known_of_the_labels_is_told() -> None:
    unknown = Labelled(of="quality", missing=3)
    found = measured(side([1.0, 0.0] * 20, [1.0, 0.0] * 20, labelled=unknown))
    assert found.arms[0].drawn == "unknown"
    assert any("nobody knows how the labelled items were drawn" in w for w in found.warnings)
    assert "new: 3 items were drawn and have no label" in found.warnings
    drawn = Labelled(of="quality", probabilities={"t": {"q0": 0.5, "q1": 0.1}})
    assert measured(side([1.0], [1.0], labelled=drawn)).arms[0].drawn == "unequally"


def test_a_judge_that_guesses_is_not_shown_to_agree() -> None:
    rng = np.random.default_rng(5)
    said, truth = ((rng.random(100) < 0.5).astype(float).tolist() for _ in "ab")
    assert (
        "judge and people are not shown to agree beyond chance"
        in measured(side(said, truth)).warnings
    )


def test_without_any_verdict_there_is_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="no trial has a label and a verdict"):
        measured(side([None, None], [1.0, 0.0]))


def test_what_is_kept_is_the_error_of_each_metric() -> None:
    labels = [1.0] * 40 + [0.0] * 60
    verdicts = [1.0] * 36 + [0.0] * 4 + [1.0] * 6 + [0.0] * 54
    known = known_error(side(verdicts, labels))
    assert known.about == ("new", "t", "quality")
    assert set(known.errors) == {"quality", "quality_good"}
    assert known.errors["quality_good"].counts == (36, 40, 54, 60)
    assert known.errors["quality"].mean.value == pytest.approx(-0.02)
    assert known.errors["quality"].mean.labels == 100


def test_an_entry_replaces_the_one_about_the_same() -> None:
    def entry(run: str, low: int) -> Known:
        return Known(run=run, task="t", score="quality", low=low, high=5)

    told = recorded([entry("a", 0), entry("b", 0)], [entry("a", 1), entry("c", 1)])
    assert [(k.run, k.low) for k in told] == [("b", 0), ("a", 1), ("c", 1)]
    assert msgspec.convert(msgspec.to_builtins(told), tuple[Known, ...]) == told


def arena(judge: str) -> tuple[list[float | None], list[float]]:
    """Return whether the judge, and people, prefer claude's reply; None without a verdict."""
    path = shared("data", "judge", "arena_human", "votes_and_judges.csv")
    said: list[float | None] = []
    people: list[float] = []
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        first = row["model_a"].startswith("claude")
        said.append(float((row[judge] == "A") == first) if row[judge] else None)
        people.append(float((row["human_winner"] == "model_a") == first))
    return said, people


@pytest.mark.parametrize(
    ("judge", "raw", "hits", "clears"),
    [("judge_gpt4omini", 0.1594, 0.169, 0.844), ("judge_gpt52", 0.3587, 0.538, 0.697)],
)
def test_judges_of_the_arena_against_its_voters(
    judge: str, raw: float, hits: float, clears: float
) -> None:
    said, people = arena(judge)
    behind = Labelled(of="quality", probability=1.0)
    found = side(said, people, labelled=behind)
    told = measured(found)
    (arm,) = told.arms
    assert (arm.labelled, arm.judged) == (277, 276)
    good = told.confusion.per_class[0]
    assert good.sensitivity.value == pytest.approx(hits, abs=5e-4)
    assert good.specificity.value == pytest.approx(clears, abs=5e-4)
    assert arm.bias.value == pytest.approx(raw - 0.2355, abs=1e-4)
    number = judged_number(found.frame, JudgedGood(score="quality"), found.standing).corrected
    assert number.raw == pytest.approx(raw, abs=5e-5)
    assert number.value == pytest.approx(0.2355, abs=5e-5)  # all are labelled: people's own rate


@pytest.mark.parametrize(
    ("judge", "ppi"),
    [("judge_gpt4omini", (0.1786, 0.4109)), ("judge_gpt52", (0.1920, 0.4580))],
)
def test_an_error_measured_on_a_hundred_votes_is_carried_to_the_others(
    judge: str, ppi: tuple[float, float]
) -> None:
    # PPI by the authors, of which ours is the value; Rogan-Gladen's raw ones are 0.3864, 0.4706.
    # Neither judge is shown to be better than a coin by 100 votes, so nothing rests on them.
    said, people = arena(judge)
    known = [(s, p) for s, p in zip(said, people, strict=True) if s is not None]
    first = side([s for s, _ in known[:100]], [p for _, p in known[:100]])
    rest = judged_frame([s for s, _ in known[100:]])
    behind = standing(run="rest", labelled=None, elsewhere=(known_error(first),))
    assert judged_number(rest, JudgedGood(score="quality"), behind).void.startswith("void: ")
    assert corrected(rest, "quality_good", behind).value is None
    error = known_error(first).errors["quality_good"].mean
    told = carried(error, [s for s, _ in known[100:]])
    assert told.method == "PPI, mean error carried over"
    assert told.value == pytest.approx(sum(ppi) / 2, abs=1e-4)
    assert told.low is not None
    assert told.high is not None
    assert (told.low, told.high) == pytest.approx(ppi, abs=0.02)  # on the logit scale, and by t


def test_a_recorded_judge_of_pairs_against_gold_labels() -> None:
    def rows(name: str) -> list[dict[str, str]]:
        path = shared("data", "judge", "llmbar", name)
        return list(csv.DictReader(path.read_text("utf-8").splitlines()))

    gold = {r["item"]: r["label"] for r in rows("items.csv") if r["subset"] == "LLMBar/Natural"}
    wanted = ("LLMBar/Natural", "GPT-4", "CoT")
    judged = [
        r for r in rows("judgments.csv") if (r["subset"], r["evaluator"], r["strategy"]) == wanted
    ]
    worth = {"1": 1.0, "2": 0.0}
    said = [worth.get(r["winner_order12"]) for r in judged]
    labels = [worth[gold[r["item"]]] for r in judged]
    labelled = Labelled(of="quality", probability=1.0, against="two")
    found = measured(side(said, labels, labelled=labelled))
    assert found.kappa.value == pytest.approx(0.878, abs=5e-4)  # recorded: 0.264
    assert found.confusion.accuracy.value == pytest.approx(0.94)
