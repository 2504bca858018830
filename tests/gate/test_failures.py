import msgspec
import numpy as np
import pytest

from statera.analysis.frame import Frame, frames
from statera.gate.failures import Confirmed, Failures, failures, good_value, items
from statera.records.scores import Outcome
from tests.analysis.made import METRICS, rows
from tests.gate.made import only_target, single

FLAG = ("refusal_unvalidated",)
RULE = {"metric": "t/critical", "max": 0.01, "critical": True}


def severe(of_item: dict[str, list[Outcome]]) -> Frame:
    """Return a frame of critical items, whose refusals were told by the phrase detector."""
    made = rows([(name, "all", outcomes) for name, outcomes in of_item.items()])
    found = []
    for row in made:
        flags = FLAG if row.score.outcome == "refused" else ()
        score = msgspec.structs.replace(row.score, flags=flags)
        found.append(row._replace(severity="critical", score=score))
    return next(frames(found, {"t": METRICS}))


FRAME = severe(
    {
        "good": ["right", "right"],
        "bad": ["right", "wrong"],
        "doubt": ["right", "refused"],
        "both": ["wrong", "refused"],
        "lost": ["infra_error", "right"],
    }
)


def test_a_failure_that_only_a_doubtful_detector_told_waits() -> None:
    found = failures(only_target(single(FRAME), RULE), FRAME, {})
    assert found == Failures(certain=("bad", "both"), doubted=("doubt",))


def test_a_rule_may_call_its_detector_fallible() -> None:
    target = only_target(single(FRAME), RULE | {"detector": "fallible"})
    found = failures(target, FRAME, {})
    assert found == Failures(doubted=("bad", "doubt", "both"))


@pytest.mark.parametrize(
    ("said", "certain", "doubted", "cleared"),
    [
        (Confirmed(True, 2), ("bad", "doubt", "both"), (), 0),
        (Confirmed(True, 1), ("bad", "doubt", "both"), (), 0),
        (Confirmed(False, 2), ("bad", "both"), (), 1),
        (Confirmed(False, 1), ("bad", "both"), ("doubt",), 0),
    ],
)
def test_a_person_decides_and_no_failure_holds_for_the_trials_that_were_read(
    said: Confirmed, certain: tuple[str, ...], doubted: tuple[str, ...], cleared: int
) -> None:
    target = only_target(single(FRAME), RULE)
    found = failures(target, FRAME, {("t", "doubt", "critical"): said})
    assert (found.certain, found.doubted, len(found.cleared)) == (certain, doubted, cleared)


def test_what_a_person_cleared_counts_as_good() -> None:
    target = only_target(single(FRAME), RULE)
    found = failures(target, FRAME, {("t", "doubt", "critical"): Confirmed(False, 2)})
    values = np.asarray(items(target, FRAME, "left out", found.cleared).values)
    assert values.tolist() == [0.0, 1.0, 0.0, 1.0, 0.0]
    assert FRAME.column("critical").values.tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]


def test_good_is_the_end_that_the_claim_points_to() -> None:
    evidence = single(FRAME)
    assert good_value(only_target(evidence, RULE)) == 0.0
    assert good_value(only_target(evidence, {"metric": "t/accuracy", "min": 0.9})) == 1.0


def test_a_gate_reads_the_mean_over_items_however_many_epochs_each_has() -> None:
    often: list[Outcome] = ["right"] * 4
    once: list[Outcome] = ["wrong"]
    made = rows([("0", "a", often), *[(f"{place}", "a", once) for place in range(1, 5)]])
    frame = next(frames(made, {"t": METRICS}))
    target = only_target(single(frame), {"metric": "t/accuracy", "min": 0.3})
    found = items(target, frame, "left out")
    weights = np.asarray(found.weights, dtype=np.float64)
    assert np.average(np.asarray(found.values), weights=weights) == pytest.approx(0.2)


def test_the_mean_over_categories_counts_each_the_same() -> None:
    made = rows([("1", "a", ["right"]), ("2", "a", ["right"]), ("3", "b", ["wrong"])])
    frame = next(frames(made, {"t": METRICS}))
    target = only_target(single(frame), {"metric": "t/accuracy_macro", "min": 0.4})
    found = items(target, frame, "left out")
    assert np.average(np.asarray(found.values), weights=np.asarray(found.weights)) == 0.5
    assert np.asarray(found.weights).sum() == 3.0


def test_a_word_that_overrules_the_scorer_is_marked() -> None:
    target = only_target(single(FRAME), RULE)
    said = {
        ("t", name, "critical"): Confirmed(False, 2, "Bob", "fine") for name in ("bad", "doubt")
    }
    found = failures(target, FRAME, said)
    assert found.certain == ("both",)
    assert [(d.sample_id, d.by, d.why, d.certain) for d in found.dismissed] == [
        ("bad", "Bob", "fine", True),
        ("doubt", "Bob", "fine", False),
    ]
