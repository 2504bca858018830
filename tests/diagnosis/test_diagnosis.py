"""The whole diagnosis, on made regressions; more draws are in `benchmarks/diagnosis.py`."""

import time
from typing import get_args

import msgspec
import numpy as np
import pytest

from statera.analysis.comparison import compared
from statera.analysis.pairing import Pairing
from statera.diagnosis.diagnosis import diagnose
from statera.diagnosis.scopes import Terms
from statera.errors import DeclarationError
from tests.diagnosis.made import frame, imported, paired, spelled
from tests.diagnosis.regressions import Regression, comparison, detectable, exam, simulated

TERMS = Terms(unsafe=("unsafe",), public=("public",), held_out=("fresh",))
KINDS = [kind for kind in get_args(Regression) if kind != "none"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_regression_of_detectable_size_is_named_and_nothing_else(kind: Regression) -> None:
    found = diagnose(simulated(kind, detectable(kind), seed=1), terms=TERMS)
    assert [(one.cause, one.status) for one in found.findings] == [(kind, "named")]


def test_no_change_seldom_raises_an_alarm() -> None:
    """At most 5 % of draws: more than 2 of 8 happens in 0.6 %."""
    alarms = sum(
        bool(diagnose(simulated("none", 0.0, seed=s), terms=TERMS).findings) for s in range(8)
    )
    assert alarms <= 2


def test_two_causes_at_once_are_both_listed_with_their_shares() -> None:
    old = "r" * 3000 + "w" * 1000
    new = "f" * 200 + "u" * 100 + "r" * 2700 + "w" * 1000
    pairing = paired(new, old)
    found = diagnose(comparison([pairing.candidate], [pairing.base]))
    assert [one.cause for one in found.findings] == [
        "safety over-correction",
        "format or extraction",
    ]
    assert found.answer == "explained"
    logs = np.log([3800 / 4000, 3700 / 3800, (2700 / 3700) / (3000 / 4000)])
    assert [one.share for one in found.findings] == pytest.approx((logs / logs.sum())[:2])
    part = found.decomposition("t")
    assert part is not None
    assert found.findings[0].points == part.bar("not refused").points


def answer(new: str, old: str) -> str:
    pairing = paired(new, old)
    return diagnose(comparison([pairing.candidate], [pairing.base])).answer


@pytest.mark.parametrize(
    ("new", "old", "word"),
    [
        ("rw" * 400, "rw" * 400, "same"),
        ("rw" * 20, "rw" * 20, "undetermined"),
        ("r", "w", "undetermined"),
        ("i" * 9, "r" * 9, "undetermined"),
        ("r" * 800, "f" * 60 + "r" * 740, "better"),
        ("w" * 60 + "r" * 740, "r" * 800, "undetermined"),
        ("f" * 60 + "r" * 740, "r" * 800, "explained"),
    ],
)
def test_the_answer_in_a_word(new: str, old: str, word: str) -> None:
    assert answer(new, old) == word


def test_runs_without_a_shared_item_are_undetermined() -> None:
    runs = comparison([frame({"a": ["right"]})], [frame({"b": ["right"]})])
    found = diagnose(runs)
    assert found.answer == "undetermined"
    assert (found.findings, found.signals, found.decompositions, found.slices) == ((), (), (), ())


def test_wrong_terms_are_told_before_anything() -> None:
    runs = comparison([frame({"a": ["right"]})], [frame({"a": ["right"]})])
    with pytest.raises(DeclarationError, match="unknown task or task/category 'u'"):
        diagnose(runs, terms=Terms(unsafe=("u",)))


def test_a_benign_category_and_an_unsafe_one_are_kept_apart() -> None:
    """Refusals rise on harmless questions and fall on harmful ones: two safety findings."""
    old = spelled("r" * 500, category="safe") | spelled("f" * 500, category="harm")
    new = spelled("f" * 50 + "r" * 450, category="safe")
    new |= spelled("w" * 50 + "f" * 450, category="harm")
    pairing = Pairing.of(frame(new), frame(old))
    found = diagnose(
        comparison([pairing.candidate], [pairing.base]), terms=Terms(unsafe=("t/harm",))
    )
    assert [one.cause for one in found.findings] == ["safety regression", "safety over-correction"]
    part = found.decomposition("t")
    assert part is not None
    assert part.n == 500


def test_the_same_draws_give_the_same_diagnosis() -> None:
    runs = simulated("reliability", 0.05, seed=1)
    first, second = (diagnose(runs, terms=TERMS) for _ in range(2))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    other = diagnose(runs, terms=TERMS, rng=np.random.default_rng(9))
    assert [one.cause for one in other.findings] == [one.cause for one in first.findings]


def test_mmlu_takes_under_a_third_of_a_second() -> None:
    """Of CPU, at the best of three; the wished 0.3 s are measured in the benchmark."""
    rng = np.random.default_rng(1)
    runs = comparison([exam(14_042, 57, 0.70, rng)], [exam(14_042, 57, 0.72, rng)])
    rows = compared(runs.pairings, rng=rng)
    whole = comparison([runs.pairings[0].candidate], [runs.pairings[0].base], rows)
    spent = []
    for _ in range(3):
        start = time.process_time()
        found = diagnose(whole)
        spent.append(time.process_time() - start)
    assert len(found.decompositions[0].bars) == 4
    assert min(spent) < 0.6


def test_a_log_of_right_and_wrong_names_every_cause_and_claims_none() -> None:
    pairing = imported("w" * 80 + "r" * 720, "r" * 800)
    found = diagnose(comparison([pairing.candidate], [pairing.base]))
    assert found.answer == "undetermined"
    (one,) = found.findings
    assert one.status == "undetermined"
    assert one.between == (
        "reliability",
        "capability regression",
        "safety over-correction",
        "format or extraction",
        "longer answers",
    )
    assert (one.share, one.points) == (None, None)
    assert "refused: the log does not tell it from wrong" in one.unsettled
    assert "errors: the log does not tell them from wrong" in one.unsettled
    (part,) = found.decompositions
    assert [bar.stage for bar in part.bars] == ["right"]
    assert len(found.caveats) == 1


def test_nothing_moved_in_such_a_log_is_not_called_the_same() -> None:
    pairing = imported("rw" * 400, "rw" * 400)
    found = diagnose(comparison([pairing.candidate], [pairing.base]))
    assert (found.answer, found.findings) == ("undetermined", ())


def test_a_run_that_stopped_early_is_diagnosed_by_what_holds_at_any_time() -> None:
    """What is shown to be the same at a fixed size is not yet so for a run that stopped early."""
    rest = ("rw" + "r" * 48, "wr" + "r" * 48)
    new, old = "f" * 80 + rest[0] * 14, "r" * 80 + rest[1] * 14
    plain, early = (
        diagnose(comparison([pairing.candidate], [pairing.base]))
        for pairing in (paired(new, old), paired(new, old, early="seeded"))
    )
    assert [f.status for f in plain.findings] == ["named"]
    assert [(f.cause, f.status) for f in early.findings] == [
        ("safety over-correction", "undetermined")
    ]
    assert early.findings[0].unsettled == (
        "right given an answer: not shown to be within 2 points with 700 items",
    )
    assert "confidence sequence" in {s.kind: s.method for s in early.signals}["refused"]
    assert plain.caveats == ()
    assert "stopped early" in early.caveats[0]
